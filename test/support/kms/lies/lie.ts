import type { Row } from './rows.ts';
import type { Tell } from './lying-kms.ts';

/** What a KMS can say that is not so, and how a command must end that hears it. */
export interface Lie {
  readonly title: string;
  readonly tell: Tell;
  readonly code: 4 | 5 | 6;
  /** What the message must name. */
  readonly says: RegExp;
  /** The rows that it concerns; all that get a result if left out. */
  readonly concerns?: (row: Row) => boolean;
}
