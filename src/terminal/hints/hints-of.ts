import type { CodeOf, ErrorCode, ErrorKind } from '../../base/error-codes.ts';
import type { DetailsOf } from '../../base/error-details.ts';

/** What to type or do: a line in lower case, without a full stop. */
type Hint<C extends ErrorCode> = string | ((details: DetailsOf<C>) => string);

/** The hint of each error code of a kind, or several; no hint at all is an empty list. */
export type HintsOf<K extends ErrorKind> = {
  readonly [C in CodeOf<K> & ErrorCode]: Hint<C> | readonly string[];
};
