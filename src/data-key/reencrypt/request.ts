import type { KeyIdentifier } from '../../kms/key-id.ts';
import type { ReEncryptInput } from '../../kms/types.ts';
import type { BackupSource } from '../backup-source.ts';
import type { EncryptionContext } from '../../documents/encryption-context.ts';
import { encodeEncryptionContext } from '../../documents/encryption-context.ts';
import type { ExportEntry } from '../../documents/export-document.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';

/** An export for an asymmetric key of KMS, which ReEncrypt accepts instead of a CiphertextBlob. */
export interface AsymmetricSource {
  /** Id, alias or ARN of that KMS key. */
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly entry: ExportEntry;
}

export interface ReencryptRequest {
  /** The old backup. */
  readonly source: BackupSource;
  /** Set if the data key comes from an export and not from the old CiphertextBlob. */
  readonly asymmetricSource?: AsymmetricSource | undefined;
  /** The new KMS key. */
  readonly destination: KeyIdentifier;
  readonly destinationContext: EncryptionContext | undefined;
  /** What the data key's check values must be. */
  readonly expected: readonly KeyCheckValue[];
}

/** The parameters of ReEncrypt. */
export function reEncryptInput(request: ReencryptRequest): ReEncryptInput {
  const { source, asymmetricSource, destination, destinationContext } = request;
  const to = {
    destinationKeyId: destination.text,
    destinationEncryptionContextJson:
      destinationContext && encodeEncryptionContext(destinationContext),
  };
  if (asymmetricSource === undefined) {
    const { CiphertextBlob, EncryptionContext } = source;
    return {
      ...to,
      ciphertextBlobBase64: CiphertextBlob,
      sourceEncryptionContextJson: EncryptionContext && encodeEncryptionContext(EncryptionContext),
    };
  }
  // Neither RSA nor SM2 binds a context: none is sent for the source.
  const { keyId, keyVersionId, entry } = asymmetricSource;
  return {
    ...to,
    ciphertextBlobBase64: entry.ExportedDataKey,
    asymmetricSource: { keyId, keyVersionId, algorithm: entry.WrappingAlgorithm },
  };
}
