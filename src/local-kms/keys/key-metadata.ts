import type { JsonObject } from '../../base/json.ts';
import { keyArn } from '../resource-name.ts';
import type { KeyVersion, KmsKey } from '../state/state.ts';
import { isSecretSpec } from '../state/key-spec.ts';

/** A KMS key as in answers of CreateKey and DescribeKey. Fields that do not apply are empty, as in KMS's own samples. */
export function keyMetadata(key: KmsKey): JsonObject {
  const primary = key.versions.at(-1);
  const { rotation, instanceId } = key;
  return {
    CreationDate: formatDate(key.createdAt),
    Description: key.description,
    KeyId: key.keyId,
    KeySpec: key.keySpec,
    KeyState: key.keyState,
    KeyUsage: key.keyUsage,
    PrimaryKeyVersion: isSecretSpec(key.keySpec) ? (primary?.keyVersionId ?? '') : '',
    DeleteDate: formatDate(key.deleteAt),
    Creator: key.accountId,
    Arn: keyArn(key),
    Origin: key.origin,
    MaterialExpireTime: formatDate(key.imported?.expiresAt),
    ProtectionLevel: key.protectionLevel,
    LastRotationDate: formatDate(primary?.createdAt),
    AutomaticRotation: automaticRotation(key),
    ...(rotation !== undefined && {
      RotationInterval: `${rotation.intervalSeconds}s`,
      NextRotationDate: formatDate(rotation.nextAt),
    }),
    ...(instanceId !== undefined && { DKMSInstanceId: instanceId }),
  };
}

/** A version of a KMS key as in answers of CreateKeyVersion, DescribeKeyVersion and ListKeyVersions. */
export function keyVersionMetadata(key: KmsKey, version: KeyVersion): JsonObject {
  return {
    KeyId: key.keyId,
    KeyVersionId: version.keyVersionId,
    CreationDate: formatDate(version.createdAt),
  };
}

/** A date as KMS writes it, `YYYY-MM-DDTHH:MM:SSZ`; empty for none. */
export function formatDate(date: Date | undefined): string {
  return date?.toISOString().replace(/\.\d{3}Z$/, 'Z') ?? '';
}

/** A key that is not enabled does not rotate until it is enabled again (help 134270). */
function automaticRotation(key: KmsKey): 'Enabled' | 'Disabled' | 'Suspended' {
  if (key.rotation === undefined) return 'Disabled';
  return key.keyState === 'Enabled' ? 'Enabled' : 'Suspended';
}
