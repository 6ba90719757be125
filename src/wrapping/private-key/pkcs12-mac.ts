import { createHmac } from 'node:crypto';
import { equalBytes } from '../../base/bytes/bytes.ts';
import type { DerValue } from '../der.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import {
  childrenOf,
  countOf,
  hmacHash,
  octetsOf,
  readAlgorithm,
  readKeyDerivation,
  required,
} from './algorithm-identifier.ts';
import { MalformedKeyFile, EncryptionRefusal } from './encryption-refusal.ts';
import type { DeriveKey } from './key-derivation.ts';
import { PKCS12_PURPOSE, pkcs12Key } from './key-derivation.ts';
import type { Passphrase } from './passphrase.ts';

const PBMAC1 = '1.2.840.113549.1.5.14';

/** The hashes of a MAC as RFC 7292 has it, and their lengths. */
const HASHES: Readonly<Record<string, readonly [hash: string, length: number]>> = {
  '1.2.840.113549.2.5': ['md5', 16],
  '1.3.14.3.2.26': ['sha1', 20],
  '2.16.840.1.101.3.4.2.4': ['sha224', 28],
  '2.16.840.1.101.3.4.2.1': ['sha256', 32],
  '2.16.840.1.101.3.4.2.2': ['sha384', 48],
  '2.16.840.1.101.3.4.2.3': ['sha512', 64],
};

/** A key of PBMAC1 in bytes: a short one would verify for many passphrases (RFC 9579 §4). */
const PBMAC1_KEY = { min: 20, max: 64 };

interface MacKey {
  readonly hash: string;
  readonly derive: DeriveKey;
  readonly length: number;
}

/** Whether a PKCS#12 file was sealed with a passphrase. */
export type VerifyMac = (passphrase: Passphrase) => Promise<boolean>;

/**
 * Reads the MAC of a PKCS#12 file and judges it before any work: that of RFC 7292 §4, or PBMAC1 (RFC 9579).
 *
 * @param macData - in DER
 * @param contents - what the MAC is over
 * @throws EncryptionRefusal, MalformedKeyFile
 */
export function readPkcs12Mac(macData: DerValue, contents: Buffer): VerifyMac {
  const [digestInfo, salt, iterations] = childrenOf(macData);
  const [algorithmValue, digest] = childrenOf(digestInfo);
  const algorithm = readAlgorithm(algorithmValue);
  const expected = octetsOf(digest);
  const { hash, derive, length } =
    algorithm.oid === PBMAC1
      ? pbmac1Key(algorithm)
      : pkcs12MacKey(algorithm, octetsOf(salt), iterations === undefined ? 1 : countOf(iterations));
  return async (passphrase) => {
    const key = await derive(passphrase, length);
    const actual = createHmac(hash, key).update(contents).digest();
    key.fill(0);
    return equalBytes(actual, expected);
  };
}

function pkcs12MacKey({ oid }: AlgorithmIdentifier, salt: Buffer, iterations: number): MacKey {
  const [hash, length] = HASHES[oid] ?? [];
  if (hash === undefined || length === undefined) {
    throw new EncryptionRefusal(
      `is a PKCS#12 file with a MAC of the kind ${oid}, which kmsx does not read`,
      'openssl',
    );
  }
  return { hash, derive: pkcs12Key(hash, PKCS12_PURPOSE.mac, salt, iterations), length };
}

/** The salt and iterations beside it do not count (RFC 9579 §5). */
function pbmac1Key({ parameters }: AlgorithmIdentifier): MacKey {
  const [derivation, scheme] = childrenOf(parameters).map(readAlgorithm);
  const { derive, keyLength } = readKeyDerivation(required(derivation));
  const length = required(keyLength);
  if (length < PBMAC1_KEY.min || length > PBMAC1_KEY.max) throw new MalformedKeyFile();
  return { hash: hmacHash(required(scheme)), derive, length };
}
