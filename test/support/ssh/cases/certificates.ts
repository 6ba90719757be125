/* Signatures with certificates. */
import type { Certified } from '../certificate.ts';
import { certificateBlob } from '../certificate.ts';
import { armored, signatureBlob } from '../signature.ts';
import type { SignatureCase, Verdict } from './case.ts';
import {
  HEAD,
  messageOf,
  NOW,
  CA,
  ED25519,
  OTHER,
  RSA,
  SHORT_RSA,
  SK_ED25519,
  KEY_OF_EACH_TYPE,
  signed,
  of,
  alice,
  because,
  malformed,
  row,
  stricter,
} from './case.ts';

const CA_LINE = of(CA, 'alice,bob cert-authority');
const certified = (certificate: Certified = {}, key = ED25519, authority = CA): Buffer =>
  signed(key, { publicBlob: certificateBlob(key, authority, certificate) });
const ofAuthority = (problem: string): Verdict =>
  because(`is by a certificate of the authority of line 1 of allowed_signers, which ${problem}`);
const inCertificate = (problem: string): Verdict => because(`has a certificate that ${problem}`);

/** Seconds since 1970 of the time at which rows are verified. */
const SECOND = BigInt(Date.parse(NOW) / 1000);

export const CERTIFICATES: readonly SignatureCase[] = [
  ...KEY_OF_EACH_TYPE.map((key) =>
    row(`a certificate of ${key.type}`, certified({}, key), CA_LINE, alice),
  ),
  ...KEY_OF_EACH_TYPE.map((key) =>
    row(`an authority with ${key.type}`, certified({}, ED25519, key), of(key, '* cert-authority'), alice),
  ),
  row('no authority', certified(), of(OTHER, 'alice cert-authority'), because('is by a certificate whose authority is in no line of allowed_signers with cert-authority')),
  row("the authority's line without cert-authority", certified(), of(CA), because('is by a certificate whose authority is in no line of allowed_signers with cert-authority')),
  row("the key's own line", certified(), of(ED25519), because('is by a certificate whose authority is in no line of allowed_signers with cert-authority')),
  row('the authority in the name of another', armored(Buffer.from(signatureBlob(ED25519, messageOf(HEAD), { publicBlob: certificateBlob(ED25519, { ...CA, sign: OTHER.sign }) }))), CA_LINE,
    inCertificate('is not signed by its authority, or was changed')),
  row('a host', certified({ kind: 2 }), CA_LINE, ofAuthority('is for a host, not for a user')),
  row('neither', certified({ kind: 3 }), CA_LINE, inCertificate('is neither for a user nor for a host')),
  row('valid up to the next second', certified({ validBefore: SECOND + 1n }), CA_LINE, alice),
  row('valid up to this second', certified({ validBefore: SECOND }), CA_LINE, ofAuthority('was valid until 2026-11-30T12:00:00Z')),
  row('valid from this second', certified({ validAfter: SECOND }), CA_LINE, alice),
  row('valid from the next second', certified({ validAfter: SECOND + 1n }), CA_LINE, ofAuthority('is not valid before 2026-11-30T12:00:01Z')),
  row('valid never', certified({ validAfter: 2n ** 64n - 1n }), CA_LINE, ofAuthority('is not valid before +275760-09-13T00:00:00Z')),
  row('no name', certified({ principals: [] }), CA_LINE, ofAuthority('names no person')),
  row('a name that the line has not', certified({ principals: ['carol'] }), CA_LINE, ofAuthority('names nobody whom that line accepts')),
  row('two names', certified({ principals: ['carol', 'alice'] }), CA_LINE, alice),
  row('a pattern for a name', certified({ principals: ['a*'] }), CA_LINE, ofAuthority('names nobody whom that line accepts')),
  row('a name that the line takes out', certified(), of(CA, '*,!alice cert-authority'), ofAuthority('names nobody whom that line accepts')),
  row('a line that is over', certified(), of(CA, 'alice cert-authority,valid-before="20260101Z"'), ofAuthority('was valid until 2026-01-01T00:00:00Z')),
  row('extensions', certified({ extensions: { 'no-touch-required': '', 'permit-pty': '' } }), CA_LINE, alice),
  stricter('no touch, which an extension allows', signed(SK_ED25519, { flags: 0, publicBlob: certificateBlob(SK_ED25519, CA, { extensions: { 'no-touch-required': '' } }) }), CA_LINE,
    because('is by a hardware key that does not say that somebody touched it')),
  stricter('force-command', certified({ critical: { 'force-command': 'true' } }), CA_LINE, inCertificate("has the critical option force-command, which a signature can't keep")),
  stricter('an unknown critical option', certified({ critical: { 'x@example.com': '' } }), CA_LINE, inCertificate("has the critical option x@example.com, which a signature can't keep")),
  stricter('verify-required, and a touch', certified({ critical: { 'verify-required': '' } }, SK_ED25519), CA_LINE, ofAuthority('asks for a hardware key that verified its user (verify-required)')),
  row('verify-required, and a PIN', signed(SK_ED25519, { flags: 5, publicBlob: certificateBlob(SK_ED25519, CA, { critical: { 'verify-required': '' } }) }), CA_LINE, alice),
  stricter('an authority with SHA-1', certified({ algorithm: 'ssh-rsa' }, ED25519, RSA), of(RSA, 'alice cert-authority'), inCertificate('is made with ssh-rsa, not rsa-sha2-256 or rsa-sha2-512')),
  stricter('an authority with 1024 bits', certified({}, ED25519, SHORT_RSA), of(SHORT_RSA, 'alice cert-authority'), inCertificate('is by an RSA key of 1024 bits; 2048 are the least')),
  stricter('an authority that nobody touched', certified({ flags: 0 }, ED25519, SK_ED25519), of(SK_ED25519, 'alice cert-authority'), inCertificate('is by a hardware key that does not say that somebody touched it')),
  stricter('the certificate as the key of a line', certified({ validBefore: 1n }), `alice ssh-ed25519-cert-v01@openssh.com ${certificateBlob(ED25519, CA, { validBefore: 1n }).toString('base64')}\n`,
    malformed('allowed_signers, line 1 has a certificate where a key belongs: give the key of its authority, with cert-authority')),
]; // prettier-ignore
