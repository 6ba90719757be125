import { isJsonObject, parseJson } from '../base/json.ts';
import type { Parameters } from './parameters.ts';
import { invalidParameter, refusal } from './refusal.ts';
import type { KmsKey } from './state/state.ts';

const NAME = 'Filters';
const MAX_LENGTH = 10;

const PROPERTIES = new Map<string, (key: KmsKey) => string>([
  ['KeyState', (key) => key.keyState],
  ['KeySpec', (key) => key.keySpec],
  ['KeyUsage', (key) => key.keyUsage],
  ['ProtectionLevel', (key) => key.protectionLevel],
  ['CreatorType', () => 'User'],
]);

/** Filters that KMS has besides (help 28951) and this server does not. */
const OTHER_PROPERTIES = ['DKMSInstanceId', 'KeyId', 'AliasName', 'Creator', 'TagKey', 'TagValue'];

/**
 * Reads the filters of ListKeys (help 28951): `[{"Key":"KeyState","Values":["Enabled","Disabled"]},…]`, at most ten,
 * each with one to ten values. Values of one property are alternatives, properties are all required.
 *
 * @returns whether a key passes
 * @throws KmsRefusal `InvalidParameter`; `UnsupportedOperation` for a property of KMS that is not there yet
 */
export function readKeyFilters(parameters: Parameters): (key: KmsKey) => boolean {
  const text = parameters.get(NAME);
  if (text === undefined) return () => true;
  const accepted = new Map<string, Set<string>>();
  for (const [property, values] of parseFilters(text)) {
    const all = accepted.get(property) ?? new Set();
    for (const value of values) all.add(value);
    accepted.set(property, all);
  }
  return (key) =>
    [...accepted].every(([property, values]) => values.has(PROPERTIES.get(property)?.(key) ?? ''));
}

function parseFilters(text: string): [property: string, values: string[]][] {
  let filters: unknown;
  try {
    filters = parseJson(text, NAME);
  } catch {
    throw invalidParameter(NAME);
  }
  if (!Array.isArray(filters) || filters.length > MAX_LENGTH) throw invalidParameter(NAME);
  return filters.map((filter: unknown) => {
    if (!isJsonObject(filter)) throw invalidParameter(NAME);
    const { Key: property, Values: values } = filter;
    if (typeof property !== 'string' || !isListOfText(values)) throw invalidParameter(NAME);
    if (OTHER_PROPERTIES.includes(property)) throw refusal('UnsupportedOperation');
    if (!PROPERTIES.has(property)) throw invalidParameter(NAME);
    return [property, values];
  });
}

function isListOfText(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LENGTH) return false;
  return value.every((item) => typeof item === 'string');
}
