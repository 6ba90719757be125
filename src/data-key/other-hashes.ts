import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import type { AnyOaepHash, OaepHashes } from '../wrapping/rsa-oaep.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';

const NAMES: Readonly<Record<AnyOaepHash, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};
const HASHES = Object.keys(NAMES) as AnyOaepHash[];
const PAIRS = HASHES.flatMap((hash) => HASHES.map((mgf1Hash) => ({ hash, mgf1Hash })));

/**
 * Finds out whether an export that does not open as its algorithm says opens with other hashes: with those of KMS's
 * other algorithm, or with a pair that KMS never uses and other programs do. Java's OAEPWithSHA-256AndMGF1Padding
 * is SHA-256 with MGF1 over SHA-1.
 *
 * Every pair is tried only after a failure, and all of them where nothing opens. A success needs a whole valid
 * padding, which only who knows the data key can make: so this tells a forger nothing that the one error
 * `unwrap-failed` hides.
 *
 * @returns `wrapping-hash-mislabelled`; undefined where nothing opens it
 */
export async function otherHashes(
  wrapped: Uint8Array,
  algorithm: WrappingAlgorithm,
  key: UnwrappingKey,
): Promise<KmsxError | undefined> {
  const { name, hash: named } = algorithm;
  if (named === undefined) return undefined;
  const others = PAIRS.filter(({ hash, mgf1Hash }) => hash !== named || mgf1Hash !== named);
  const found = await key.findHashes(wrapped, others);
  if (found === undefined) return undefined;
  const other = WRAPPING_ALGORITHMS.find(
    ({ hash }) => hash === found.hash && hash === found.mgf1Hash,
  );
  if (other === undefined) return foreign(name, NAMES[named], found);
  return mislabelled(algorithm, other);
}

/** The error for an export that opens with another algorithm than it says. */
export function mislabelled(says: WrappingAlgorithm, opens: WrappingAlgorithm): KmsxError {
  return kmsxError(
    'wrapping-hash-mislabelled',
    `the export does not open with ${says.name}, but with ${opens.name}`,
    { details: { algorithm: opens.name } },
  );
}

function foreign(algorithm: string, wanted: string, { hash, mgf1Hash }: OaepHashes): KmsxError {
  const found = `${NAMES[hash]} for OAEP and ${NAMES[mgf1Hash]} for MGF1`;
  const java = `new OAEPParameterSpec("${wanted}", "MGF1", MGF1ParameterSpec.${wanted.replace('-', '')}, PSource.PSpecified.DEFAULT)`;
  return kmsxError(
    'wrapping-hash-mislabelled',
    `the export does not open with ${algorithm}, but with ${found}`,
    {
      details: { algorithm },
      hints: [
        `KMS never wraps so: another program made it; have it made again with ${wanted} for both (in Java: ${java})`,
      ],
    },
  );
}
