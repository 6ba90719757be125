import type { KmsxError } from '../base/error.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import type { SameKeyAs } from '../documents/proof-document.ts';

/** How a backup fared. */
export type Verdict =
  /** It opens, and nothing shows that it is another key. */
  | 'proved'
  /** It opens, to another key than it should. */
  | 'another-key'
  /** It does not open, or cannot be read. */
  | 'not-opening'
  /** It was proved, and is not there any more. */
  | 'missing'
  /** KMS could not be asked. */
  | 'unasked'
  /** KMS is not asked any more, where this backup would be asked for. */
  | 'left'
  /** It is no backup. */
  | 'skipped'
  /** Another drill has done it, of those that share the work. */
  | 'elsewhere'
  /** Another drill does it now: if that one dies, it is to be done here. */
  | 'claimed';

/** What `drill` prints of a backup. Nothing in it is secret. */
export interface DrillLine {
  readonly Name: string;
  readonly Place: string;
  /** Left out where KMS could not be asked. */
  readonly Opens?: boolean;
  readonly SameKeyAs: SameKeyAs;
  readonly AssuranceBits?: number;
  /** What is wrong: KMS's Code or kmsx's own. */
  readonly Code?: string;
  readonly Message?: string;
  /** The KMS key that opened it, or the one that it names. */
  readonly KeyId?: string;
  readonly KeyVersionId?: string;
  readonly Region?: string;
  readonly NumberOfBytes?: number;
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly RequestId?: string;
  /** When it was proved before this drill. */
  readonly LastProved?: string;
  readonly Rehearsal?: true;
}

/** How a backup fared, and what is told of it. */
export interface DrillOutcome {
  readonly verdict: Verdict;
  readonly line: DrillLine;
  readonly error?: KmsxError;
}

/** Errors that say nothing of the backup: KMS could not be asked with these options or credentials. */
const OF_THE_QUESTION: ReadonlySet<string> = new Set([
  'region-missing',
  'region-contradicts',
  'data-key-too-long',
  'operation-not-offered',
]);

/** What an error says of a backup. */
export function verdictOf({ kind, code }: KmsxError): Verdict {
  if (kind === 'crypto') return 'another-key';
  const isOfQuestion =
    kind === 'unavailable' || kind === 'credentials' || OF_THE_QUESTION.has(code);
  return isOfQuestion ? 'unasked' : 'not-opening';
}
