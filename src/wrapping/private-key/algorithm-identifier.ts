import type { DerValue } from '../der.ts';
import { readCount, readDerChildren, readOid } from '../der.ts';
import { MalformedKeyFile, unreadable } from './encryption-refusal.ts';
import type { DeriveKey } from './key-derivation.ts';
import { pbkdf2Key, scryptKey } from './key-derivation.ts';

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: DerValue | undefined;
}

/** @throws MalformedKeyFile */
export function readAlgorithm(value: DerValue | undefined): AlgorithmIdentifier {
  const [oid, parameters] = childrenOf(value);
  return { oid: required(readOid(oid)), parameters };
}

/** The values in a SEQUENCE. */
export function childrenOf(value: DerValue | undefined): readonly DerValue[] {
  return required(value?.tag === 0x30 ? readDerChildren(value.content) : undefined);
}

export function octetsOf(value: DerValue | undefined): Buffer {
  return required(value?.tag === 0x04 ? value.content : undefined);
}

export function countOf(value: DerValue | undefined): number {
  return required(readCount(value));
}

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new MalformedKeyFile();
  return value;
}

const PBKDF2 = '1.2.840.113549.1.5.12';
const SCRYPT = '1.3.6.1.4.1.11591.4.11';

/** HMAC functions, by the hash's name in Node (RFC 8018 B.1.2, and what others registered since). */
const HMACS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.6': 'md5',
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
  '1.2.840.113549.2.12': 'sha512-224',
  '1.2.840.113549.2.13': 'sha512-256',
  '2.16.840.1.101.3.4.2.13': 'sha3-224',
  '2.16.840.1.101.3.4.2.14': 'sha3-256',
  '2.16.840.1.101.3.4.2.15': 'sha3-384',
  '2.16.840.1.101.3.4.2.16': 'sha3-512',
  '1.2.156.10197.1.401.2': 'sm3',
};

/** @throws EncryptionRefusal for an HMAC that kmsx does not know */
export function hmacHash({ oid }: AlgorithmIdentifier): string {
  const hash = HMACS[oid];
  if (hash === undefined) throw unreadable(`an HMAC of the kind ${oid}`, 'its-maker');
  return hash;
}

/** How a key is derived from a passphrase, and how long the file says that it is. */
export interface KeyDerivation {
  readonly derive: DeriveKey;
  readonly keyLength: number | undefined;
}

/**
 * Reads PBKDF2 (RFC 8018 A.2) or scrypt (RFC 7914 §7) and bounds what it costs.
 *
 * @throws EncryptionRefusal, MalformedKeyFile
 */
export function readKeyDerivation({ oid, parameters }: AlgorithmIdentifier): KeyDerivation {
  const [salt, ...numbers] = childrenOf(parameters);
  if (oid === PBKDF2) {
    const [iterations, ...others] = numbers;
    const keyLength = others.find(({ tag }) => tag === 0x02);
    const prf = others.find(({ tag }) => tag === 0x30);
    const hash = prf === undefined ? 'sha1' : hmacHash(readAlgorithm(prf));
    return {
      derive: pbkdf2Key(hash, octetsOf(salt), countOf(iterations)),
      keyLength: keyLength && countOf(keyLength),
    };
  }
  if (oid === SCRYPT) {
    const [N, r, p, keyLength] = numbers;
    const cost = { N: countOf(N), r: countOf(r), p: countOf(p) };
    return {
      derive: scryptKey(octetsOf(salt), cost),
      keyLength: keyLength && countOf(keyLength),
    };
  }
  throw unreadable(`a key derivation of the kind ${oid}`, 'its-maker');
}
