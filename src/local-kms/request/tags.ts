import { isJsonObject } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { optionalJson } from './read-parameter.ts';
import { invalidParameter } from '../refusal.ts';

const NAME = 'Tags';
const MAX_TAGS = 20;
const TAG_TEXT = /^[A-Za-z0-9/\\_.+=:@-]{0,128}$/;
const RESERVED_KEY = /^(?:aliyun|acs:)/;

/**
 * Reads `Tags` of CreateKey (help 28947) and CreateSecret: `[{"TagKey":"a","TagValue":"b"},…]`, at most 20, without repeated keys. Keys
 * and values have at most 128 letters, digits and characters of `/\_-.+=:@`; keys must not begin with `aliyun` or `acs:`.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function readTags(parameters: Parameters): ReadonlyMap<string, string> {
  const tags = optionalJson(parameters, NAME);
  if (tags === undefined) return new Map();
  if (!Array.isArray(tags) || tags.length > MAX_TAGS) throw invalidParameter(NAME);
  const map = new Map(tags.map(readTag));
  if (map.size !== tags.length) throw invalidParameter(NAME);
  return map;
}

function readTag(tag: unknown): readonly [key: string, value: string] {
  if (!isJsonObject(tag)) throw invalidParameter(NAME);
  const { TagKey: key, TagValue: value } = tag;
  if (typeof key !== 'string' || typeof value !== 'string') throw invalidParameter(NAME);
  const isGood = key !== '' && TAG_TEXT.test(key) && TAG_TEXT.test(value);
  if (!isGood || RESERVED_KEY.test(key)) throw invalidParameter(NAME);
  return [key, value];
}
