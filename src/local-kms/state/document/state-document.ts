import type { JsonObject } from '../../../base/json.ts';
import type { AccessKey, Alias, KmsKey, KmsState, Secret } from '../state.ts';

/** The Format of a state's document. */
export const STATE_FORMAT = 'kmsx-local-kms-state/3';

/**
 * Encodes a state as the document that `parseState` reads: JSON, UTF-8, one line. It contains every secret of the state.
 * Absent fields are left out.
 *
 * @param journal - the id of the journal that has what changed since; absent without one
 */
export function formatState(state: KmsState, journal?: string): Buffer {
  const document = {
    Format: STATE_FORMAT,
    Journal: journal,
    ImportTokenKey: state.importTokenKey.toString('base64'),
    AccessKeys: [...state.accessKeys.values()].map(accessKeyEntry),
    Keys: [...state.keys.values()].map(keyEntry),
    Aliases: [...state.aliases.values()].map(aliasEntry),
    Secrets: [...state.secrets.values()].map(secretEntry),
  };
  return Buffer.from(`${JSON.stringify(document)}\n`, 'utf8');
}

/** An access key as an entry of the document. */
export function accessKeyEntry(key: AccessKey): JsonObject {
  const { securityToken } = key;
  return {
    AccessKeyId: key.accessKeyId,
    AccessKeySecret: key.accessKeySecret,
    AccountId: key.accountId,
    Status: key.status,
    UserName: key.userName,
    Policies: key.policies?.map(({ document }) => document),
    SecurityToken: securityToken?.token,
    SecurityTokenExpiration: securityToken?.expiresAt.toISOString(),
  };
}

/** A KMS key as an entry of the document. */
export function keyEntry(key: KmsKey): JsonObject {
  const { rotation, imported } = key;
  return {
    KeyId: key.keyId,
    AccountId: key.accountId,
    KeySpec: key.keySpec,
    KeyUsage: key.keyUsage,
    KeyState: key.keyState,
    Origin: key.origin,
    ProtectionLevel: key.protectionLevel,
    Description: key.description,
    CreationDate: key.createdAt.toISOString(),
    Versions: key.versions.map((version) => ({
      KeyVersionId: version.keyVersionId,
      CreationDate: version.createdAt.toISOString(),
      Material: version.material.toString('base64'),
    })),
    Tags: tagEntries(key.tags),
    DeleteDate: key.deleteAt?.toISOString(),
    Rotation: rotation && {
      IntervalSeconds: rotation.intervalSeconds,
      NextRotationDate: rotation.nextAt.toISOString(),
    },
    DKMSInstanceId: key.instanceId,
    Policy: key.policy?.document,
    DeletionProtection: key.deletionProtection && {
      Description: key.deletionProtection.description,
    },
    Imported: imported && {
      KeyVersionId: imported.keyVersionId,
      Digest: imported.digest.toString('base64'),
      MaterialExpireTime: imported.expiresAt?.toISOString(),
    },
  };
}

/** An alias as an entry of the document. */
export function aliasEntry({ accountId, aliasName, keyId }: Alias): JsonObject {
  return { AccountId: accountId, AliasName: aliasName, KeyId: keyId };
}

/** A secret as an entry of the document. */
export function secretEntry(secret: Secret): JsonObject {
  return {
    AccountId: secret.accountId,
    SecretName: secret.secretName,
    Description: secret.description,
    CreateTime: secret.createdAt.toISOString(),
    UpdateTime: secret.updatedAt.toISOString(),
    EncryptionKeyId: secret.encryptionKeyId,
    DKMSInstanceId: secret.instanceId,
    Tags: tagEntries(secret.tags),
    PlannedDeleteTime: secret.deleteAt?.toISOString(),
    Versions: secret.versions.map((version) => ({
      VersionId: version.versionId,
      CreateTime: version.createdAt.toISOString(),
      SecretDataType: version.dataType,
      SecretData: version.data,
      VersionStages: version.stages,
    })),
  };
}

function tagEntries(tags: ReadonlyMap<string, string>): JsonObject[] {
  return [...tags].map(([key, value]) => ({ TagKey: key, TagValue: value }));
}
