import { assertNotPendingDeletion, findKeyIn, unaliased } from '../../keys/key-lookup.ts';
import { refusal } from '../../refusal.ts';
import type { Tags } from '../../request/tags.ts';
import { MAX_TAGS } from '../../request/tags.ts';
import { findSecretIn } from '../../secrets/secret-lookup.ts';
import type { KmsKey, KmsState, Secret } from '../../state/state.ts';
import { withKey, withSecret } from '../../state/state.ts';
import type { OperationContext } from '../operation.ts';

export type ResourceType = 'key' | 'secret';

/** Names a key by its id or ARN, or a secret by its name or ARN. */
export interface ResourceReference {
  readonly type: ResourceType;
  readonly id: string;
}

/** A key or a secret, whose tags are the same for both. */
export interface TaggedResource {
  readonly id: string;
  readonly tags: Tags;
}

/**
 * Finds a key or secret and checks that the caller may do this to it.
 *
 * @throws KmsRefusal `Unsupported.Alias`, `Forbidden.KeyNotFound`, `Forbidden.ResourceNotFound`, `Forbidden.NoPermission`
 */
export function findTagged(
  state: KmsState,
  context: OperationContext,
  reference: ResourceReference,
  action: string,
): TaggedResource {
  const found = find(state, context, reference, action);
  return 'keyId' in found ? taggedKey(found) : taggedSecret(found);
}

export function taggedKey({ keyId, tags }: KmsKey): TaggedResource {
  return { id: keyId, tags };
}

export function taggedSecret({ secretName, tags }: Secret): TaggedResource {
  return { id: secretName, tags };
}

/**
 * The state with other tags of a key or secret.
 *
 * @param change - makes the new tags from the old ones
 * @throws KmsRefusal as `findTagged`; `Rejected.PendingDeletion`; `Rejected.LimitExceeded` for more than 20 tags
 */
export function withTagsChanged(
  state: KmsState,
  context: OperationContext,
  reference: ResourceReference,
  action: string,
  change: (tags: Tags) => Tags,
): KmsState {
  const found = find(state, context, reference, action);
  const tags = change(found.tags);
  if (tags.size > MAX_TAGS) throw refusal('Rejected.LimitExceeded');
  if (!('keyId' in found)) return withSecret(state, { ...found, tags });
  assertNotPendingDeletion(found);
  return withKey(state, { ...found, tags });
}

/** Tags with others added, which replace those of the same key. */
export function added(more: Tags): (tags: Tags) => Tags {
  return (tags) => new Map([...tags, ...more]);
}

/** Tags without some; keys that are not there are ignored. */
export function removed(keys: readonly string[]): (tags: Tags) => Tags {
  return (tags) => new Map([...tags].filter(([key]) => !keys.includes(key)));
}

function find(
  state: KmsState,
  context: OperationContext,
  { type, id }: ResourceReference,
  action: string,
): KmsKey | Secret {
  return type === 'key'
    ? findKeyIn(state, context, unaliased(id), action)
    : findSecretIn(state, context, id, action);
}
