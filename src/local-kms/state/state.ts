/** Specs of KMS keys that this server can make. */
export type KeySpec = 'Aliyun_AES_256' | 'RSA_2048' | 'RSA_3072';
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport';

/** Everything that the embedded KMS knows. Values are never changed, only replaced. */
export interface KmsState {
  /** 16 decimal digits. */
  readonly accountId: string;
  /** By AccessKeyId. */
  readonly accessKeys: ReadonlyMap<string, AccessKey>;
  /** By KeyId, in the order in which they were made. */
  readonly keys: ReadonlyMap<string, KmsKey>;
  /** KeyId by alias name (`alias/…`), in the order in which they were made. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

export interface KmsKey {
  /** A UUID in lower case. */
  readonly keyId: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: 'ENCRYPT/DECRYPT';
  readonly keyState: KeyState;
  readonly description: string;
  readonly createdAt: Date;
  /** At least one; the last is the primary version. */
  readonly versions: readonly KeyVersion[];
}

export interface KeyVersion {
  /** A UUID in lower case. */
  readonly keyVersionId: string;
  readonly createdAt: Date;
  /** Secret. Aliyun_AES_256: 32 bytes; RSA: the private key, PKCS#8 in DER. */
  readonly material: Buffer;
}

/** The version that encrypts. */
export function primaryVersion(key: KmsKey): KeyVersion {
  const version = key.versions.at(-1);
  if (version === undefined) throw new Error('a KMS key without a version');
  return version;
}

export function isSymmetric(key: KmsKey): boolean {
  return key.keySpec === 'Aliyun_AES_256';
}

/** A state with one key more. */
export function withKey(state: KmsState, key: KmsKey): KmsState {
  return { ...state, keys: new Map(state.keys).set(key.keyId, key) };
}

/** A state with one alias more. */
export function withAlias(state: KmsState, aliasName: string, keyId: string): KmsState {
  return { ...state, aliases: new Map(state.aliases).set(aliasName, keyId) };
}
