import { aloudLines } from '../../../ceremony/aloud/lines.ts';
import type { CeremonyPlan } from '../../../ceremony/plan/plan.ts';
import type { Known } from '../../../ceremony/run/known.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import type { View } from '../../../terminal/output/view.ts';
import { fact, nextBlock } from '../../../terminal/output/view.ts';
import { commandLine } from '../../shared/view/command-line.ts';
import { checkValueBlock } from '../../shared/view/rows.ts';

/** What `kmsx ceremony run` prints of a ceremony that is complete. */
export interface CeremonyReport {
  /** False where people ended it. */
  readonly Complete: boolean;
  readonly Title: string;
  readonly Practice: boolean;
  readonly Folder: string;
  /** SHA-256 of the last line of the record. */
  readonly Head: string;
  readonly Steps: number;
  readonly Deviations: number;
  readonly KeyId?: string;
  readonly DataKeyId?: string;
  readonly KeyCheckValues: readonly KeyCheckValue[];
  readonly Rehearsal?: true;
}

export function ceremonyReport(
  plan: CeremonyPlan,
  known: Known,
  folder: string,
  head: string,
): CeremonyReport {
  const { KeyId, DataKeyId, Rehearsal } = known.dataKey ?? {};
  return {
    Complete: known.isComplete,
    Title: plan.Title,
    Practice: plan.Practice,
    Folder: folder,
    Head: head,
    Steps: known.done.size,
    Deviations: known.deviations,
    ...(KeyId !== undefined && { KeyId }),
    ...(DataKeyId !== undefined && { DataKeyId }),
    KeyCheckValues: known.checkValues,
    ...(Rehearsal === true && { Rehearsal }),
  };
}

/** What is read aloud at the end, and what comes next. */
export function ceremonyView(report: CeremonyReport): View {
  const { Complete, Title, Practice, Folder, Head, Steps, Deviations, KeyCheckValues } = report;
  const kind = Practice ? 'The practice' : 'The ceremony';
  return {
    verdict: `${kind} is ${Complete ? '' : 'not '}complete: ${Title}`,
    tone: Complete ? 'good' : 'bad',
    blocks: [
      {
        rows: [
          fact('steps', String(Steps)),
          fact('deviations', String(Deviations)),
          fact('folder', Folder),
          ...(report.DataKeyId === undefined ? [] : [fact('data key', report.DataKeyId)]),
        ],
      },
      ...checkValueBlock(KeyCheckValues),
      {
        title: 'Read aloud, and copy by hand: the head of the record',
        rows: [{ lines: aloudLines(Head) }],
      },
      ...nextBlock([
        commandLine(['record', 'verify', Folder], [['--head', Head]]),
        commandLine(['record', 'head', Folder]),
        commandLine(['record', 'print', Folder], [['--out', 'record.html']]),
      ]),
    ],
  };
}
