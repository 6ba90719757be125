import type { JsonObject } from '../../base/json.ts';
import type { KeySpec, KeyUsage, ProtectionLevel } from '../state/key-spec.ts';
import type { KeyOrigin, KeyState } from '../state/state.ts';

/* The types of a document that schemas/kmsx-local-kms-seed.schema.json has let through. */

export interface SeedDocument {
  readonly DeriveFrom?: string;
  readonly Accounts: readonly SeedAccount[];
}

export interface SeedAccount {
  readonly AccountId: string;
  readonly AccessKeys?: readonly SeedAccessKey[];
  readonly Keys?: readonly SeedKey[];
  readonly Secrets?: readonly SeedSecret[];
}

export interface SeedAccessKey {
  readonly AccessKeyId?: string;
  readonly AccessKeySecret?: string;
  readonly Status?: 'Active' | 'Inactive';
  readonly UserName?: string;
  readonly Policies?: readonly JsonObject[];
  readonly SecurityToken?: string;
  readonly SecurityTokenExpiration?: string;
}

export interface SeedKey {
  readonly KeyId?: string;
  readonly KeySpec?: KeySpec;
  readonly KeyUsage?: KeyUsage;
  readonly KeyState?: KeyState;
  readonly Origin?: KeyOrigin;
  readonly ProtectionLevel?: ProtectionLevel;
  readonly Description?: string;
  readonly CreationDate?: string;
  readonly DeleteDate?: string;
  readonly MaterialExpireTime?: string;
  readonly RotationInterval?: string;
  readonly NextRotationDate?: string;
  readonly DKMSInstanceId?: string;
  readonly Policy?: JsonObject;
  readonly Tags?: readonly SeedTag[];
  readonly Aliases?: readonly string[];
  readonly Versions?: readonly SeedKeyVersion[];
}

export interface SeedKeyVersion {
  readonly KeyVersionId?: string;
  readonly CreationDate?: string;
  readonly Material?: string;
}

export interface SeedSecret {
  readonly SecretName: string;
  readonly Description?: string;
  readonly CreateTime?: string;
  readonly EncryptionKeyId?: string;
  readonly DKMSInstanceId?: string;
  readonly Tags?: readonly SeedTag[];
  readonly Versions: readonly SeedSecretVersion[];
}

export interface SeedSecretVersion {
  readonly VersionId: string;
  readonly SecretData: string;
  readonly SecretDataType?: 'text' | 'binary';
  readonly CreateTime?: string;
  readonly VersionStages?: readonly string[];
}

export interface SeedTag {
  readonly TagKey: string;
  readonly TagValue: string;
}
