import type { ErrorCode, ErrorKind } from './error-codes.ts';
import { ERROR_CODES } from './error-codes.ts';

/** Facts for the hint of an error: file names, option names, numbers. Never a secret. */
export type ErrorDetails = Readonly<Record<string, string>>;

export interface FailureOptions {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails;
  /** Hints that are known where the error is made; else the table of hints gives them by code. */
  readonly hints?: readonly string[];
  readonly requestId?: string;
  readonly httpStatus?: number;
  readonly cause?: unknown;
}

/** What of an error may be said in other words. */
export type Rewording = Partial<Pick<FailureOptions, 'message' | 'details' | 'hints'>>;

/**
 * Every error that a user may see. `message` is one line, lower case, without a full stop and without
 * a secret; `code` is a word of `kmsx help errors`, or KMS's own Code.
 */
export class KmsxError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;
  readonly hints: readonly string[] | undefined;
  readonly requestId: string | undefined;
  readonly httpStatus: number | undefined;
  readonly #options: FailureOptions;

  constructor(options: FailureOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KmsxError';
    this.kind = options.kind;
    this.code = options.code;
    this.details = options.details ?? {};
    this.hints = options.hints;
    this.requestId = options.requestId;
    this.httpStatus = options.httpStatus;
    this.#options = options;
  }

  /** The same error in other words; this one is its cause. */
  with(changes: Rewording): KmsxError {
    return new KmsxError({ ...this.#options, ...changes, cause: this });
  }
}

/**
 * Makes an error of kmsx's own.
 *
 * @param code - a word of the table in error-codes.ts, which also gives the kind
 * @param message - one line: what is wrong, with the label of the argument and never its value if that is secret
 * @param details - facts for the hint
 */
export function kmsxError(
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
  cause?: unknown,
): KmsxError {
  return new KmsxError({ kind: ERROR_CODES[code].kind, code, message, details, cause });
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}
