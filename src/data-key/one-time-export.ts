import { createPublicKey } from 'node:crypto';
import { decodeBase64 } from '../base/bytes/bytes.ts';
import { KmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { KmsClient } from '../kms/types.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { assertFits, findWrappingAlgorithm } from '../wrapping/algorithms.ts';
import { keyFacts } from '../wrapping/key-facts.ts';
import { makeRsaKey } from '../wrapping/key-pair.ts';
import type { WrappingPublicKey } from '../wrapping/public-key/wrapping-public-key.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';
import { rsaUnwrappingKey } from '../wrapping/unwrapping-key.ts';
import type { ExportEntry } from '../documents/export-document.ts';
import type { BackupSource } from './backup-source.ts';
import { assertLengthOfSource } from './backup-source.ts';
import { dryRunReexport, reexport } from './reexport.ts';

/** A wrapping key pair of this process alone, never written anywhere. */
export interface OneTimeKey extends UnwrappingKey {
  readonly publicKey: WrappingPublicKey;
}

/** A data key that KMS exported to a one-time key, and what KMS said of it. */
export interface OneTimeExport {
  /** The caller disposes of it. */
  readonly dataKey: SecretBytes;
  /** The KMS key that opened the CiphertextBlob. */
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

/** Makes a one-time key: RSA of 2048 bits with the exponent 65537. */
export async function makeOneTimeKey(): Promise<OneTimeKey> {
  const privateKey = await makeRsaKey();
  const { spki, fingerprint } = keyFacts(createPublicKey(privateKey));
  const publicKeyBlob = spki.toString('base64');
  return {
    ...rsaUnwrappingKey(privateKey, fingerprint),
    publicKey: { keySpec: 'RSA_2048', spki, fingerprint, publicKeyBlob },
  };
}

/**
 * How a data key goes to a one-time key: RSAES_OAEP_SHA_256 up to 190 bytes, RSAES_OAEP_SHA_1 up to 214. Where
 * the length is not known it is the one that carries more: OAEP does not rest on the hash's collision resistance.
 *
 * @param numberOfBytes - the length of the data key, where it is known
 * @throws KmsxError `data-key-too-long` above 214 bytes
 */
export function oneTimeAlgorithm(numberOfBytes: number | undefined): WrappingAlgorithm {
  const usual = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
  if (numberOfBytes !== undefined && numberOfBytes <= usual.maxDataKeyBytes) return usual;
  const roomier = findWrappingAlgorithm('RSAES_OAEP_SHA_1');
  if (numberOfBytes !== undefined) assertFits(roomier, numberOfBytes);
  return roomier;
}

/**
 * Has KMS export the data key of a backup to a one-time key (ExportDataKey), and unwraps it here.
 *
 * @param key - to use one pair for several backups; else a new one is made
 * @returns the data key, which the caller disposes of, and the KMS key that the backup is under
 * @throws KmsxError `data-key-too-long` before anything is sent, where the length is known; `data-key-length`,
 * `backup-key-mismatch`; those of KMS, and `answer-malformed`, also where what KMS exported does not open
 */
export async function exportToOneTimeKey(
  source: BackupSource,
  kms: KmsClient,
  key?: OneTimeKey,
): Promise<OneTimeExport> {
  const algorithm = oneTimeAlgorithm(source.NumberOfBytes);
  const oneTimeKey = key ?? (await makeOneTimeKey());
  const recipient = { publicKey: oneTimeKey.publicKey, algorithm };
  const { entry, keyId, keyVersionId } = await reexport(source, recipient, kms);
  const requestId = entry.RequestId;
  const dataKey = await unwrap(entry, algorithm, oneTimeKey);
  try {
    assertLengthOfSource(source, dataKey);
  } catch (error) {
    dataKey.dispose();
    throw error;
  }
  return { dataKey, keyId, keyVersionId, requestId };
}

/**
 * Asks KMS whether `exportToOneTimeKey` would succeed.
 *
 * @throws KmsxError what `exportToOneTimeKey` would throw before there is an answer
 */
export async function dryRunOneTimeExport(
  source: BackupSource,
  kms: KmsClient,
  key?: OneTimeKey,
): Promise<void> {
  const algorithm = oneTimeAlgorithm(source.NumberOfBytes);
  const { publicKey } = key ?? (await makeOneTimeKey());
  await dryRunReexport(source, { publicKey, algorithm }, kms);
}

async function unwrap(
  { ExportedDataKey, RequestId }: ExportEntry,
  algorithm: WrappingAlgorithm,
  key: OneTimeKey,
): Promise<SecretBytes> {
  try {
    return await key.unwrap(decodeBase64(ExportedDataKey) ?? Buffer.alloc(0), algorithm);
  } catch (error) {
    if (!(error instanceof KmsxError && error.code === 'unwrap-failed')) throw error;
    // Only this process has the key pair: it is the answer that is wrong.
    throw answerMalformed(
      'ExportDataKey',
      'its ExportedDataKey does not open with the key that it was asked for',
      RequestId,
    );
  }
}
