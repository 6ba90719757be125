import type { KmsxError } from '../base/error.ts';

export interface RetryPolicy {
  /** `--max-attempts` */
  readonly maxAttempts: number;
  /** `--timeout`: for one attempt, the connection included. */
  readonly timeoutMs: number;
  /** `--deadline`: for all attempts and the waits between them. */
  readonly deadlineMs: number;
}

/** The defaults of the command line. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  timeoutMs: 10_000,
  deadlineMs: 60_000,
};

/** Time and chance, as they come in. */
export interface RetryClock {
  /** Milliseconds of a clock that is never set back. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** How one attempt ended. What is thrown instead ends all attempts. */
export type AttemptOutcome<T> =
  | { readonly ok: true; readonly value: T; readonly requestId?: string | undefined }
  | {
      readonly ok: false;
      readonly error: KmsxError;
      readonly isRetryable: boolean;
      /** What the answer asked for (`Retry-After`). */
      readonly retryAfterMs?: number | undefined;
    };

/** For `--verbose`: nothing in it is secret. */
export interface AttemptReport {
  /** Counted from 1. */
  readonly attempt: number;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly requestId?: string;
  readonly durationMs: number;
  /** How long until the next attempt; absent where there is none. */
  readonly waitMs?: number;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/**
 * Makes a call until it succeeds, fails for good, or attempts or time are used up. Between attempts it waits
 * a random part of 200 ms, 400 ms, 800 ms … 10 s ("full jitter"), or as long as the answer asked for if
 * that is longer; a wait that would end after the deadline is not begun.
 *
 * @param attempt - makes the call once, within the given milliseconds
 * @throws the last error, which says how often and how long it was tried; as it is where it was the first and
 * another attempt would be of no use
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  clock: RetryClock,
  attempt: (timeoutMs: number) => Promise<AttemptOutcome<T>>,
  onAttempt: (report: AttemptReport) => void = () => undefined,
): Promise<T> {
  const start = clock.now();
  for (let number = 1; ; number += 1) {
    const began = clock.now();
    const left = policy.deadlineMs - (began - start);
    const outcome = await attempt(Math.max(1, Math.min(policy.timeoutMs, left)));
    const ended = clock.now();
    const report = { attempt: number, durationMs: ended - began };
    if (outcome.ok) {
      onAttempt({ ...report, outcome: 'ok', ...idOf(outcome.requestId) });
      return outcome.value;
    }
    const { error } = outcome;
    const waitMs = Math.max(backoffMs(number, clock.random()), outcome.retryAfterMs ?? 0);
    const goesOn =
      outcome.isRetryable &&
      number < policy.maxAttempts &&
      ended - start + waitMs < policy.deadlineMs;
    onAttempt({
      ...report,
      outcome: error.code,
      ...idOf(error.requestId),
      ...(goesOn && { waitMs }),
    });
    if (!goesOn) {
      if (!outcome.isRetryable) {
        throw number === 1 ? error : withEffort(error, number, ended - start);
      }
      const asked = number < policy.maxAttempts ? outcome.retryAfterMs : undefined;
      const tooLong = asked !== undefined && ended - start + asked >= policy.deadlineMs;
      throw withEffort(tooLong ? withLongWait(error, asked, policy) : error, number, ended - start);
    }
    await clock.sleep(waitMs);
  }
}

/**
 * The wait after a failed attempt, in milliseconds.
 *
 * @param attempt - counted from 1
 * @param random - at least 0, below 1
 */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
}

/** Trying again at once would fail again: KMS said when to. */
function withLongWait(error: KmsxError, askedMs: number, { deadlineMs }: RetryPolicy): KmsxError {
  const asked = Math.ceil(askedMs / 1000);
  const deadline = Number((deadlineMs / 1000).toFixed(1));
  return error.with({
    message: `${error.message}; it asks to wait ${asked} s, longer than --deadline ${deadline} allows`,
    hints: [
      `try again in ${asked} s, or give a --deadline of more than ${asked} s; if it stays so, open a ticket with the RequestId`,
    ],
  });
}

function withEffort(error: KmsxError, attempts: number, durationMs: number): KmsxError {
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return error.with({
    message: `${error.message} (${times}, ${(durationMs / 1000).toFixed(1)} s)`,
  });
}

function idOf(requestId: string | undefined): { readonly requestId?: string } {
  return requestId === undefined ? {} : { requestId };
}
