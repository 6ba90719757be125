import { kmsxError } from '../../base/error.ts';
import type { KmsxError } from '../../base/error.ts';
import type { BatchCommand } from '../../batch/manifest/fields.ts';
import type { LineCounts } from '../../batch/journal/journal.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import type { View, ViewRow } from '../../terminal/output/view.ts';
import { fact, nextBlock } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { counted } from '../shared/view/rows.ts';
import type { BatchPlaces } from './places.ts';

/** What `batch` prints. */
export interface Summary {
  readonly Done: number;
  readonly Failed: number;
  /** How many lines failed with each Code. */
  readonly ByCode: Readonly<Record<string, number>>;
  /** Lines that no run has begun. */
  readonly Left?: number;
  /** Of how many data keys the answer did not come, or was not kept: at most so many were generated. */
  readonly KeysGeneratedAndLost: number;
}

/** @param count - of the lines of the manifest */
export function summaryOf({ done, failures, lost }: LineCounts, count: number): Summary {
  const failed = [...failures.values()].reduce((sum, each) => sum + each, 0);
  const left = count - done - failed;
  return {
    Done: done,
    Failed: failed,
    ByCode: Object.fromEntries([...failures].sort(([, a], [, b]) => b - a)),
    ...(left > 0 && { Left: left }),
    KeysGeneratedAndLost: lost,
  };
}

/** Prints the summary. */
export async function printSummary(
  summary: Summary,
  batch: BatchCommand,
  places: BatchPlaces,
  resume: string,
  session: Session,
): Promise<void> {
  await printResult(summary, session, () => summaryView(summary, batch, places, resume));
}

function summaryView(
  summary: Summary,
  batch: BatchCommand,
  places: BatchPlaces,
  resume: string,
): View {
  const { Done, Failed, ByCode, Left = 0, KeysGeneratedAndLost } = summary;
  const rows: ViewRow[] = [
    ...Object.entries(ByCode).map(([code, count]) => fact(code, counted(count, 'line'))),
    ...(Left > 0 ? [fact('left', counted(Left, 'line'))] : []),
    ...(KeysGeneratedAndLost > 0
      ? [fact('lost', `${counted(KeysGeneratedAndLost, 'data key')} at most, without an answer`)]
      : []),
  ];
  const files = [
    ['results', places.out ?? places.outFolder ?? places.keyFolder],
    ['backups', places.backupFolder],
    ['journal', places.journal],
  ] as const;
  const isWhole = Failed === 0 && Left === 0;
  return {
    verdict: `batch ${batch}: ${counted(Done, 'line')} done${Failed > 0 ? `, ${Failed} failed` : ''}`,
    tone: Failed > 0 ? 'bad' : isWhole ? 'good' : 'warning',
    blocks: [
      { rows },
      { rows: files.flatMap(([what, at]) => (at === undefined ? [] : [fact(what, at.label)])) },
      ...nextBlock(isWhole ? [] : [resume]),
    ],
  };
}

/** So many lines that failed are told one by one; the journal has them all. */
const MOST_TOLD = 10;

/** Keeps the first failures, to be told in the end. */
export class Failures {
  readonly #told: string[] = [];
  #count = 0;

  add(line: number, name: string, { code, message }: KmsxError): void {
    this.#count += 1;
    if (this.#told.length < MOST_TOLD)
      this.#told.push(`line ${line} (${name}): ${message} (${code})`);
  }

  /** Says on stderr which lines failed in this run, as far as they are kept. */
  async tell(journal: string, { reporter }: Session): Promise<void> {
    for (const told of this.#told) await reporter.warn(told);
    const more = this.#count - this.#told.length;
    if (more > 0) await reporter.warn(`and ${more} more: ${journal} has each with its Code`);
  }
}

/** @throws KmsxError `lines-failed` */
export function assertNoneFailed({ Failed, Done }: Summary, resume: string): void {
  if (Failed === 0) return;
  throw kmsxError('lines-failed', `${counted(Failed, 'line')} failed, ${Done} done`, {
    details: { resume },
  });
}
