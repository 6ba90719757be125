/* Signatures of every type and form. */
import { hardwareEd25519Key } from '../keys.ts';
import { armored, signatureBlob, signatureFile } from '../signature.ts';
import type { SignatureCase } from './case.ts';
import {
  HEAD,
  OTHER_HEAD,
  messageOf,
  ED25519,
  OTHER,
  P256,
  RSA,
  RSA_3072,
  SHORT_RSA,
  SK_ED25519,
  SK_ECDSA,
  KEY_OF_EACH_TYPE,
  signed,
  of,
  alice,
  because,
  row,
  stricter,
} from './case.ts';

export const TYPES: readonly SignatureCase[] = [
  ...[...KEY_OF_EACH_TYPE, RSA_3072].map((key) =>
    row(`a signature of ${key.type}`, signed(key), of(key), alice),
  ),
  row('the hash sha256', signed(ED25519, { hash: 'sha256' }), of(ED25519), alice),
  row('the hash sha384', signed(ED25519, { hash: 'sha384' }), of(ED25519), because('is over a hash by sha384, not sha256 or sha512')),
  row('rsa-sha2-256', signed(RSA, { algorithm: 'rsa-sha2-256' }), of(RSA), alice),
  row('ssh-rsa, which is SHA-1', signed(RSA, { algorithm: 'ssh-rsa' }), of(RSA), because('is made with ssh-rsa, not rsa-sha2-256 or rsa-sha2-512')),
  stricter('RSA of 1024 bits', signed(SHORT_RSA), of(SHORT_RSA), because('is by an RSA key of 1024 bits; 2048 are the least')),
  row('an algorithm with the name of a method', signed(RSA, { algorithm: 'constructor' }), of(RSA), because('is made with constructor, not rsa-sha2-256 or rsa-sha2-512')),
  row('the algorithm of another type', signed(ED25519, { algorithm: 'sk-ssh-ed25519@openssh.com' }), of(ED25519),
    because('is made with sk-ssh-ed25519@openssh.com and by a key of the type ssh-ed25519')),
  stricter('an integer with leading zeros', signed(P256, { leadingZeros: 1 }), of(P256), because('is malformed: the ECDSA signature has a number with leading zeros')),
]; // prettier-ignore

const withoutFooter = (file: Buffer): Buffer => file.subarray(0, file.indexOf('-----END'));

export const FORM: readonly SignatureCase[] = [
  row('line ends of Windows', Buffer.from(signed(ED25519).toString().replaceAll('\n', '\r\n')), of(ED25519), alice, 'by version'),
  row('another namespace', signed(ED25519, { namespace: 'file' }), of(ED25519), because('is for the namespace file, not kmsx-record')),
  row('a namespace that says it in part', signed(ED25519, { namespace: 'kmsx-record2' }), of(ED25519), because('is for the namespace kmsx-record2, not kmsx-record')),
  row('a namespace with an escape', signed(ED25519, { namespace: '\u001b[2J' }), of(ED25519), because('is for the namespace \\u{1b}[2J, not kmsx-record')),
  row('no namespace', signed(ED25519, { namespace: '' }), of(ED25519), because('is for the namespace "", not kmsx-record')),
  row('another head', signatureFile(ED25519, messageOf(OTHER_HEAD)), of(ED25519), because('is over no head of this record, or was changed')),
  row('the head without its line end', signatureFile(ED25519, messageOf(HEAD).trimEnd()), of(ED25519), because('is over no head of this record, or was changed')),
  stricter('a reserved field', signed(ED25519, { reserved: 'x' }), of(ED25519), because('has a reserved field that is not empty')),
  stricter('version 0', signed(ED25519, { version: 0 }), of(ED25519), because('is of version 0, not 1')),
  row('version 2', signed(ED25519, { version: 2 }), of(ED25519), because('is of version 2, not 1')),
  row('bytes after the end', signed(ED25519, { after: Buffer.from('x') }), of(ED25519), because('is malformed: the signature goes on after its end')),
  row('a blob cut short', armored(signatureBlob(ED25519, messageOf(HEAD)).subarray(0, -1)), of(ED25519), because('is malformed: the signature is cut short')),
  row('another magic', armored(Buffer.from('SSHSIH')), of(ED25519), because('is no SSH signature')),
  row('no armor', signatureBlob(ED25519, messageOf(HEAD)), of(ED25519), because('does not begin with -----BEGIN SSH SIGNATURE-----')),
  row('text before it', Buffer.concat([Buffer.from('\n'), signed(ED25519)]), of(ED25519), because('does not begin with -----BEGIN SSH SIGNATURE-----')),
  row('no last line', withoutFooter(signed(ED25519)), of(ED25519), because('does not end with -----END SSH SIGNATURE-----')),
  stricter('text after it', Buffer.concat([signed(ED25519), Buffer.from('x\n')]), of(ED25519), because('has text after its end')),
  stricter('a blank in it', Buffer.from(signed(ED25519).toString().replace('\nU', '\n U')), of(ED25519), because('is malformed: what stands between its first and last line is not base64')),
  row('a sign that is not of base64', Buffer.from(signed(ED25519).toString().replace('\nU', '\n-')), of(ED25519), because('is malformed: what stands between its first and last line is not base64')),
  row('nothing', Buffer.alloc(0), of(ED25519), because('does not begin with -----BEGIN SSH SIGNATURE-----')),
  row("another key's blob", signed(ED25519, { publicBlob: OTHER.publicBlob }), of(OTHER), because('is over no head of this record, or was changed')),
  row('an unknown type', signed(ED25519, { publicBlob: Buffer.from('\0\0\0\x03dss') }), of(ED25519), because('is by a key of the type dss, which is unknown')),
]; // prettier-ignore

export const HARDWARE: readonly SignatureCase[] = [
  stricter('nobody touched it (Ed25519)', signed(SK_ED25519, { flags: 0 }), of(SK_ED25519), because('is by a hardware key that does not say that somebody touched it')),
  stricter('nobody touched it (ECDSA)', signed(SK_ECDSA, { flags: 4 }), of(SK_ECDSA), because('is by a hardware key that does not say that somebody touched it')),
  row('a PIN was asked for', signed(SK_ED25519, { flags: 5 }), of(SK_ED25519), alice),
  // An option of kmsx's own: ssh-keygen knows none that asks for it.
  row('verify-required, and a PIN', signed(SK_ED25519, { flags: 5 }), of(SK_ED25519, 'alice verify-required'), alice, false),
  row('verify-required, and a touch', signed(SK_ED25519), of(SK_ED25519, 'alice verify-required'),
    because('is by the key of line 1 of allowed_signers, which asks for a hardware key that verified its user (verify-required)')),
  row('verify-required, and no hardware', signed(ED25519), of(ED25519, 'alice verify-required'),
    because('is by the key of line 1 of allowed_signers, which asks for a hardware key that verified its user (verify-required)')),
  row('another application', signed(hardwareEd25519Key('ssh:other')), of(SK_ED25519), because('is by a key that is in no line of allowed_signers')),
]; // prettier-ignore
