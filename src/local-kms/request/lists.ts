import { isJsonObject } from '../../base/json.ts';
import type { Parameters } from './parameters.ts';
import { optionalInteger, optionalJson } from './read-parameter.ts';
import { invalidParameter } from '../refusal.ts';

const NAME = 'Filters';
const MAX_LENGTH = 10;

/** One page of a list, with the fields that KMS puts around it. */
interface Page<T> {
  readonly items: readonly T[];
  readonly fields: Readonly<Record<'TotalCount' | 'PageNumber' | 'PageSize', number>>;
}

/**
 * The page of a list that `PageNumber` (from 1, default 1) and `PageSize` (1–100) ask for. A page after
 * the last is empty.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function pageOf<T>(parameters: Parameters, all: readonly T[], defaultSize = 10): Page<T> {
  const pageNumber = optionalInteger(parameters, 'PageNumber', 1, 2 ** 31 - 1) ?? 1;
  const pageSize = optionalInteger(parameters, 'PageSize', 1, 100) ?? defaultSize;
  const start = (pageNumber - 1) * pageSize;
  return {
    items: all.slice(start, start + pageSize),
    fields: { TotalCount: all.length, PageNumber: pageNumber, PageSize: pageSize },
  };
}

/** A property that a list can be filtered by. */
export interface FilterProperty<T> {
  /** The item's values of this property. */
  valuesOf(item: T): readonly string[];
  /** The values that a filter may ask for; absent for any. */
  readonly choices?: readonly string[];
}

/**
 * Reads the filters of a list (help 28951): `[{"Key":"KeyState","Values":["Enabled","Disabled"]},…]`, at most ten,
 * each with one to ten values. An item must match one of the values of every property.
 *
 * @param properties - by their name in a filter
 * @returns a function: whether an item passes
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
