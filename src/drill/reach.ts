import { isNoPermission } from '../answers/refusal.ts';
import type { KmsxError } from '../base/error.ts';
import type { DrillOutcome } from './outcome.ts';

/** After so many backups in a row that KMS was not reached for, it is not asked there any more. */
const MOST_UNREACHED = 20;

/**
 * Where KMS is not asked any more: it was not reached again and again, or does not take the credentials. Each gateway counts
 * for itself, since a backup may name any region.
 */
export class Reach {
  readonly #unreached = new Map<string, number>();
  #refusal: KmsxError | undefined;
  #isAnswered = false;

  /** What the drill ends with: that KMS does not accept the credentials, and nothing else was found out. */
  get refusal(): KmsxError | undefined {
    return this.#isAnswered ? undefined : this.#refusal;
  }

  /** Hears how a backup fared. */
  hearOutcome({ verdict, error }: DrillOutcome): void {
    if (error !== undefined && areRefused(error)) this.#refusal ??= error;
    else if (verdict !== 'skipped' && error?.kind !== 'unavailable') this.#isAnswered = true;
  }

  isGivenUp(where: string): boolean {
    return (this.#unreached.get(where) ?? 0) >= MOST_UNREACHED;
  }

  /** Hears how asking ended. */
  hear(where: string, error: KmsxError | undefined): void {
    if (error !== undefined && areRefused(error)) {
      this.#unreached.set(where, MOST_UNREACHED);
    } else if (error?.kind === 'unavailable') {
      this.#unreached.set(where, (this.#unreached.get(where) ?? 0) + 1);
    } else if (!this.isGivenUp(where)) {
      this.#unreached.delete(where);
    }
  }
}

/** Whether credentials are not accepted, whatever is asked for. */
function areRefused(error: KmsxError): boolean {
  return error.kind === 'credentials' && !isNoPermission(error);
}
