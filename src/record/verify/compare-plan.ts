import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import { readError } from '../../base/files/errors/read-error.ts';
import { canonicalJson } from '../chain/canonical.ts';
import type { BeginEvent } from '../events.ts';
import { RECORD_FILES } from '../events.ts';

/** What reads plans. */
export interface PlanReader {
  /** The Format that is read. */
  readonly format: string;
  /** The plan in the bytes of a file; undefined for what is none of that Format. */
  read(bytes: Buffer): object | undefined;
}

/**
 * Holds the plan in a record against the file of the plan: people agreed on the file, and the record is judged by the plan
 * in it.
 *
 * @param folder - of the ceremony; its files are what they were
 * @returns what could not be compared, in words: a plan of another Format
 * @throws KmsxError `record-changed` where the two differ; `file-unreadable`
 */
export async function comparePlan(
  folder: string,
  { Plan }: BeginEvent,
  plans: PlanReader,
): Promise<readonly string[]> {
  const file = RECORD_FILES.plan;
  if (Plan['Format'] !== plans.format) {
    return [
      `the plan has a Format that this version does not read: ${file} is not compared with it`,
    ];
  }
  const bytes = await readFile(join(folder, file)).catch((error: unknown) => {
    throw readError(file, error);
  });
  const planned = plans.read(bytes);
  const isSame =
    planned !== undefined && canonicalJson(planned, file) === canonicalJson(Plan, 'the plan');
  if (isSame) return [];
  throw kmsxError('record-changed', `line 1 has another plan than ${file}`, {
    details: { line: 1, file },
  });
}
