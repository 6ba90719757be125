import type { JsonObject } from '../../base/json.ts';
import { formatDate } from '../keys/key-metadata.ts';
import type { Secret } from '../state/state.ts';

/** What DescribeSecret and ListSecrets both show of a secret. */
export function secretSummary(secret: Secret, withTags: boolean): JsonObject {
  const tags = [...secret.tags].map(([key, value]) => ({ TagKey: key, TagValue: value }));
  return {
    SecretName: secret.secretName,
    SecretType: 'Generic',
    CreateTime: formatDate(secret.createdAt),
    UpdateTime: formatDate(secret.updatedAt),
    ...(withTags && { Tags: { Tag: tags } }),
  };
}
