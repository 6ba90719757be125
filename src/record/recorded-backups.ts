import { basename } from 'node:path';
import { kmsxError } from '../base/error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../base/place-prefixes.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import type { RecordEvent } from './events.ts';
import { RECORD_FORMAT } from './events.ts';
import { recordedKey } from './verify/key-facts.ts';
import { parseRecord } from './chain/read-record.ts';

/** How the canonical form of a first line begins, and what stands in it. */
const FIRST_LINE = new RegExp(`^\\{"At":"[^\\n]*"Format":"${RECORD_FORMAT}"`);

/** Whether a text may be the record of a ceremony, whole or not. */
export function looksLikeRecord(text: string): boolean {
  return FIRST_LINE.test(text);
}

/**
 * The check values that the backups of a ceremony must have, by their names: those of files without `.json`, of a store or
 * of a secret. The chain is checked, and by what the record is proved is not.
 *
 * @param label - what the record is called in errors
 * @throws KmsxError `record-changed`; `check-value-malformed` where it tells of no check value or no backup
 */
export function recordedBackups(
  bytes: Uint8Array,
  label: string,
): ReadonlyMap<string, readonly KeyCheckValue[]> {
  const record = parseRecord(bytes, label);
  const byMethod = new Map(recordedKey(record).checkValues.map((value) => [value.Method, value]));
  const names = record.events.flatMap(placesIn).map(backupName);
  if (byMethod.size === 0 || names.length === 0) {
    throw kmsxError('check-value-malformed', `${label} tells of no backup with a check value`, {
      hints: ['give the record of a ceremony that generated a data key and opened its backups'],
    });
  }
  return new Map(names.map((name) => [name, [...byMethod.values()]]));
}

/** Where a step that was done left backups. */
function placesIn(event: RecordEvent): string[] {
  if (event.Type !== 'step' || event.Outcome !== 'done') return [];
  const places = event.Facts?.['Backups'];
  return Array.isArray(places) ? places.filter((place) => typeof place === 'string') : [];
}

function backupName(place: string): string {
  const prefix = [SECRET_PREFIX, STORE_PREFIX].find((each) => place.startsWith(each));
  return prefix === undefined ? basename(place, '.json') : place.slice(prefix.length);
}
