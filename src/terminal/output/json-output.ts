import { Chalk } from 'chalk';
import type { ColorChoice } from './color.ts';
import { colorsStdout } from './color.ts';
import type { Io } from '../io.ts';
import { printable } from './printable.ts';
import type { Session } from '../session.ts';
import { writeStdout } from './stdout.ts';

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
export function jsonForStdout(value: object, io: Io, color: ColorChoice): Buffer {
  const indented = io.stdout.isTerminal;
  const json = JSON.stringify(value, undefined, indented ? 2 : undefined);
  const text = indented ? printable(json) : json;
  return Buffer.from(`${colorsStdout(io, color) ? highlight(text) : text}\n`);
}

/**
 * Prints the result of a command on stdout.
 *
 * @throws KmsxError `stream-closed`, `disk-full`, `file-unwritable`
 */
export async function printResult(value: object, { io, options }: Session): Promise<void> {
  await writeStdout(io, jsonForStdout(value, io, options.color));
}

/**
 * Prints several results: a table on a terminal unless `--json` is given, otherwise JSON Lines.
 *
 * @throws KmsxError as `printResult`
 */
export async function printResults<T extends object>(
  values: readonly T[],
  tableOf: (values: readonly T[]) => string,
  { io, options }: Session,
): Promise<void> {
  const asTable = io.stdout.isTerminal && !options.json;
  const text = asTable
    ? Buffer.from(printable(tableOf(values)))
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
