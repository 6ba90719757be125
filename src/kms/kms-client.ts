import type { SecretBytes } from '../base/secret-bytes.ts';
import type { KeyCatalog } from './key-catalog.ts';

/** What a wrapping key is to KMS: base64 of the DER SubjectPublicKeyInfo, and KMS's own names. */
export interface WrappingParameters {
  readonly publicKeyBlobBase64: string;
  readonly wrappingKeySpec: string;
  readonly wrappingAlgorithm: string;
}

export interface GenerateAndExportDataKeyInput extends WrappingParameters {
  /** Id, alias or ARN. */
  readonly keyId: string;
  readonly keySpec?: string | undefined;
  readonly numberOfBytes?: number | undefined;
  /** The EncryptionContext as one JSON text. */
  readonly encryptionContextJson?: string | undefined;
}

export interface ExportDataKeyInput extends WrappingParameters {
  readonly ciphertextBlobBase64: string;
  readonly encryptionContextJson?: string | undefined;
}

export interface DecryptInput {
  readonly ciphertextBlobBase64: string;
  readonly encryptionContextJson?: string | undefined;
}

/** Binary values are standard base64, checked. */
export interface ExportedDataKey {
  readonly exportedDataKeyBase64: string;
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

export interface GeneratedDataKey extends ExportedDataKey {
  readonly ciphertextBlobBase64: string;
}

export interface DecryptedDataKey {
  /** The caller disposes of it. */
  readonly plaintext: SecretBytes;
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

/** From one symmetric KMS key to another, or, with all of `source…Key…`, from an RSA KMS key to a symmetric one. */
export interface ReEncryptInput {
  readonly ciphertextBlobBase64: string;
  /** Id, alias or ARN of a symmetric KMS key. */
  readonly destinationKeyId: string;
  readonly sourceEncryptionContextJson?: string | undefined;
  readonly destinationEncryptionContextJson?: string | undefined;
  readonly asymmetricSource?: {
    readonly keyId: string;
    readonly keyVersionId: string;
    /** `RSAES_OAEP_SHA_256` and its like. */
    readonly algorithm: string;
  };
}

/** `keyId` and `keyVersionId` are those of the key that decrypted: the old one. */
export interface ReEncryptedDataKey {
  readonly ciphertextBlobBase64: string;
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

/** A new secret with one version, of text. */
export interface NewSecret {
  readonly name: string;
  readonly versionId: string;
  readonly text: string;
}

export interface SecretValue {
  readonly text: string;
  readonly versionId: string;
  readonly requestId: string;
}

export interface DryRunAnswer {
  readonly wouldSucceed: true;
  readonly requestId?: string;
}

/**
 * KMS, for those who know nothing of SDKs. Every method makes up to `maxAttempts` attempts and throws
 * KmsxError: with KMS's own Code where KMS refused; `network-failed`, `timed-out`, `tls-failed`,
 * `proxy-failed`, `not-kms` where KMS was not reached; `credentials-failed`; `answer-malformed` for an
 * answer that can't be right.
 */
export interface KmsClient {
  /** The gateway's URL. */
  readonly endpoint: string;
  readonly region: string | undefined;
  /** Whether an answer came from an embedded KMS; known after the first. */
  readonly isRehearsal: boolean;
  /** How far KMS's clock is ahead of this machine's, by the last answer's Date header; known after the first. */
  readonly clockSkewMs: number | undefined;
  /** What KMS tells of its keys and aliases. */
  readonly keys: KeyCatalog;
  generateAndExportDataKey(input: GenerateAndExportDataKeyInput): Promise<GeneratedDataKey>;
  exportDataKey(input: ExportDataKeyInput): Promise<ExportedDataKey>;
  decrypt(input: DecryptInput): Promise<DecryptedDataKey>;
  reEncrypt(input: ReEncryptInput): Promise<ReEncryptedDataKey>;
  /** CreateSecret: a name that exists is refused (`Rejected.ResourceExist`). */
  createSecret(secret: NewSecret): Promise<{ readonly requestId: string }>;
  /** DescribeSecret: a secret is there. One that is not is refused (`Forbidden.ResourceNotFound`); its value is not read. */
  describeSecret(name: string): Promise<{ readonly requestId: string }>;
  /** GetSecretValue: the current version of a secret. */
  getSecretValue(name: string): Promise<SecretValue>;
  /**
   * Asks whether a call would succeed. Where it would not, the method throws what the call would throw
   * (`ValidationError`, `AccessDeniedError`, …); where KMS carries the call out all the same, it throws
   * `answer-malformed` and the result is thrown away.
   */
  readonly dryRun: {
    generateAndExportDataKey(input: GenerateAndExportDataKeyInput): Promise<DryRunAnswer>;
    exportDataKey(input: ExportDataKeyInput): Promise<DryRunAnswer>;
    decrypt(input: DecryptInput): Promise<DryRunAnswer>;
    reEncrypt(input: ReEncryptInput): Promise<DryRunAnswer>;
  };
  /** Ends all connections, those of the credentials too. */
  close(): Promise<void>;
}
