import { unaliasedKeyId } from '../../keys/key-lookup.ts';
import { invalidParameter, missingParameter, refusal } from '../../refusal.ts';
import type { Parameters } from '../../request/parameters.ts';
import { requiredText } from '../../request/read-parameter.ts';
import { readTagKeys, readTags } from '../../request/tags.ts';
import type { OperationHandler } from '../operation.ts';
import type { ResourceReference } from './tagged-resource.ts';
import { added, findTagged, removed, withTagsChanged } from './tagged-resource.ts';

/** The most tags in one call of TagResource (its page). */
const MAX_TAGS_AT_ONCE = 10;

/** Adds tags to a key or a secret. */
export const tagResource: OperationHandler = async (parameters, context) => {
  const reference = readReference(parameters);
  requiredText(parameters, 'Tags');
  const tags = readTags(parameters, MAX_TAGS_AT_ONCE);
  if (tags.size === 0) throw invalidParameter('Tags');
  await context.store.update((state) => [
    withTagsChanged(state, context, reference, 'kms:TagResource', added(tags)),
    undefined,
  ]);
  return {};
};

/** Removes tags from a key or a secret. */
export const untagResource: OperationHandler = async (parameters, context) => {
  const reference = readReference(parameters);
  const keys = readTagKeys(parameters);
  await context.store.update((state) => [
    withTagsChanged(state, context, reference, 'kms:UntagResource', removed(keys)),
    undefined,
  ]);
  return {};
};

/** Lists the tags of a key, whatever its state. */
export const listResourceTags: OperationHandler = (parameters, context) => {
  const reference = { type: 'key', id: unaliasedKeyId(parameters) } as const;
  const { id, tags } = findTagged(context.store.state, context, reference, 'kms:ListResourceTags');
  const list = [...tags].map(([key, value]) => ({ KeyId: id, TagKey: key, TagValue: value }));
  return { Tags: { Tag: list } };
};

/** Reads KeyId or SecretName, of which there must be one. KMS has no certificates any more. */
function readReference(parameters: Parameters): ResourceReference {
  if (parameters.has('CertificateId')) throw refusal('UnsupportedOperation');
  const keyId = parameters.get('KeyId');
  const secretName = parameters.get('SecretName');
  if (keyId !== undefined && secretName !== undefined) throw invalidParameter('SecretName');
  if (secretName !== undefined) return { type: 'secret', id: secretName };
  if (keyId === undefined) throw missingParameter('KeyId');
  return { type: 'key', id: keyId };
}
