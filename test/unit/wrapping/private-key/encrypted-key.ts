/* Encrypted keys in DER, made by hand. */
import { parse, sequence, tlv } from '../support.ts';

export const SALT = Buffer.from('a salt of 16 bytes');
export const octets = (bytes: Uint8Array): Buffer => tlv(0x04, bytes);
export const count = (value: number): Buffer => {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return tlv(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]));
};
export const algorithm = (oid: string, ...parameters: Buffer[]): Buffer =>
  sequence([tlv(0x06, Buffer.from(oid, 'hex')), ...parameters]);

const PBES2 = '2a864886f70d01050d';
export const PBKDF2 = '2a864886f70d01050c';
const SCRYPT = '2b06010401da47040b';
export const HMAC_SHA224 = '2a864886f70d0208';
const HMAC_SHA256 = '2a864886f70d0209';
export const AES_256_CBC = '60864801650304012a';
export const AES_256_GCM = '60864801650304012e';
export const AES_256_CCM = '60864801650304012f';
export const CHACHA20 = '2a864886f70d0109100312';
export const IV = Buffer.alloc(16, 7);
export const CBC = algorithm(AES_256_CBC, octets(IV));

export const pbkdf2 = (iterations: number, hmac = HMAC_SHA256): Buffer =>
  algorithm(PBKDF2, sequence([octets(SALT), count(iterations), algorithm(hmac)]));
export const scrypt = (N: number, r: number, p: number): Buffer =>
  algorithm(SCRYPT, sequence([octets(SALT), count(N), count(r), count(p)]));

/** An EncryptedPrivateKeyInfo by PBES2; what is encrypted need not be a key where it is refused first. */
export function pbes2(
  derivation: Buffer,
  cipher = CBC,
  data: Uint8Array = Buffer.alloc(32),
): Buffer {
  return sequence([algorithm(PBES2, sequence([derivation, cipher])), octets(data)]);
}

/** PBKDF2 that says how many bytes it derives. */
export function longKey(bytes: number): Buffer {
  return algorithm(
    PBKDF2,
    sequence([octets(SALT), count(10), count(bytes), algorithm(HMAC_SHA256)]),
  );
}

/** The scheme PBE-SHA1-3DES of PKCS#12 (RFC 7292 C). */
export function tripleDes(iterations: number): Buffer {
  const scheme = algorithm('2a864886f70d010c0103', sequence([octets(SALT), count(iterations)]));
  return sequence([scheme, octets(Buffer.alloc(32))]);
}

/** A PKCS#12 file with another iteration count of its MAC. */
export function withMacIterations(pfx: Buffer, iterations: number): Buffer {
  const [version, contents, mac] = parse(parse(pfx)[0]?.content);
  const [digest, salt] = parse(mac?.content);
  const wholes = [version, contents].map((value) => value?.whole ?? Buffer.alloc(0));
  const macParts = [digest, salt].map((value) => value?.whole ?? Buffer.alloc(0));
  return sequence([...wholes, sequence([...macParts, count(iterations)])]);
}
