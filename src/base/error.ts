import type { ErrorCode, ErrorKind } from './error-codes.ts';
import { ERROR_CODES } from './error-codes.ts';
import type { DetailsOf, NoDetails } from './error-details.ts';

type Capital =
  | ('A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M')
  | ('N' | 'O' | 'P' | 'Q' | 'R' | 'S' | 'T' | 'U' | 'V' | 'W' | 'X' | 'Y' | 'Z');

/** A Code of KMS, as in `Forbidden.KeyNotFound`. kmsx's own codes begin with a small letter. */
export type KmsCode = `${Capital}${string}`;

/** What any error may say besides its kind, code and message. */
export interface ErrorFacts {
  /** Hints that are known where the error is made; otherwise the table of hints gives them by code. */
  readonly hints?: readonly string[] | undefined;
  readonly requestId?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** Which part of the work failed, if that changes what the error means. */
  readonly during?: 'credentials' | 'verification' | undefined;
  readonly cause?: unknown;
}

/** What may be said in other words of an error that stays the same. */
export interface Rewording extends Pick<ErrorFacts, 'hints' | 'during'> {
  readonly message?: string;
}

/**
 * Every error that a user may see: an `OwnError`, or a refusal of KMS. `message` is one line, lower case, without
 * a full stop and without a secret.
 */
export abstract class KmsxError extends Error {
  abstract readonly code: ErrorCode | KmsCode;
  readonly kind: ErrorKind;
  readonly hints: readonly string[] | undefined;
  readonly requestId: string | undefined;
  readonly httpStatus: number | undefined;
  readonly during: ErrorFacts['during'];

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'KmsxError';
    this.kind = kind;
    this.hints = facts.hints;
    this.requestId = facts.requestId;
    this.httpStatus = facts.httpStatus;
    this.during = facts.during;
  }

  /** The same error in other words; this one is its cause. */
  abstract with(changes: Rewording): KmsxError;

  /** The facts of the same error in other words. */
  protected reworded({ message = this.message, ...changes }: Rewording): ErrorFacts & {
    readonly message: string;
  } {
    const { hints, requestId, httpStatus, during } = this;
    return { message, hints, requestId, httpStatus, during, ...changes, cause: this };
  }
}

/** What kmsx itself finds wrong. */
export class OwnError<C extends ErrorCode = ErrorCode> extends KmsxError {
  readonly code: C;
  readonly details: DetailsOf<C>;

  constructor(code: C, message: string, details: DetailsOf<C>, facts: ErrorFacts) {
    super(ERROR_CODES[code].kind, message, facts);
    this.code = code;
    this.details = details;
  }

  override with(changes: Rewording): OwnError<C> {
    const { message, ...facts } = this.reworded(changes);
    return new OwnError(this.code, message, this.details, facts);
  }
}

/** Details may be left out where none is required. */
type OwnErrorFacts<C extends ErrorCode> = C extends ErrorCode
  ? NoDetails extends DetailsOf<C>
    ? [facts?: ErrorFacts & { readonly details?: DetailsOf<C> }]
    : [facts: ErrorFacts & { readonly details: DetailsOf<C> }]
  : never;

/**
 * Makes an error of kmsx's own.
 *
 * @param code - a word of the table in error-codes.ts, which also gives the kind
 * @param message - one line: what is wrong, with the label of the argument and never its value if that is secret
 * @param facts - the details of the code, and what else is known
 */
export function kmsxError<C extends ErrorCode>(
  code: C,
  message: string,
  ...[facts]: OwnErrorFacts<C>
): OwnError<C> {
  const { details, ...others } = facts ?? {};
  return new OwnError(code, message, (details ?? {}) as DetailsOf<C>, others);
}

/** Whether an error is kmsx's own and has one of these codes. */
export function hasCode<C extends ErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is OwnError<C> {
  return error instanceof OwnError && codes.some((code) => code === error.code);
}

/**
 * The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), or undefined. It goes by the form alone: in the sandbox of
 * a test runner Node.js's errors are of another class `Error`.
 */
export function systemErrorCode(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether an error is that of a call of the system, by its form as well. */
export function isSystemCallError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
