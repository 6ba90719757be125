import { KmsxError } from '../../../base/error.ts';
import { hintsFor } from '../../../terminal/messages.ts';

export type Status = 'pass' | 'warn' | 'fail' | 'not-reached';

/** What a check found. */
export interface Verdict {
  readonly status: Status;
  /** One line, lower case; nothing secret. */
  readonly message: string;
  /** What to type or do. */
  readonly hint?: string | undefined;
  /** The error behind a failure: it gives Code, RequestId and the exit code. */
  readonly error?: KmsxError | undefined;
}

/** A verdict and what it is about. */
export interface Finding extends Verdict {
  readonly check: string;
}

/** How something went that more than one check is about. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: KmsxError };

export function pass(message: string): Verdict {
  return { status: 'pass', message };
}

export function warn(message: string, hint: string): Verdict {
  return { status: 'warn', message, hint };
}

export function notReached(message: string, hint?: string): Verdict {
  return { status: 'not-reached', message, hint };
}

/** @param more - hints that this check knows besides those of the error */
export function fail(error: KmsxError, more: readonly string[] = []): Verdict {
  const hint = [...hintsFor(error), ...more].join('; ');
  return { status: 'fail', message: error.message, ...(hint !== '' && { hint }), error };
}

/** Runs what may fail with an error of kmsx; a defect goes on. */
export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof KmsxError) return { ok: false, error };
    throw error;
  }
}

/** The findings so far. Each is shown as soon as it is there. */
export class Findings {
  readonly #show: (finding: Finding) => Promise<void>;
  readonly #all: Finding[] = [];

  constructor(show: (finding: Finding) => Promise<void>) {
    this.#show = show;
  }

  /** Adds what a check found; an error of kmsx that is thrown is its failure. */
  async add(check: string, verdict: () => Verdict | Promise<Verdict>): Promise<Verdict> {
    const outcome = await outcomeOf(verdict);
    const finding = { check, ...(outcome.ok ? outcome.value : fail(outcome.error)) };
    this.#all.push(finding);
    await this.#show(finding);
    return finding;
  }

  /** Whether any of these checks failed. */
  hasFailed(...checks: readonly string[]): boolean {
    return this.#all.some(({ check, status }) => checks.includes(check) && status === 'fail');
  }

  count(status: Status): number {
    return this.#all.filter((finding) => finding.status === status).length;
  }

  get firstFailure(): Finding | undefined {
    return this.#all.find(({ status }) => status === 'fail');
  }
}
