import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { KmsxError, kmsxError } from '../base/error.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import { REHEARSAL_HEADER } from '../answers/error-table/embedded.ts';
import { answerMalformed, isRetryable, kmsError, retryAfterMs } from '../answers/errors.ts';
import { KmsRefused } from '../answers/refusal.ts';
import type { Renewal } from '../credentials/guarded.ts';
import type { AttemptOutcome, AttemptReport, RetryClock, RetryPolicy } from './retry.ts';
import { withRetries } from './retry.ts';
import type { Answer, Exchange, Transport } from '../network/transport.ts';

interface AttemptsOptions {
  readonly transport: Transport;
  readonly policy: RetryPolicy;
  /** For messages: HOST[:PORT]. */
  readonly host: string;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => Date;
  /** The system's if it is not given. */
  readonly clock?: RetryClock | undefined;
  readonly onAttempt?: ((action: string, report: AttemptReport) => void) | undefined;
  /** How to throw away credentials that KMS calls expired. */
  readonly renewal?: Renewal | undefined;
}

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
  run<T extends { readonly requestId?: string }>(
    action: string,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { clock = systemClock(this.#options.signal), onAttempt, signal } = this.#options;
    return withRetries(
      this.#options.policy,
      clock,
      (timeoutMs) =>
        this.#options.transport.exchange({ timeoutMs, signal }, (exchange) =>
          this.#attemptAfresh(action, exchange, call),
        ),
      (report) => onAttempt?.(action, report),
    );
  }

  /** An attempt, and where the credentials have expired meanwhile one more with new ones, in the same time. */
  async #attemptAfresh<T extends { readonly requestId?: string }>(
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

  async #attempt<T extends { readonly requestId?: string }>(
    action: string,
    exchange: Exchange,
    call: (exchange: Exchange) => Promise<T>,
  ): Promise<AttemptOutcome<T>> {
    try {
      const value = await call(exchange);
      return { ok: true, value, requestId: value.requestId };
    } catch (thrown) {
      this.#options.signal?.throwIfAborted();
      const { answer } = exchange;
      const error = this.#asKmsxError(action, thrown, answer);
      return {
        ok: false,
        error,
        isRetryable: isRetryable(error),
        retryAfterMs: answer && retryAfterMs(answer.headers, this.#options.now()),
      };
    } finally {
      const headers = exchange.answer?.headers ?? {};
      if (headers[REHEARSAL_HEADER] !== undefined) this.isRehearsal = true;
      this.clockSkewMs = skewOf(headers['date'], this.#options.now()) ?? this.clockSkewMs;
    }
  }

  /** The SDK's errors hold the request and the whole answer: none of them goes on, not even as a cause. */
  #asKmsxError(action: string, thrown: unknown, answer: Answer | undefined): KmsxError {
    const body = parseObject(answer?.body ?? Buffer.alloc(0));
    if (thrown instanceof KmsxError && thrown.code === 'json-name-twice') {
      const id = word(fieldOf(body, 'RequestId'));
      return answerMalformed(action, 'a name stands in it twice', id);
    }
    const isError =
      answer !== undefined && (answer.status >= 400 || word(fieldOf(body, 'Code')) !== undefined);
    if (isError && !(thrown instanceof KmsxError && thrown.code !== 'answer-malformed')) {
      return kmsError(answer, { action, host: this.#options.host, now: this.#options.now() });
    }
    if (thrown instanceof KmsxError) return thrown;
    if (answer === undefined)
      return kmsxError('internal', `a defect in kmsx: ${action} was not sent`);
    const requestId = word(fieldOf(body, 'RequestId'));
    return answerMalformed(action, 'a field has the wrong type', requestId);
  }
}

/** Whether KMS says that the STS token has expired. */
function isExpired(error: KmsxError): boolean {
  return error instanceof KmsRefused && error.about === 'credentials-expired';
}

function skewOf(date: string | string[] | undefined, now: Date): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? undefined : theirs - now.getTime();
}

function systemClock(signal: AbortSignal | undefined): RetryClock {
  return {
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: async (milliseconds) => {
      try {
        await delay(milliseconds, undefined, signal && { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}
