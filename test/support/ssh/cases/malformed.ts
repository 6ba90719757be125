/* Keys, signatures and certificates that are none. */
import type { Certified } from '../certificate.ts';
import { certificateBlob } from '../certificate.ts';
import { mpint, str } from '../wire.ts';
import type { SignatureCase } from './case.ts';
import { because, CA, ED25519, malformed, of, P256, row, RSA, signed, stricter } from './case.ts';

const key = (type: string, ...fields: readonly Buffer[]): Buffer =>
  signed(ED25519, { publicBlob: Buffer.concat([str(type), ...fields]) });

const ecdsa = (r: Buffer, s = mpint(Buffer.from([1]))): Buffer =>
  signed(P256, {
    keySignature: Buffer.concat([str(P256.type), str(Buffer.concat([r, s]))]),
  });

const number = (length: number, first = 0x41): Buffer => Buffer.alloc(length, first);

/** A point of the curve, in 65 bytes, before it its length and the curve's name. */
const POINT = P256.fields.subarray(-65);

const KEYS: readonly SignatureCase[] = [
  row('an Ed25519 key of 31 bytes', key('ssh-ed25519', str(number(31))), of(ED25519), because('is malformed: the Ed25519 key is not of 32 bytes')),
  row('a key with a field too many', key('ssh-ed25519', str(number(32)), str('x')), of(ED25519), because('is malformed: the public key goes on after its end')),
  row('a key of another curve', key(P256.type, str('nistp384'), str(POINT)), of(P256), because('is malformed: the public key is of another curve than its type')),
  row('a compressed point', key(P256.type, str('nistp256'), str(Buffer.concat([Buffer.from([2]), POINT.subarray(1, 33)]))), of(P256), because('is malformed: the public key is no uncompressed point of its curve')),
  row('a point beside its curve', key(P256.type, str('nistp256'), str(Buffer.concat([POINT.subarray(0, 64), Buffer.from([(POINT[64] ?? 0) ^ 1])]))), of(P256), because('is malformed: the public key is none')),
  row('the exponent 1', key('ssh-rsa', mpint(Buffer.from([1])), mpint(number(256))), of(RSA), because('is by an RSA key that is none: its modulus is even, or its exponent even or 1')),
  row('an even exponent', key('ssh-rsa', mpint(Buffer.from([4])), mpint(number(256))), of(RSA), because('is by an RSA key that is none: its modulus is even, or its exponent even or 1')),
  row('an even modulus', key('ssh-rsa', mpint(Buffer.from([3])), mpint(number(256, 0x42))), of(RSA), because('is by an RSA key that is none: its modulus is even, or its exponent even or 1')),
  row('a modulus of more than 16384 bits', key('ssh-rsa', mpint(Buffer.from([3])), mpint(number(2049))), of(RSA), because('is by an RSA key with a number that is too large')),
  row('an exponent larger than the modulus', key('ssh-rsa', mpint(number(257)), mpint(number(256))), of(RSA), because('is by an RSA key with a number that is too large')),
  row('a negative modulus', key('ssh-rsa', mpint(Buffer.from([3])), str(number(256, 0xff))), of(RSA), because('is malformed: the public key has a negative number')),
]; // prettier-ignore

const SIGNATURES: readonly SignatureCase[] = [
  row('an Ed25519 signature of 63 bytes', signed(ED25519, { keySignature: Buffer.concat([str('ssh-ed25519'), str(number(63))]) }), of(ED25519), because('is malformed: the Ed25519 signature is not of 64 bytes')),
  row('an RSA signature longer than its key', signed(RSA, { keySignature: Buffer.concat([str('rsa-sha2-512'), str(number(257))]) }), of(RSA), because('is over no head of this record, or was changed')),
  row('a negative r', ecdsa(str(number(32, 0x80))), of(P256), because('is malformed: the ECDSA signature has a negative number')),
  row('an r of 33 bytes', ecdsa(mpint(number(33))), of(P256), because('is malformed: the ECDSA signature is larger than its curve')),
  row('an r of 0', ecdsa(str('')), of(P256), because('is over no head of this record, or was changed')),
  row('a third number', ecdsa(mpint(number(32)), Buffer.concat([mpint(number(32)), str('')])), of(P256), because('is malformed: the ECDSA signature goes on after its end')),
  row('a signature of a key with a field too many', signed(ED25519, { keySignature: Buffer.concat([str('ssh-ed25519'), str(number(64)), str('')]) }), of(ED25519), because('is malformed: the signature of the key goes on after its end')),
  stricter('an empty line in base64', Buffer.from(signed(ED25519).toString().replace('\nU', '\n\nU')), of(ED25519), because('is malformed: what stands between its first and last line is not base64')),
  row('a namespace that is long', signed(ED25519, { namespace: 'x'.repeat(5000) }), of(ED25519), because(`is for the namespace ${'x'.repeat(80)}…, not kmsx-record`)),
  row('a namespace with a NUL', signed(ED25519, { namespace: 'kmsx-record\0x' }), of(ED25519), because('is malformed: the signature has a text that is none')),
  stricter('a NUL in allowed_signers', signed(ED25519), `alice ${ED25519.line} a\0b`, malformed('allowed_signers, line 1 has a NUL')),
]; // prettier-ignore

const certified = (certificate: Certified, after = ''): Buffer =>
  signed(ED25519, {
    publicBlob: Buffer.concat([certificateBlob(ED25519, CA, certificate), Buffer.from(after)]),
  });
const ANYBODY = of(CA, '*,alice cert-authority');

const CERTIFICATES: readonly SignatureCase[] = [
  row('bytes after a certificate', certified({}, 'x'), ANYBODY, because('has a certificate that is malformed: the certificate goes on after its end')),
  row('256 names', certified({ principals: Array.from({ length: 256 }, () => 'alice') }), ANYBODY, { principal: 'alice' }),
  row('257 names', certified({ principals: Array.from({ length: 257 }, () => 'alice') }), ANYBODY, because('has a certificate that has more than 256 names')),
  row('an empty name', certified({ principals: ['', 'alice'] }), ANYBODY, { principal: 'alice' }),
  stricter('a name that is not UTF-8', certified({ principals: ['alice', Buffer.from([0xff])] }), ANYBODY, because('has a certificate that is malformed: the list of names has a text that is none')),
]; // prettier-ignore

export const MALFORMED_KEYS: readonly SignatureCase[] = [...KEYS, ...SIGNATURES, ...CERTIFICATES];
