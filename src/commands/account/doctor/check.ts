import { KmsxError } from '../../../base/error.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';

/** The operations whose permission is checked with a backup. */
export const BACKUP_OPERATIONS = ['ExportDataKey', 'Decrypt', 'ReEncrypt'] as const;

/** An operation whose permission is checked. */
export type CheckedOperation = 'GenerateAndExportDataKey' | (typeof BACKUP_OPERATIONS)[number];

export type CheckName =
  | 'versions'
  | 'clock'
  | 'credentials'
  | 'identity'
  | 'region'
  | 'gateway'
  | 'tcp'
  | 'tls'
  | 'proxy'
  | 'signature'
  | 'key'
  | 'backup'
  | `permission:${CheckedOperation}`
  | 'public-key'
  | 'internet-access'
  | 'outputs'
  | 'core-dumps'
  | 'swap';

export type Status = 'pass' | 'warn' | 'fail' | 'not-reached' | 'not-checked' | 'does-not-apply';

/** What a check found. */
export interface CheckResult {
  readonly status: Status;
  /** One line, lower case; nothing secret. */
  readonly message: string;
  /** What to type or do. */
  readonly hint?: string | undefined;
  /** The error behind a failure: it gives Code, RequestId and the exit code. */
  readonly error?: KmsxError | undefined;
}

export interface Finding extends CheckResult {
  readonly check: CheckName;
}

/** A value, or the error that is there instead. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: KmsxError };

/** The check found nothing wrong. */
export function pass(message: string): CheckResult {
  return { status: 'pass', message };
}

/** The commands can run, but something should be looked at. */
export function warn(message: string, hint: string): CheckResult {
  return { status: 'warn', message, hint };
}

/** The check could not be made. */
export function notReached(message: string, hint?: string): CheckResult {
  return { status: 'not-reached', message, hint };
}

/** The check has no meaning here. */
export function doesNotApply(message: string, hint?: string): CheckResult {
  return { status: 'does-not-apply', message, hint };
}

/** The option was not given that says what to check. */
export function notChecked(message: string, hint: string): CheckResult {
  return { status: 'not-checked', message, hint };
}

/** The commands cannot run; the hints are those of the error. */
export function fail(error: KmsxError): CheckResult {
  const hint = hintsFor(error).join('; ');
  return { status: 'fail', message: error.message, ...(hint !== '' && { hint }), error };
}

/** Runs what may fail with a KmsxError; any other error is thrown. */
export async function resultOf<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof KmsxError) return { ok: false, error };
    throw error;
  }
}

/** The findings so far. Each is shown as soon as it is found. */
export class Findings {
  readonly #show: (finding: Finding) => Promise<void>;
  readonly #all: Finding[] = [];

  constructor(show: (finding: Finding) => Promise<void>) {
    this.#show = show;
  }

  /** Adds the result of a check. A KmsxError that the check throws is its failure. */
  async add(check: CheckName, work: () => CheckResult | Promise<CheckResult>): Promise<void> {
    const result = await resultOf(work);
    const finding = { check, ...(result.ok ? result.value : fail(result.error)) };
    this.#all.push(finding);
    await this.#show(finding);
  }

  /** Whether a check has failed. */
  hasFailed(check: CheckName): boolean {
    return this.failures.some((finding) => finding.check === check);
  }

  get failures(): readonly Finding[] {
    return this.#all.filter(({ status }) => status === 'fail');
  }
}
