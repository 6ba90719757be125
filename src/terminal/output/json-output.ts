import { Chalk } from 'chalk';
import type { ColorChoice } from './color.ts';
import { colorsStdout } from './color.ts';
import type { Io } from '../io.ts';
import { printable } from './printable.ts';
import type { Session } from '../session.ts';
import { writeStdout } from './stdout.ts';
import type { View } from './view.ts';
import { printView, showsViews } from './view.ts';
import { tableWidth } from './text-width.ts';

/** One line of compact JSON with a newline at its end, for files and pipes. */
export function jsonLine(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** As `jsonLine`, for stdout; on a terminal, control characters are escaped. */
export function jsonLineForStdout(value: object, { stdout }: Pick<Io, 'stdout'>): Buffer {
  const line = jsonLine(value);
  return stdout.isTerminal ? Buffer.from(printable(line.toString())) : line;
}

/** JSON for stdout: compact in a pipe or file, indented on a terminal, coloured if colour is on. */
function jsonForStdout(value: object, io: Io, color: ColorChoice): Buffer {
  const indented = io.stdout.isTerminal;
  const json = JSON.stringify(value, undefined, indented ? 2 : undefined);
  const text = indented ? printable(json) : json;
  return Buffer.from(`${colorsStdout(io, color) ? highlight(text) : text}\n`);
}

/**
 * A document for stdout: as `jsonForStdout`. On a terminal, which is then the only place of it, its view stands below,
 * after an empty line.
 */
export function documentForStdout(value: object, session: Session): Buffer {
  const json = jsonForStdout(value, session.io, session.options.color);
  return showsViews(session) ? Buffer.concat([json, Buffer.from('\n')]) : json;
}

/**
 * Prints the result of a command on stdout: as JSON, or where views are shown as a view.
 *
 * @throws KmsxError `stream-closed`, `disk-full`, `file-unwritable`
 */
export async function printResult(
  value: object,
  session: Session,
  view: () => View,
): Promise<void> {
  const { io, options } = session;
  if (showsViews(session)) await printView(view, session);
  else await writeStdout(io, jsonForStdout(value, io, options.color));
}

/**
 * Prints several results: as JSON Lines, or where views are shown as text, such as a table.
 *
 * @param textOf - control characters are escaped; gets how many characters a line may have
 * @throws KmsxError as `printResult`
 */
export async function printResults<T extends object>(
  values: readonly T[],
  textOf: (values: readonly T[], columns: number) => string,
  session: Session,
): Promise<void> {
  const { io } = session;
  const text = showsViews(session)
    ? Buffer.from(textOf(values, tableWidth(io.stdout, io)))
    : Buffer.concat(values.map((value) => jsonLineForStdout(value, io)));
  await writeStdout(io, text);
}

const chalk = new Chalk({ level: 1 });
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;

function highlight(json: string): string {
  return json.replaceAll(TOKEN, (token: string, text?: string, colon?: string) => {
    if (text === undefined) return chalk.yellow(token);
    return colon === undefined ? chalk.green(text) : `${chalk.cyan(text)}${colon}`;
  });
}
