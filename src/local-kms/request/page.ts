import type { Parameters } from './parameters.ts';
import { optionalInteger } from './read-parameter.ts';

/** One page of a list, with the fields that KMS puts around it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly fields: {
    readonly TotalCount: number;
    readonly PageNumber: number;
    readonly PageSize: number;
  };
}

/**
 * Cuts the page out of a list that `PageNumber` (from 1, default 1) and `PageSize` (1–100, default 10) ask for.
 * A page after the last is empty.
 *
 * @throws KmsRefusal `InvalidParameter`
 */
export function pageOf<T>(parameters: Parameters, all: readonly T[]): Page<T> {
  const pageNumber = optionalInteger(parameters, 'PageNumber', 1, 2 ** 31 - 1) ?? 1;
  const pageSize = optionalInteger(parameters, 'PageSize', 1, 100) ?? 10;
  const start = (pageNumber - 1) * pageSize;
  return {
    items: all.slice(start, start + pageSize),
    fields: { TotalCount: all.length, PageNumber: pageNumber, PageSize: pageSize },
  };
}
