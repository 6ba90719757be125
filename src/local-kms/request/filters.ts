import { isJsonObject } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { optionalJson } from './read-parameter.ts';
import { invalidParameter } from '../refusal.ts';

const NAME = 'Filters';
const MAX_LENGTH = 10;

/** Something that items of a list can be asked for. */
export interface FilterProperty<T> {
  /** What an item has of it. */
  valuesOf(item: T): readonly string[];
  /** What can be asked for; absent: anything. */
  readonly choices?: readonly string[];
}

/**
 * Reads the filters of a list (help 28951): `[{"Key":"KeyState","Values":["Enabled","Disabled"]},…]`, at most ten,
 * each with one to ten values. Values of one property are alternatives, properties are all required.
 *
 * @param properties - by the name that they have in a filter
 * @returns whether an item passes
 * @throws KmsRefusal `InvalidParameter`
 */
export function readFilters<T>(
  parameters: Parameters,
  properties: ReadonlyMap<string, FilterProperty<T>>,
): (item: T) => boolean {
  const accepted = new Map<FilterProperty<T>, Set<string>>();
  for (const [property, values] of parseFilters(parameters, properties)) {
    const all = accepted.get(property) ?? new Set();
    for (const value of values) all.add(value);
    accepted.set(property, all);
  }
  return (item) =>
    [...accepted].every(([property, values]) =>
      property.valuesOf(item).some((value) => values.has(value)),
    );
}

function parseFilters<T>(
  parameters: Parameters,
  properties: ReadonlyMap<string, FilterProperty<T>>,
): [property: FilterProperty<T>, values: string[]][] {
  const filters = optionalJson(parameters, NAME);
  if (filters === undefined) return [];
  if (!Array.isArray(filters) || filters.length > MAX_LENGTH) throw invalidParameter(NAME);
  return filters.map((filter: unknown) => {
    if (!isJsonObject(filter)) throw invalidParameter(NAME);
    const { Key: name, Values: values } = filter;
    const property = typeof name === 'string' ? properties.get(name) : undefined;
    if (property === undefined || !isListOfText(values)) throw invalidParameter(NAME);
    const { choices } = property;
    if (choices !== undefined && !values.every((value) => choices.includes(value))) {
      throw invalidParameter(NAME);
    }
    return [property, values];
  });
}

function isListOfText(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LENGTH) return false;
  return value.every((item) => typeof item === 'string');
}
