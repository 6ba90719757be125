import { rowOf } from './scenario/scenario.ts';
import type { StepResult } from './scenario/run-scenario.ts';
import { SCENARIO } from './scenario/scenario.ts';

/** What became of a client's variants. */
export interface ClientResults {
  readonly title: string;
  readonly what: string;
  readonly version: string;
  readonly signatures: readonly string[];
  readonly results: readonly StepResult[];
}

const BEGIN = '<!-- clients:begin -->';
const END = '<!-- clients:end -->';

/** The clients, and operation × client. */
export function tables(clients: readonly ClientResults[]): string {
  return `${introduction(clients)}\n\n${table(clients)}`;
}

/** A text with these tables between its two markers, and nothing of what stood there. */
export function withTables(text: string, between: string): string {
  const [before, rest] = split(text, BEGIN);
  const [, after] = split(rest, END);
  return `${before}${BEGIN}\n\n${between}\n\n${END}${after}`;
}

function split(text: string, marker: string): readonly [string, string] {
  const [before, after, more] = text.split(marker);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error(`${marker} must be there once`);
  }
  return [before, after];
}

function introduction(clients: readonly ClientResults[]): string {
  const rows = clients.map(({ title, what, version, signatures }) => [
    title,
    version === '' ? what : `${what} ${version}`,
    signatures.join('; '),
  ]);
  return formatTable(['column', 'client', 'signatures'], rows);
}

/** Operation × client: `pass`, with the steps that the client could express where it could not express all; or `–`. */
function table(clients: readonly ClientResults[]): string {
  const names = [...new Set(SCENARIO.map(rowOf))].sort();
  const rows = names.map((name) => [name, ...clients.map((client) => cell(name, client))]);
  return formatTable(['operation', ...clients.map(({ title }) => title)], rows);
}

function cell(name: string, { results, signatures }: ClientResults): string {
  const ofRow = results.filter(({ step }) => rowOf(step) === name);
  const offered = ofRow.filter(({ isOffered }) => isOffered);
  if (ofRow.some(({ problem }) => problem !== undefined)) return 'FAILED';
  if (offered.length === 0) return 'not offered';
  const perVariant = (steps: readonly StepResult[]): number => steps.length / signatures.length;
  return offered.length === ofRow.length
    ? 'pass'
    : `pass (${perVariant(offered)} of ${perVariant(ofRow)})`;
}

/** A table of Markdown, as the formatter leaves it. */
function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
