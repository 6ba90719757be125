import type { BackupSource } from '../data-key/backup-source.ts';
import { dataKeyIdOf } from '../documents/encryption-context.ts';
import { envelopeFingerprint } from '../documents/envelope-fingerprint.ts';
import type { ProofDocument } from '../documents/proof-document.ts';
import { toProofDocument } from '../documents/proof-document.ts';
import type { KmsClient } from '../kms/types.ts';

/** A backup that opened, and what its data key was compared with. */
export interface ProvedBackup extends Pick<ProofDocument, 'SameKeyAs'> {
  readonly name: string;
  /** As `OpenedPlace.id`. */
  readonly placeId: string;
  readonly source: BackupSource;
  /** What KMS said when it opened it. */
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
  readonly AssuranceBits?: number | undefined;
  readonly NumberOfBytes?: number | undefined;
  readonly KeyCheckValues?: ProofDocument['KeyCheckValues'] | undefined;
}

/**
 * Puts the proof of a backup together.
 *
 * @param kms - the client that asked
 * @param now - this machine's clock
 * @throws KmsxError those of the source of the credentials
 */
export async function makeProof(
  { name, placeId, source, keyId, keyVersionId, requestId, ...proved }: ProvedBackup,
  kms: KmsClient,
  now: Date,
): Promise<ProofDocument> {
  const { EncryptionContext, CiphertextBlob } = source;
  return toProofDocument({
    Name: name,
    Place: placeId,
    KeyId: keyId,
    KeyVersionId: keyVersionId,
    CiphertextBlobFingerprint: envelopeFingerprint(CiphertextBlob),
    DataKeyId: dataKeyIdOf(EncryptionContext),
    EncryptionContext,
    NumberOfBytes: proved.NumberOfBytes,
    KeyCheckValues: proved.KeyCheckValues?.length === 0 ? undefined : proved.KeyCheckValues,
    SameKeyAs: proved.SameKeyAs,
    AssuranceBits: proved.AssuranceBits,
    AccessKeyId: await kms.accessKeyId(),
    RequestId: requestId,
    Region: kms.region,
    Endpoint: kms.endpoint,
    CreatedAt: now.toISOString(),
    Rehearsal: kms.isRehearsal ? true : undefined,
  });
}
