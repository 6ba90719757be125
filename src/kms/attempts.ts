import { REHEARSAL_HEADER } from '../answers/error-table/embedded.ts';
import {
  answerMalformed,
  isRetryable,
  kmsError,
  refusedJson,
  retryAfterMs,
} from '../answers/errors.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import { KmsRefused } from '../answers/refusal.ts';
import { hasCode, KmsxError, kmsxError } from '../base/error.ts';
import type { Renewal } from '../credentials/guarded.ts';
import type { Answer, Exchange, Transport } from '../network/transport.ts';
import type { Answered, DryRunAnswer } from './types.ts';

export interface AttemptLimits {
  /** `--max-attempts` */
  readonly maxAttempts: number;
  /** `--timeout`: for one attempt, the connection included. */
  readonly timeoutMs: number;
  /** `--deadline`: for all attempts and the waits between them. */
  readonly deadlineMs: number;
}

/** The defaults of the command line. */
export const DEFAULT_LIMITS: AttemptLimits = {
  maxAttempts: 5,
  timeoutMs: 10_000,
  deadlineMs: 60_000,
};

/** Time and chance, as they come in. */
export interface AttemptClock {
  now(): Date;
  /** Milliseconds of a clock that is never set back. */
  monotonicMs(): number;
  /** At least 0, below 1. */
  random(): number;
  /** @throws the reason of the signal that interrupts the client */
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
  readonly requestId?: string | undefined;
  /** Whether a quota of calls was used up. */
  readonly isThrottled?: true;
  /** Whether KMS may have done what was asked, and its answer did not come. */
  readonly isAnswerLost?: true;
  readonly durationMs: number;
  /** How long until the next attempt; absent where there is none. */
  readonly waitMs?: number;
}

interface AttemptsOptions {
  readonly transport: Transport;
  readonly limits: AttemptLimits;
  /** For messages: HOST[:PORT]. */
  readonly host: string;
  readonly signal?: AbortSignal | undefined;
  readonly clock: AttemptClock;
  readonly onAttempt?: ((action: string, report: AttemptReport) => void) | undefined;
  /** How to throw away credentials that KMS calls expired. */
  readonly renewal?: Renewal | undefined;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** The attempts of one client: each in an exchange of its own, retried, its errors made kmsx's. */
export class Attempts {
  /** Whether an answer came from an embedded KMS; known after the first. */
  isRehearsal = false;
  /** How far the other clock is ahead of this one, in milliseconds; known after the first answer with a Date. */
  clockSkewMs: number | undefined;
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Makes a call until it succeeds, fails for good, or attempts or time are used up. */
  async run<T extends Answered | DryRunAnswer>(
    action: string,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { transport, limits, clock, signal, onAttempt } = this.#options;
    return await withRetries(
      limits,
      clock,
      (timeoutMs) =>
        transport.exchange({ timeoutMs, signal }, (exchange) =>
          this.#attemptAfresh(action, exchange, call),
        ),
      (report) => onAttempt?.(action, report),
    );
  }

  /** An attempt, and one more with new credentials, in the same time, if the old ones have expired meanwhile. */
  async #attemptAfresh<T extends Answered | DryRunAnswer>(
    action: string,
    exchange: Exchange,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<AttemptOutcome<T>> {
    const { renewal } = this.#options;
    const used = renewal?.current() ?? 0;
    const outcome = await this.#attempt(action, exchange, call);
    if (renewal === undefined || outcome.ok || !isExpired(outcome.error)) return outcome;
    renewal.renew(used);
    return await this.#attempt(action, exchange, call);
  }

  async #attempt<T extends Answered | DryRunAnswer>(
    action: string,
    exchange: Exchange,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<AttemptOutcome<T>> {
    const { clock, signal } = this.#options;
    try {
      const value = await call(exchange);
      assertStatus(action, exchange.answer, value.requestId);
      return { ok: true, value, requestId: value.requestId };
    } catch (thrown) {
      signal?.throwIfAborted();
      const { answer } = exchange;
      const error = this.#asKmsxError(action, thrown, answer);
      return {
        ok: false,
        error,
        isRetryable: isRetryable(error),
        retryAfterMs: answer && retryAfterMs(answer.headers, clock.now()),
      };
    } finally {
      const headers = exchange.answer?.headers ?? {};
      if (headers[REHEARSAL_HEADER] !== undefined) this.isRehearsal = true;
      this.clockSkewMs = skewOf(headers['date'], clock.now()) ?? this.clockSkewMs;
    }
  }

