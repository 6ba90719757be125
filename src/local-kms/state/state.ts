import { withEntry } from './entries.ts';
import type { Policy } from '../permissions/policy.ts';
import { secretArn } from '../resource-name.ts';
import type { KeySpec, KeyUsage, ProtectionLevel, SymmetricKeySpec } from './key-spec.ts';
import { isSymmetricSpec } from './key-spec.ts';

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport';
export type KeyOrigin = 'Aliyun_KMS' | 'EXTERNAL';

/** Everything that the embedded KMS keeps. Values are never changed, only replaced. */
export interface KmsState {
  /** By AccessKeyId. */
  readonly accessKeys: ReadonlyMap<string, AccessKey>;
  /** By KeyId, of all accounts, in the order in which they were made. */
  readonly keys: ReadonlyMap<string, KmsKey>;
  /** By ARN, of all accounts, in the order in which they were made. */
  readonly aliases: ReadonlyMap<string, Alias>;
  /** By ARN, of all accounts, in the order in which they were made. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Secret: the 32-byte key that seals import tokens. */
  readonly importTokenKey: Buffer;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** 16 decimal digits. */
  readonly accountId: string;
  readonly status: 'Active' | 'Inactive';
  /** The RAM user that it belongs to, or a role's session as `ROLE:SESSION`; absent for the account itself. */
  readonly userName?: string;
  /** The RAM policies of that user or role. The account itself has none, and may do everything. */
  readonly policies?: readonly Policy[];
  /** What STS issues with a temporary access key. */
  readonly securityToken?: { readonly token: string; readonly expiresAt: Date };
}

export interface KmsKey {
  /** A UUID in lower case; `key-…` for the key of a KMS instance. */
  readonly keyId: string;
  readonly accountId: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly keyState: KeyState;
  readonly origin: KeyOrigin;
  readonly protectionLevel: ProtectionLevel;
  readonly description: string;
  readonly createdAt: Date;
  /** The last is the primary version. Empty while the key waits for its material. */
  readonly versions: readonly KeyVersion[];
  readonly tags: ReadonlyMap<string, string>;
  /** Present in state PendingDeletion only. */
  readonly deleteAt?: Date;
  readonly rotation?: { readonly intervalSeconds: number; readonly nextAt: Date };
  /** The KMS instance (`kst-…`) that the key belongs to. */
  readonly instanceId?: string;
  /** The key policy. */
  readonly policy?: Policy;
  /** Present while deletion protection is on; why it is, empty where nobody said. */
  readonly deletionProtection?: { readonly description: string };
  /** For Origin EXTERNAL, from the first import on: KMS accepts the same material again and no other. */
  readonly imported?: ImportedMaterial;
}

export type SymmetricKey = KmsKey & { readonly keySpec: SymmetricKeySpec };

export interface ImportedMaterial {
  readonly keyVersionId: string;
  /** SHA-256 of the material. */
  readonly digest: Buffer;
  /** When KMS deletes the material; absent for never. */
  readonly expiresAt?: Date;
}

export interface KeyVersion {
  /** A UUID in lower case. */
  readonly keyVersionId: string;
  readonly createdAt: Date;
  /** Secret. Of a symmetric key its bytes; of RSA and EC the private key, PKCS#8 in DER. */
  readonly material: Buffer;
}

export interface Alias {
  readonly accountId: string;
  /** `alias/…` */
  readonly aliasName: string;
  readonly keyId: string;
}

/** A generic secret. */
export interface Secret {
  readonly accountId: string;
  readonly secretName: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The KMS key that the caller chose for it. */
  readonly encryptionKeyId?: string;
  readonly instanceId?: string;
  readonly tags: ReadonlyMap<string, string>;
  /** The oldest first. */
  readonly versions: readonly SecretVersion[];
  /** Present from DeleteSecret on: until then the secret can be restored. */
  readonly deleteAt?: Date;
}

export interface SecretVersion {
  readonly versionId: string;
  readonly createdAt: Date;
  readonly dataType: 'text' | 'binary';
  /** Secret: text as it is, binary as base64. */
  readonly data: string;
  /** `ACSCurrent`, `ACSPrevious`, and the caller's own labels. */
  readonly stages: readonly string[];
}

/** The version that encrypts. The key must be enabled. */
export function primaryVersion(key: KmsKey): KeyVersion {
  const version = key.versions.at(-1);
  if (version === undefined) throw new Error('a KMS key without a version');
  return version;
}

/** Whether a key encrypts with AES or SM4. */
export function isSymmetric(key: KmsKey): key is SymmetricKey {
  return isSymmetricSpec(key.keySpec);
}

/** The state with a key added or replaced. */
export function withKey(state: KmsState, key: KmsKey): KmsState {
  return { ...state, keys: withEntry(state.keys, key.keyId, key) };
}

/** The state with an alias added or replaced. */
export function withAlias(state: KmsState, arn: string, alias: Alias): KmsState {
  return { ...state, aliases: withEntry(state.aliases, arn, alias) };
}

/** The state with a secret added or replaced. */
export function withSecret(state: KmsState, secret: Secret): KmsState {
  const arn = secretArn(secret.accountId, secret.secretName);
  return { ...state, secrets: withEntry(state.secrets, arn, secret) };
}

/**
 * A key of Origin EXTERNAL without its material. It waits for the same material; a key that waits for its deletion
 * still does (page of DeleteKeyMaterial).
 */
export function withoutMaterial(key: KmsKey): KmsKey {
  const { imported, ...rest } = key;
  return {
    ...rest,
    keyState: key.keyState === 'PendingDeletion' ? key.keyState : 'PendingImport',
    versions: [],
    ...(imported !== undefined && {
      imported: { keyVersionId: imported.keyVersionId, digest: imported.digest },
    }),
  };
}
