import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import { readError } from '../../base/files/errors/read-error.ts';
import { canonicalJson } from '../chain/canonical.ts';
import type { BeginEvent } from '../events.ts';
import { RECORD_FILES } from '../events.ts';

/** Reads the bytes of a plan's file; undefined for what is no plan. */
export type PlanReader = (bytes: Buffer) => object | undefined;

/**
 * Holds the plan in a record against the file of the plan: people agreed on the file, and the record is judged by the plan
 * in it.
 *
 * @param folder - of the ceremony; its files are what they were
 * @returns what could not be compared, in words
 * @throws KmsxError `record-changed` where the two differ; `file-unreadable`
 */
export async function comparePlan(
  folder: string,
  { Plan }: BeginEvent,
  readPlan: PlanReader,
): Promise<readonly string[]> {
  const file = RECORD_FILES.plan;
  const bytes = await readFile(join(folder, file)).catch((error: unknown) => {
    throw readError(file, error);
  });
  const planned = readPlan(bytes);
  if (planned === undefined) {
    return [`${file} is no plan that this version reads: nothing is compared with it`];
  }
  if (canonicalJson(planned, file) === canonicalJson(Plan, 'the plan')) return [];
  throw kmsxError('record-changed', `line 1 has another plan than ${file}`, {
    details: { line: 1, file },
  });
}
