import { createHash, verify } from 'node:crypto';
import type { KeyType } from './key-types.ts';
import type { PublicKey } from './public-key.ts';
import { quoted, refuse } from './refusal.ts';
import type { WireReader } from './wire.ts';
import { wireReader } from './wire.ts';

/** A signature of a key, in the form of its type. */
export interface KeySignature {
  /** Whether it is by the key over these bytes. */
  readonly isOver: (data: Buffer) => boolean;
  /** That a hardware key asked for a PIN or a fingerprint, beyond a touch. */
  readonly isUserVerified: boolean;
}

const LEAST_RSA_BITS = 2048;
const RSA_HASHES = new Map([
  ['rsa-sha2-256', 'sha256'],
  ['rsa-sha2-512', 'sha512'],
]);

/**
 * Reads a signature as SSH sends it: RFC 8332 §3 (RSA, with SHA-2 alone and 2048 bits or more), RFC 5656 §3.1.2 (ECDSA),
 * RFC 8709 §6 (Ed25519), OpenSSH's PROTOCOL.u2f (hardware keys, which must say that somebody was there).
 */
export function readKeySignature(by: PublicKey, blob: Buffer): KeySignature {
  const reader = wireReader(blob, 'the signature of the key');
  const algorithm = reader.text();
  const check = makeCheck(by, algorithm, reader.string());
  const hardware = by.type.isHardware ? readHardwareFields(reader) : undefined;
  reader.end();
  if (hardware === undefined) return { isOver: check, isUserVerified: false };
  const application = sha256(by.application ?? Buffer.alloc(0));
  return {
    isOver: (data) => check(Buffer.concat([application, hardware.signed, sha256(data)])),
    isUserVerified: hardware.isUserVerified,
  };
}

type Check = KeySignature['isOver'];

function makeCheck(by: PublicKey, algorithm: string, signature: Buffer): Check {
  if (by.type.family === 'rsa') return rsaCheck(by, algorithm, signature);
  if (algorithm !== by.type.name)
    refuse(`is made with ${quoted(algorithm)} and by a key of the type ${by.type.name}`);
  if (by.type.family === 'ecdsa') return ecdsaCheck(by, by.type, signature);
  if (signature.length !== 64) refuse('is malformed: the Ed25519 signature is not of 64 bytes');
  return (data) => isGood(() => verify(null, data, by.key, signature));
}

function rsaCheck({ key }: PublicKey, algorithm: string, signature: Buffer): Check {
  const hash = RSA_HASHES.get(algorithm);
  if (hash === undefined)
    return refuse(`is made with ${quoted(algorithm)}, not rsa-sha2-256 or rsa-sha2-512`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_RSA_BITS)
    refuse(`is by an RSA key of ${bits} bits; ${LEAST_RSA_BITS} are the least`);
  return (data) => isGood(() => verify(hash, data, key, padded(signature, Math.ceil(bits / 8))));
}

function ecdsaCheck(
  { key }: PublicKey,
  { curve }: Extract<KeyType, { readonly family: 'ecdsa' }>,
  signature: Buffer,
): Check {
  const reader = wireReader(signature, 'the ECDSA signature');
  const [r, s] = [reader.mpint(), reader.mpint()];
  reader.end();
  if (r.length > curve.bytes || s.length > curve.bytes)
    refuse('is malformed: the ECDSA signature is larger than its curve');
  const both = Buffer.concat([padded(r, curve.bytes), padded(s, curve.bytes)]);
  const dsaEncoding = 'ieee-p1363' as const;
  return (data) => isGood(() => verify(curve.hash, data, { key, dsaEncoding }, both));
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** The flags and the counter of an authenticator, which it signs with the message. */
function readHardwareFields(reader: WireReader): {
  readonly signed: Buffer;
  readonly isUserVerified: boolean;
} {
  const signed = reader.bytes(5);
  const flags = signed.readUInt8(0);
  if ((flags & USER_PRESENT) === 0)
    refuse('is by a hardware key that does not say that somebody touched it');
  return { signed, isUserVerified: (flags & USER_VERIFIED) !== 0 };
}

/** A number with zeros before it. */
function padded(number: Buffer, length: number): Buffer {
  const zeros = Math.max(0, length - number.length);
  return Buffer.concat([Buffer.alloc(zeros), number]);
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** OpenSSL throws for some keys that no signature can be by, such as one with an exponent of many digits. */
function isGood(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
