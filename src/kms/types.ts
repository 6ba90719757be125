import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { Origin } from '../credentials/places.ts';

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

/** From one symmetric KMS key to another, or, with `asymmetricSource`, from an asymmetric KMS key to a symmetric one. */
export interface ReEncryptInput {
  readonly ciphertextBlobBase64: string;
  /** Id, alias or ARN of a symmetric KMS key. */
  readonly destinationKeyId: string;
  readonly sourceEncryptionContextJson?: string | undefined;
  readonly destinationEncryptionContextJson?: string | undefined;
  readonly asymmetricSource?: {
    readonly keyId: string;
    readonly keyVersionId: string;
    /** Such as `RSAES_OAEP_SHA_256`. */
    readonly algorithm: string;
  };
}

/** What every answer has. */
export interface Answered {
  readonly requestId: string;
}

/** The key that an answer about a data key names. */
interface AnsweredWithKey extends Answered {
  readonly keyId: string;
  readonly keyVersionId: string;
}

/** Binary values are standard base64, checked. */
export interface ExportedDataKey extends AnsweredWithKey {
  readonly exportedDataKeyBase64: string;
}

export interface GeneratedDataKey extends ExportedDataKey {
  readonly ciphertextBlobBase64: string;
}

export interface DecryptedDataKey extends AnsweredWithKey {
  /** The caller disposes of it. */
  readonly plaintext: SecretBytes;
}

/** `keyId` and `keyVersionId` are those of the key that decrypted: the old one. */
export interface ReEncryptedDataKey extends AnsweredWithKey {
  readonly ciphertextBlobBase64: string;
}

/** A new secret with one version, of text. */
export interface NewSecret {
  readonly name: string;
  readonly versionId: string;
  readonly text: string;
}

export interface SecretValue extends Answered {
  readonly text: string;
  readonly versionId: string;
}

export interface SecretEntry {
  readonly name: string;
  /** `Generic`, `Rds`, `RAMCredentials`, `ECS`, …; undefined if KMS does not say. */
  readonly type: string | undefined;
}

/** What DescribeKey says about a KMS key, in KMS's own words. */
export interface KeyMetadata extends Answered {
  readonly keyId: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`. */
  readonly keyState: string;
  /** `ENCRYPT/DECRYPT` or `SIGN/VERIFY`. */
  readonly keyUsage?: string | undefined;
  /** `Aliyun_AES_256`, `RSA_2048`, … */
  readonly keySpec?: string | undefined;
  readonly arn?: string | undefined;
  readonly origin?: string | undefined;
  readonly protectionLevel?: string | undefined;
  readonly description?: string | undefined;
  readonly creationDate?: string | undefined;
  /** When a key that is scheduled for deletion will be deleted. */
  readonly deleteDate?: string | undefined;
  /** When imported material expires. */
  readonly materialExpireTime?: string | undefined;
  readonly primaryKeyVersion?: string | undefined;
  /** The KMS instance that holds the key. */
  readonly dkmsInstanceId?: string | undefined;
}

export interface KeyEntry {
  readonly keyId: string;
  readonly keyArn?: string | undefined;
}

export interface AliasEntry {
  /** `alias/NAME` */
  readonly aliasName: string;
  readonly keyId: string;
  readonly aliasArn?: string | undefined;
}

export interface PageQuery {
  /** From 1. */
  readonly pageNumber: number;
  /** 1 to 100. */
  readonly pageSize: number;
}

export interface Page<T> extends Answered {
  readonly entries: readonly T[];
  /** Over all pages. */
  readonly totalCount: number;
}

/** What is done with data keys. KMS has a dry run for each. */
export interface DataKeyOperations {
  generateAndExportDataKey(input: GenerateAndExportDataKeyInput): Promise<GeneratedDataKey>;
  exportDataKey(input: ExportDataKeyInput): Promise<ExportedDataKey>;
  decrypt(input: DecryptInput): Promise<DecryptedDataKey>;
  reEncrypt(input: ReEncryptInput): Promise<ReEncryptedDataKey>;
}

/** What is done with secrets of Secrets Manager, which is part of KMS. */
export interface SecretOperations {
  /** A name that exists is refused (`Rejected.ResourceExist`). */
  createSecret(secret: NewSecret): Promise<Answered>;
  /** Asks whether a secret exists; one that does not is refused (`Forbidden.ResourceNotFound`). Its value is not read. */
  describeSecret(name: string): Promise<Answered>;
  /** The current version of a secret. */
  getSecretValue(name: string): Promise<SecretValue>;
  /** One page of the region's secrets, without their values. A dedicated gateway does not offer it. */
  listSecrets(page: PageQuery): Promise<Page<SecretEntry>>;
}

/**
 * What KMS says about its keys (DescribeKey, ListKeys, ListAliases). A dedicated gateway has none of the three
 * (`InvalidAction.NotFound`, `UnsupportedOperation`).
 */
export interface KeyCatalog {
  /** @param keyId - id, alias or ARN */
  describe(keyId: string): Promise<KeyMetadata>;
  /** One page of the region's keys. */
  list(page: PageQuery): Promise<Page<KeyEntry>>;
  /** One page of the region's aliases. */
  listAliases(page: PageQuery): Promise<Page<AliasEntry>>;
}

export interface DryRunAnswer {
  readonly wouldSucceed: true;
  readonly requestId?: string;
}

/**
 * Asks whether a call would succeed. If it would not, the method throws what the call would throw (`ValidationError`,
 * `AccessDeniedError`, …); if KMS carries the call out all the same, it throws `answer-malformed` and the result is
 * thrown away.
 */
export type DryRuns = {
  readonly [Name in keyof DataKeyOperations]: (
    input: Parameters<DataKeyOperations[Name]>[0],
  ) => Promise<DryRunAnswer>;
};

/**
 * KMS (API version 2016-01-20), without its SDKs. Every method makes up to `maxAttempts` attempts and throws
 * KmsxError: with KMS's own Code where KMS refused; `network-failed`, `timed-out`, `tls-failed`, `proxy-failed`,
 * `not-kms` where KMS was not reached; `credentials-failed`; `answer-malformed` for an answer that can't be right.
 */
export interface KmsClient extends DataKeyOperations, SecretOperations {
  /** The gateway's URL. */
  readonly endpoint: string;
  readonly region: string | undefined;
  /** Where its credentials were found. */
  readonly origin?: Origin | undefined;
  /** Whether an answer came from an embedded KMS; known after the first. */
  readonly isRehearsal: boolean;
  /** How far KMS's clock is ahead of this machine's, by the last answer's Date header; known after the first. */
  readonly clockSkewMs: number | undefined;
  readonly keys: KeyCatalog;
  readonly dryRun: DryRuns;
  /**
   * The AccessKeyId that requests are signed with: a name, no secret.
   *
   * @throws KmsxError those of the source of the credentials
   */
  accessKeyId(): Promise<string>;
  /** Ends all connections, those of the credentials too. */
  close(): Promise<void>;
}
