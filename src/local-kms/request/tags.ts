import { isJsonObject } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { optionalJson } from './read-parameter.ts';
import { repeatedItems, repeatedTexts } from './repeated.ts';
import { invalidParameter, missingParameter } from '../refusal.ts';

/** Tags by their key. */
export type Tags = ReadonlyMap<string, string>;

const NAME = 'Tags';
/** The most tags that a resource can have. */
export const MAX_TAGS = 20;
const TAG_TEXT = /^[A-Za-z0-9/\\_.+=:@-]{0,128}$/;
const RESERVED_KEY = /^(?:aliyun|acs:)/;

/**
 * Reads `Tags` of CreateKey (help 28947), CreateSecret and TagResource: `[{"TagKey":"a","TagValue":"b"},…]`, without
 * repeated keys. Keys and values have at most 128 letters, digits and characters of `/\_-.+=:@`; keys must not begin with
 * `aliyun` or `acs:`.
 *
 * @param max - the most tags that it may have
 * @throws KmsRefusal `InvalidParameter`
 */
export function readTags(parameters: Parameters, max = MAX_TAGS): Tags {
  const tags = optionalJson(parameters, NAME);
  if (tags === undefined) return new Map();
  if (!Array.isArray(tags) || tags.length > max) throw invalidParameter(NAME);
  return distinct(tags.map(readTag), NAME);
}

/**
 * Reads `TagKeys` of UntagResource: `["a","b"]`, at most 20.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function readTagKeys(parameters: Parameters): readonly string[] {
  const keys = optionalJson(parameters, 'TagKeys');
  if (keys === undefined) throw missingParameter('TagKeys');
  const isList = Array.isArray(keys) && keys.length > 0 && keys.length <= MAX_TAGS;
  if (!isList || !keys.every(isTagKey)) throw invalidParameter('TagKeys');
  return keys;
}

/**
 * Reads `Tag.N.Key` and `Tag.N.Value` of TagResources: 1 to 20 tags, without repeated keys.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function readRepeatedTags(parameters: Parameters): Tags {
  const tags = readTagFilters(parameters);
  if (tags.length === 0) throw missingParameter('Tag');
  return distinct(
    tags.map(([key, value = '']) => [key, value] as const),
    'Tag',
  );
}

/**
 * Reads `Tag.N.Key` and `Tag.N.Value` of ListTagResources: at most 20. A tag without a value asks for any.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readTagFilters(
  parameters: Parameters,
): readonly (readonly [key: string, value: string | undefined])[] {
  return repeatedItems(parameters, 'Tag', MAX_TAGS).map((tag) => {
    const key = tag.get('Key');
    const value = tag.get('Value');
    const isKnown = [...tag.keys()].every((name) => name === 'Key' || name === 'Value');
    if (!isKnown || !isTagKey(key) || !TAG_TEXT.test(value ?? '')) throw invalidParameter('Tag');
    return [key, value] as const;
  });
}

/**
 * Reads `TagKey.N` of UntagResources: at most 20.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readRepeatedTagKeys(parameters: Parameters): readonly string[] {
  const keys = repeatedTexts(parameters, 'TagKey', MAX_TAGS);
  if (!keys.every(isTagKey)) throw invalidParameter('TagKey');
  return keys;
}

function distinct(tags: readonly (readonly [key: string, value: string])[], name: string): Tags {
  const map = new Map(tags);
  if (map.size !== tags.length) throw invalidParameter(name);
  return map;
}

function isTagKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && TAG_TEXT.test(key) && !RESERVED_KEY.test(key);
}

function readTag(tag: unknown): readonly [key: string, value: string] {
  if (!isJsonObject(tag)) throw invalidParameter(NAME);
  const { TagKey: key, TagValue: value } = tag;
  if (!isTagKey(key) || typeof value !== 'string' || !TAG_TEXT.test(value)) {
    throw invalidParameter(NAME);
  }
  return [key, value];
}