  /** The SDK's errors hold the request and the whole answer: they are dropped, not even kept as a cause. */
  #asKmsxError(action: string, thrown: unknown, answer: Answer | undefined): KmsxError {
    const body = parseObject(answer?.body ?? Buffer.alloc(0));
    const requestId = word(fieldOf(body, 'RequestId'));
    const refused = refusedJson(thrown, action, requestId);
    if (refused !== undefined) return refused;
    const isError =
      answer !== undefined &&
      (isErrorStatus(answer.status) || word(fieldOf(body, 'Code')) !== undefined);
    if (isError && !(thrown instanceof KmsxError && thrown.code !== 'answer-malformed')) {
      const { host, clock } = this.#options;
      return kmsError(answer, { action, host, now: clock.now() });
    }
    if (thrown instanceof KmsxError) return thrown;
    return answer === undefined
      ? kmsxError('internal', `a defect in kmsx: ${action} was not sent`)
      : answerMalformed(action, 'a field has the wrong type', requestId);
  }
}

function isErrorStatus(status: number): boolean {
  return status >= 400 && status < 600;
}

/** The SDK takes every status that is no error of HTTP for success, 700 too; of a dry run an error is the answer. */
function assertStatus(
  action: string,
  answer: Answer | undefined,
  requestId: string | undefined,
): void {
  if (answer === undefined || (answer.status >= 200 && answer.status < 500)) return;
  throw answerMalformed(action, `its HTTP status is ${answer.status}`, requestId);
}

/** What fails before a request is sent, in the words of Node's network. */
const NOT_SENT =
  /^(?:connect|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/;

/** Whether KMS may have done what it was asked although there is an error: an answer cut, late, not its own, or HTTP 5xx. */
function mayBeDone(error: KmsxError): boolean {
  if (error instanceof KmsRefused && error.about === 'throttled') return false;
  if (error.httpStatus !== undefined && error.httpStatus >= 500) return true;
  if (hasCode(error, 'answer-malformed', 'not-kms')) return true;
  if (!hasCode(error, 'network-failed', 'timed-out')) return false;
  return error.during !== 'credentials' && !NOT_SENT.test(error.details.reason ?? '');
}

/** Whether KMS says that the STS token has expired. */
function isExpired(error: KmsxError): boolean {
  return error instanceof KmsRefused && error.about === 'credentials-expired';
}

function skewOf(date: string | string[] | undefined, now: Date): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? undefined : theirs - now.getTime();
}

/**
 * Makes a call until it succeeds, fails for good, or attempts or time are used up. Between attempts it waits
 * a random part of 200 ms, 400 ms, 800 ms … 10 s ("full jitter"), or as long as the answer asked for if
 * that is longer; a wait that would end after the deadline is not begun.
 *
 * @param attempt - makes the call once, within the given milliseconds
 * @throws the last error, which says how often and how long it was tried; unchanged if it was the first and
 * another attempt would not help
 */
export async function withRetries<T>(
  limits: AttemptLimits,
  clock: AttemptClock,
  attempt: (timeoutMs: number) => Promise<AttemptOutcome<T>>,
  onAttempt: (report: AttemptReport) => void = () => undefined,
): Promise<T> {
  const start = clock.monotonicMs();
  for (let number = 1; ; number += 1) {
    const began = clock.monotonicMs();
    const left = limits.deadlineMs - (began - start);
    const outcome = await attempt(Math.max(1, Math.min(limits.timeoutMs, left)));
    const ended = clock.monotonicMs();
    const report = { attempt: number, durationMs: ended - began };
    if (outcome.ok) {
      onAttempt({ ...report, outcome: 'ok', requestId: outcome.requestId });
      return outcome.value;
    }
    const { error } = outcome;
    const waitMs = Math.max(backoffMs(number, clock.random()), outcome.retryAfterMs ?? 0);
    const goesOn =
      outcome.isRetryable &&
      number < limits.maxAttempts &&
      ended - start + waitMs < limits.deadlineMs;
    onAttempt({
      ...report,
      outcome: error.code,
      requestId: error.requestId,
      ...(error instanceof KmsRefused && error.about === 'throttled' && { isThrottled: true }),
      ...(mayBeDone(error) && { isAnswerLost: true }),
      ...(goesOn && { waitMs }),
    });
    if (!goesOn) {
      if (!outcome.isRetryable) {
        throw number === 1 ? error : withEffort(error, number, ended - start);
      }
      const asked = number < limits.maxAttempts ? outcome.retryAfterMs : undefined;
      const tooLong = asked !== undefined && ended - start + asked >= limits.deadlineMs;
      throw withEffort(tooLong ? withLongWait(error, asked, limits) : error, number, ended - start);
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
function withLongWait(error: KmsxError, askedMs: number, { deadlineMs }: AttemptLimits): KmsxError {
  const asked = Math.ceil(askedMs / 1000);
  const deadline = Number((deadlineMs / 1000).toFixed(1));
  return error.with({
    message: `${error.message}; it asks to wait ${asked} s, longer than --deadline ${deadline} allows`,
    hints: [
      `try again in ${asked} s, or give a --deadline of more than ${asked} s; if it persists, open a ticket with the RequestId`,
    ],
  });
}

function withEffort(error: KmsxError, attempts: number, durationMs: number): KmsxError {
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return error.with({
    message: `${error.message} (${times}, ${(durationMs / 1000).toFixed(1)} s)`,
  });
}
