import type { JsonObject } from '../base/json.ts';
import { keyArn } from './resource-name.ts';
import type { KmsKey, KmsState } from './state/state.ts';
import { isSymmetric, primaryVersion } from './state/state.ts';

/** The protection level of every key of the embedded KMS. */
export const PROTECTION_LEVEL = 'SOFTWARE';

/** A KMS key as CreateKey and DescribeKey show it. What does not apply is empty, as in KMS's own samples. */
export function keyMetadata(state: KmsState, key: KmsKey): JsonObject {
  const primary = primaryVersion(key);
  return {
    CreationDate: formatDate(key.createdAt),
    Description: key.description,
    KeyId: key.keyId,
    KeySpec: key.keySpec,
    KeyState: key.keyState,
    KeyUsage: key.keyUsage,
    PrimaryKeyVersion: isSymmetric(key) ? primary.keyVersionId : '',
    DeleteDate: '',
    Creator: state.accountId,
    Arn: keyArn(state, key.keyId),
    Origin: 'Aliyun_KMS',
    MaterialExpireTime: '',
    ProtectionLevel: PROTECTION_LEVEL,
    LastRotationDate: formatDate(primary.createdAt),
    AutomaticRotation: 'Disabled',
  };
}

/** A date as KMS writes it: `YYYY-MM-DDTHH:MM:SSZ`. */
export function formatDate(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
