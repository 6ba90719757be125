import type { DrillLine } from '../../../drill/outcome.ts';
import { table } from '../../../terminal/output/table.ts';

/** For a terminal: a row for each backup, with the widest column last. */
export function drillTable(lines: readonly DrillLine[], columns: number): string {
  return table(
    ['name', 'opens', 'same key as', 'bits', 'place', 'what is wrong'],
    lines.map((line) => [
      line.Name,
      opensWord(line),
      line.SameKeyAs,
      line.AssuranceBits === undefined ? '' : String(line.AssuranceBits),
      line.Place,
      wrongOf(line),
    ]),
    columns,
  );
}

/** Whether a backup opens, in a word. */
export function opensWord({ Opens }: DrillLine): string {
  if (Opens === undefined) return '?';
  return Opens ? 'yes' : 'NO';
}

/** What is wrong, with its code; empty where nothing is. */
export function wrongOf({ Code, Message }: DrillLine): string {
  return Code === undefined ? '' : `${Message ?? ''} (${Code})`;
}
