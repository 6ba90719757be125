import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { FINGERPRINT } from '../../documents/fields.ts';
import { isKeyCheckValue, MIN_CHECKED_KEY_BYTES } from '../../documents/key-check-value.ts';
import type { BeginEvent, ComparedEvent, RecordEvent } from '../events.ts';

/** What steps tell, in which field, and whether it is of each recipient. */
const TOLD = [
  { field: 'CiphertextBlobFingerprint', what: 'made a data key', isOf: isFingerprint },
  { field: 'KeyCheckValues', what: 'found its check values', isOf: areCheckValues },
] as const;

const TOLD_OF_EACH = [
  { field: 'PublicKeyFingerprint', what: 'found the wrapping key', isOf: isFingerprint },
  { field: 'ExportedDataKeyFingerprint', what: 'made the export', isOf: isFingerprint },
  { field: 'KeyCheckValues', what: 'found the check values', isOf: areCheckValues },
] as const;

/**
 * Finds what is missing in a ceremony that its seal calls complete: a data key and its check values, what each recipient of
 * the plan got, and that in the end all that was compared was the same.
 *
 * @param before - the events before the seal, in order
 * @returns as what follows `a ceremony … complete`
 */
export function missingIn(begin: BeginEvent, before: readonly RecordEvent[]): string | undefined {
  const facts = before.flatMap((event): readonly JsonObject[] =>
    event.Type === 'step' && event.Outcome === 'done' ? [event.Facts ?? {}] : [],
  );
  const isShort = facts.some(({ NumberOfBytes: bytes }) => Number(bytes) < MIN_CHECKED_KEY_BYTES);
  const isNeeded = ({ field }: { readonly field: string }): boolean =>
    field !== 'KeyCheckValues' || !isShort;
  const missing = TOLD.filter(isNeeded).find((told) => !isTold(told, facts));
  if (missing !== undefined) return `in which no step ${missing.what}`;
  const names = recipientsOf(begin);
  if (names.length === 0) return 'whose plan has no recipient';
  for (const name of names) {
    const own = facts.filter(({ Recipient }) => Recipient === name);
    const lacking = TOLD_OF_EACH.filter(isNeeded).find((told) => !isTold(told, own));
    if (lacking !== undefined) return `in which no step ${lacking.what} of ${name}`;
  }
  const differing = lastComparisons(before).find(({ Same }) => !Same);
  return differing && `in which the ${differing.What} of ${differing.Of} was not the same`;
}

function isTold(
  { field, isOf }: { readonly field: string; readonly isOf: (value: unknown) => boolean },
  facts: readonly JsonObject[],
): boolean {
  return facts.some((each) => isOf(each[field]));
}

function isFingerprint(value: unknown): boolean {
  return typeof value === 'string' && FINGERPRINT.test(value);
}

function areCheckValues(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isKeyCheckValue);
}

/** The names of the recipients in the plan of a record. */
function recipientsOf({ Plan }: BeginEvent): readonly string[] {
  const { Recipients } = Plan;
  if (!Array.isArray(Recipients)) return [];
  return Recipients.map((each: unknown) => {
    const name = isJsonObject(each) ? each['Name'] : undefined;
    return typeof name === 'string' ? name : '';
  });
}

/** The last answer to each question. */
function lastComparisons(events: readonly RecordEvent[]): readonly ComparedEvent[] {
  const last = new Map<string, ComparedEvent>();
  for (const event of events) {
    if (event.Type === 'compared') last.set(JSON.stringify([event.What, event.Of]), event);
  }
  return [...last.values()];
}
