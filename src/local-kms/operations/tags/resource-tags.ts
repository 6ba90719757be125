import type { JsonObject } from '../../../base/json.ts';
import { authorize } from '../../permissions/authorize.ts';
import { invalidParameter, missingParameter } from '../../refusal.ts';
import type { Parameters } from '../../request/parameters.ts';
import { optionalBoolean, requiredChoice, requiredText } from '../../request/read-parameter.ts';
import { repeatedTexts } from '../../request/repeated.ts';
import type { Tags } from '../../request/tags.ts';
import { readRepeatedTagKeys, readRepeatedTags, readTagFilters } from '../../request/tags.ts';
import { LOCAL_REGION, arnOf } from '../../resource-name.ts';
import type { OperationContext, OperationHandler } from '../operation.ts';
import type { ResourceType, TaggedResource } from './tagged-resource.ts';
import {
  added,
  findTagged,
  removed,
  taggedKey,
  taggedSecret,
  withTagsChanged,
} from './tagged-resource.ts';

const MAX_RESOURCES = 50;
const PAGE_SIZE = 200;
const TOKEN = /^[0-9a-f]{32}$/;

/** Adds tags to several keys or secrets, to all of them or to none. */
export const tagResources: OperationHandler = async (parameters, context) => {
  const { type, ids } = readResources(parameters);
  if (ids.length === 0) throw missingParameter('ResourceId');
  await changeAll(context, type, ids, 'kms:TagResources', added(readRepeatedTags(parameters)));
  return {};
};

/** Removes tags from several keys or secrets; without `TagKey`, and with `All`, every tag. */
export const untagResources: OperationHandler = async (parameters, context) => {
  const { type, ids } = readResources(parameters);
  if (ids.length === 0) throw missingParameter('ResourceId');
  const keys = readRepeatedTagKeys(parameters);
  const isAll = optionalBoolean(parameters, 'All');
  if (keys.length === 0 && !isAll) throw missingParameter('TagKey');
  const change = keys.length === 0 ? () => new Map<string, string>() : removed(keys);
  await changeAll(context, type, ids, 'kms:UntagResources', change);
  return {};
};

/**
 * Lists the tags of keys or secrets, 200 a page: of those that `ResourceId` names, or of the whole account. With `Tag`,
 * those tags of the resources that have all of them.
 */
export const listTagResources: OperationHandler = (parameters, context) => {
  const { type, ids } = readResources(parameters);
  const filters = readTagFilters(parameters);
  const start = readToken(parameters);
  const has = (tags: Tags, [key, value]: (typeof filters)[number]): boolean =>
    tags.has(key) && (value === undefined || tags.get(key) === value);
  const rows = resources(context, type, ids)
    .filter(({ tags }) => filters.every((filter) => has(tags, filter)))
    .flatMap(({ id, tags }) => [...tags].map(([key, value]) => ({ id, key, value })))
    .filter(({ key }) => filters.length === 0 || filters.some(([asked]) => asked === key));
  const end = start + PAGE_SIZE;
  return {
    NextToken: end < rows.length ? end.toString(16).padStart(32, '0') : '',
    TagResources: {
      TagResource: rows.slice(start, end).map(({ id, key, value }): JsonObject => ({
        ResourceId: id,
        ResourceType: type,
        TagKey: key,
        TagValue: value,
      })),
    },
  };
};

function readResources(parameters: Parameters): { type: ResourceType; ids: readonly string[] } {
  if (requiredText(parameters, 'RegionId') !== LOCAL_REGION) throw invalidParameter('RegionId');
  const type = requiredChoice(parameters, 'ResourceType', ['key', 'secret']);
  return { type, ids: repeatedTexts(parameters, 'ResourceId', MAX_RESOURCES) };
}

/** Reads `NextToken` of an earlier answer: how many tags came before, in hexadecimal. */
function readToken(parameters: Parameters): number {
  const token = parameters.get('NextToken') ?? '';
  if (token === '') return 0;
  const start = TOKEN.test(token) ? Number.parseInt(token, 16) : Number.NaN;
  if (!Number.isSafeInteger(start)) throw invalidParameter('NextToken');
  return start;
}

async function changeAll(
  context: OperationContext,
  type: ResourceType,
  ids: readonly string[],
  action: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  await context.store.update((before) => {
    const after = ids.reduce(
      (state, id) => withTagsChanged(state, context, { type, id }, action, change),
      before,
    );
    return [after, undefined];
  });
}

/** Those that the ids name, or, without any, all of the account that are not deleted. */
function resources(
  context: OperationContext,
  type: ResourceType,
  ids: readonly string[],
): readonly TaggedResource[] {
  const action = 'kms:ListTagResources';
  const { store, caller } = context;
  if (ids.length > 0) {
    const found = ids.map((id) => findTagged(store.state, context, { type, id }, action));
    return [...new Map(found.map((resource) => [resource.id, resource])).values()];
  }
  const { accountId } = caller;
  authorize(caller, action, { arn: arnOf({ accountId, resource: type }), accountId });
  const isOwn = (resource: { readonly accountId: string }): boolean =>
    resource.accountId === accountId;
  return type === 'key'
    ? [...store.state.keys.values()].filter(isOwn).map(taggedKey)
    : [...store.state.secrets.values()]
        .filter((secret) => isOwn(secret) && secret.deleteAt === undefined)
        .map(taggedSecret);
}
