import { oneLine } from './printable.ts';
import { widestOf, widthOf, wrapBroken } from './wrap.ts';

const GAP = '  ';
const INDENT = '    ';

/** The last column is wrapped where so much room is left for it; else it stands below its row. */
const LEAST_LAST_COLUMN = 24;

/**
 * A plain table for a terminal: headings in capitals, a row on each line, columns two spaces apart. Where that is wider
 * than the terminal, the last column is wrapped; where it has no room, the last columns stand below the row, each with its
 * heading: so the most important columns come first. Control characters are escaped.
 *
 * @param columns - how many characters a line may have
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const cells = rows.map((row) => headings.map((_, column) => oneLine(row[column] ?? '')));
  const widths = headings.map((heading, column) =>
    widestOf([heading, ...cells.map((row) => row[column] ?? '')]),
  );
  const beside = columnsThatFit(widths, columns);
  const isWhole = beside === headings.length;
  const shown = widths.slice(0, beside);
  const last = isWhole ? roomForLast(widths, columns) : Math.min(columns, shown.at(-1) ?? 0);
  const below = headings.slice(beside);
  const head = lineOf(
    headings.slice(0, beside).map((heading) => heading.toUpperCase()),
    shown,
  );
  const lines = cells.flatMap((row) => [
    ...rowLines(row.slice(0, beside), shown, last),
    ...below.flatMap((heading, index) => {
      const cell = row[beside + index] ?? '';
      return cell === '' ? [] : hanging(`${heading}: ${cell}`, columns);
    }),
  ]);
  return `${[head, ...lines].join('\n')}\n`;
}

/** How many of the first columns stand on one line. */
function columnsThatFit(widths: readonly number[], columns: number): number {
  const all = widths.length;
  if (totalWidth(widths) <= columns || roomForLast(widths, columns) >= LEAST_LAST_COLUMN)
    return all;
  for (let count = all - 1; count > 1; count -= 1) {
    if (totalWidth(widths.slice(0, count)) <= columns) return count;
  }
  return 1;
}

function roomForLast(widths: readonly number[], columns: number): number {
  const others = widths.slice(0, -1);
  const room = columns - totalWidth(others) - (others.length === 0 ? 0 : GAP.length);
  return Math.min(room, widths.at(-1) ?? 0);
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * Math.max(0, widths.length - 1));
}

function rowLines(row: readonly string[], widths: readonly number[], last: number): string[] {
  const wrapped = wrapBroken(row.at(-1) ?? '', Math.max(1, last), row.length === 1 ? GAP : '');
  return wrapped.map((text, index) =>
    lineOf([...row.slice(0, -1).map((cell) => (index === 0 ? cell : '')), text], widths),
  );
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join(GAP)
    .trimEnd();
}

/** Text below a row: what follows its first line is indented more. */
function hanging(text: string, columns: number): string[] {
  return wrapBroken(text, columns - INDENT.length - GAP.length).map((line, index) =>
    index === 0 ? INDENT + line : INDENT + GAP + line,
  );
}
