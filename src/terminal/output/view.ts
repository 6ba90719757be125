import { Chalk } from 'chalk';
import type { Session } from '../session.ts';
import { colorsStdout } from './color.ts';
import { oneLine } from './printable.ts';
import { writeStdout } from './stdout.ts';
import { shellLines } from './shell-lines.ts';
import { textWidth } from './text-width.ts';
import { widestOf, wrapBroken } from './wrap.ts';

/** What a person reads of a result on a terminal. */
export interface View {
  /** The first line: what was done, or found. */
  readonly verdict: string;
  /** Whether what was found is bad, or not what was hoped for. */
  readonly tone?: 'good' | 'warning' | 'bad';
  readonly blocks: readonly ViewBlock[];
}

export interface ViewBlock {
  readonly title?: string;
  readonly rows: readonly ViewRow[];
}

/** A fact, or a command to type. */
export type ViewRow = ViewFact | ViewCommand;

export interface ViewFact {
  readonly label?: string;
  /** Each begins on a line of its own. */
  readonly lines: readonly string[];
}

export interface ViewCommand {
  /** For a POSIX shell. */
  readonly command: string;
}

/** A row of one line. */
export function fact(label: string, text: string): ViewFact {
  return { label, lines: [text] };
}

/** What comes next, as commands to type; nothing where there are none. */
export function nextBlock(commands: readonly string[]): ViewBlock[] {
  return commands.length === 0
    ? []
    : [{ title: 'Next', rows: commands.map((command) => ({ command })) }];
}

/** Whether results are shown as views: on a terminal, unless JSON is asked for. */
export function showsViews({ io, options }: Session): boolean {
  return io.stdout.isTerminal && !options.json;
}

/**
 * Prints a view on stdout, where views are shown.
 *
 * @throws KmsxError `stream-closed`, `disk-full`, `file-unwritable`
 */
export async function printView(view: () => View, session: Session): Promise<void> {
  if (!showsViews(session)) return;
  const { io, options } = session;
  const colored = colorsStdout(io, options.color);
  await writeStdout(io, Buffer.from(renderView(view(), textWidth(io.stdout, io), colored)));
}

const TONES = { good: 'green', warning: 'yellow', bad: 'red' } as const;

/**
 * A view as text, in so many columns. Control characters are escaped. A line that goes on is indented, within a word that
 * is wider than its column too: nothing but titles and the verdict begins in the first column. A command that is too long
 * goes on after a backslash, and is broken inside no word.
 */
export function renderView(
  { verdict, tone = 'good', blocks }: View,
  columns: number,
  colored: boolean,
): string {
  const chalk = new Chalk({ level: colored ? 1 : 0 });
  const linesOf = (text: string): string[] => wrapBroken(oneLine(text), columns, INDENT);
  const first = linesOf(verdict).map((line) => chalk.bold[TONES[tone]](line));
  const rest = blocks
    .filter(({ rows }) => rows.length > 0)
    .flatMap(({ title, rows }) => [
      '',
      ...(title === undefined ? [] : linesOf(title).map((line) => chalk.bold(line))),
      ...renderRows(rows, columns),
    ]);
  return `${[...first, ...rest].join('\n')}\n`;
}

const INDENT = '  ';

/** Labels beside their facts need so much room for the facts; else they stand above them. */
const LEAST_BESIDE = 28;

function renderRows(rows: readonly ViewRow[], columns: number): string[] {
  const labels = rows.map((row) => ('command' in row ? '' : oneLine(row.label ?? '')));
  const labelWidth = widestOf(labels);
  const beside = labelWidth === 0 ? INDENT.length : labelWidth + 2 * INDENT.length;
  const roomBelow = columns - 2 * INDENT.length;
  const roomBeside = columns - beside;
  return rows.flatMap((row, index) => {
    if ('command' in row) {
      const room = columns - INDENT.length;
      return shellLines(oneLine(row.command), room).map((line) => INDENT + line);
    }
    const texts = row.lines.map(oneLine);
    const label = labels[index] ?? '';
    const widest = widestOf(texts.join(' ').split(' '));
    const hasRoom =
      roomBeside >= (widest > roomBelow ? LEAST_BESIDE : Math.max(LEAST_BESIDE, widest));
    if (!hasRoom) {
      const lines = texts.flatMap((text) => wrapBroken(text, roomBelow));
      const above = label === '' ? [] : wrapBroken(label, roomBelow).map((line) => INDENT + line);
      return [...above, ...lines.map((line) => INDENT + INDENT + line)];
    }
    const lines = texts.flatMap((text) => wrapBroken(text, roomBeside));
    return lines.map((line, at) => {
      const head = (at === 0 ? label : '').padEnd(labelWidth);
      return labelWidth === 0 ? INDENT + line : `${INDENT}${head}${INDENT}${line}`.trimEnd();
    });
  });
}
