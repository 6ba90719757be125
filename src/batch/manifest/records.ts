import { isUtf8 } from 'node:buffer';
import { KmsxError, kmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { decodeText, withoutByteOrderMark } from '../../base/text/text.ts';
import type { ManifestSource } from './source.ts';

/** One line of a manifest, before its fields are judged: an object, or why it is none. */
export interface ManifestRecord {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly fields: JsonObject | KmsxError;
}

/** No line of a manifest comes near this. */
const MAX_LINE = 1024 * 1024;

const NEWLINE = 0x0a;
const BRACE = 0x7b;

/**
 * Reads the records of a manifest, one by one: JSON Lines, or CSV (RFC 4180) with a header, by its first character. Empty
 * lines count, and hold no record.
 *
 * @throws KmsxError those of the source; `manifest-malformed` where nothing can be read after it
 */
export async function* manifestRecords(source: ManifestSource): AsyncIterable<ManifestRecord> {
  const chunks = source.chunks()[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const start = withoutByteOrderMark(first.value);
  const rest: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: async function* () {
      yield start;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        yield next.value;
      }
    },
  };
  const isJson = /^\s*\{/.test(start.subarray(0, 4096).toString('latin1')) || start[0] === BRACE;
  try {
    if (isJson) yield* jsonLines(rest, source.label);
    else yield* csvRecords(rest, source.label);
  } finally {
    await chunks.return?.(); // it may be left before its end, with its file open
  }
}

async function* jsonLines(
  chunks: AsyncIterable<Buffer>,
  label: string,
): AsyncIterable<ManifestRecord> {
  let line = 0;
  for await (const bytes of lines(chunks, label)) {
    line += 1;
    if (/^\s*$/.test(bytes.toString('latin1'))) continue;
    yield { line, fields: parseLine(bytes) };
  }
}

/** What every message about a line begins with stands before it: the line itself has no name. */
const LINE = 'the line';

function parseLine(bytes: Buffer): JsonObject | KmsxError {
  try {
    const value = parseJson(decodeText(bytes, LINE), LINE);
    if (isJsonObject(value)) return value;
    return kmsxError('json-malformed', `${LINE} is not a JSON object`, {
      details: { label: LINE },
      hints: ['each line is an object: {"Name":"payments","KeyId":"alias/payments"}'],
    });
  } catch (error) {
    if (error instanceof KmsxError) return error.with({ hints: [] });
    throw error;
  }
}

async function* lines(chunks: AsyncIterable<Buffer>, label: string): AsyncIterable<Buffer> {
  let pending: Buffer[] = [];
  let length = 0;
  let line = 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...pending, chunk.subarray(from, at)]);
      pending = [];
      length = 0;
      line += 1;
      from = at + 1;
    }
    pending.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE) throw tooLong(label, line);
  }
  if (length > 0) yield Buffer.concat(pending);
}

function tooLong(label: string, line: number): KmsxError {
  return kmsxError('manifest-malformed', `${label} line ${line} is longer than 1 MiB`);
}

/** A value without quotation marks that has a line break in it: rows end otherwise. */
const BROKEN = Symbol('broken');

/** What the CSV library gives for each row, and the line that it begins on. */
interface Row {
  readonly line: number;
  readonly record: readonly (string | typeof BROKEN)[];
}

async function* csvRecords(
  chunks: AsyncIterable<Buffer>,
  label: string,
): AsyncIterable<ManifestRecord> {
  const { CsvError, parse } = await import('csv-parse');
  let header: readonly string[] | undefined;
  let next = 1;
  const parser = parse({
    raw: true,
    cast: (value, { quoting }) => (!quoting && /[\r\n]/.test(value) ? BROKEN : value),
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE,
    // Counts as the rows are parsed: those that were not taken yet are dropped with an error.
    on_record: (row, { raw = '' }) => {
      const line = next + emptyLinesBefore(raw);
      next += breaksIn(raw);
      return Object.assign(row, { line });
    },
  });
  const feeding = feed(chunks, parser);
  try {
    for await (const { record, line } of parser as AsyncIterable<Row>) {
      if (header === undefined) header = readHeader(record, label);
      else yield { line, fields: rowFields(header, record) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    await feeding;
    const line = next + emptyLinesBefore(String(error['raw']));
    throw kmsxError(
      'manifest-malformed',
      `${label} line ${line}: the CSV can't be read from here on`,
      {
        hints: ['a value with a quotation mark is quoted, and the mark doubled: "a ""b"" c"'],
      },
    );
  }
  await feeding;
}

/** @param raw - a row, with the empty lines before it */
function emptyLinesBefore(raw: string): number {
  return breaksIn(/^[\r\n]*/.exec(raw)?.[0] ?? '');
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** Gives the parser what it takes, no faster than that. Its errors, and those of the source, come out of the parser. */
async function feed(
  chunks: AsyncIterable<Buffer>,
  parser: NodeJS.WritableStream & { destroy(error?: Error): unknown; readonly destroyed: boolean },
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) {
        await new Promise<void>((resolve) => {
          parser.once('drain', resolve).once('close', resolve);
        });
      }
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error('the source failed'));
  }
}

function readHeader(record: Row['record'], label: string): readonly string[] {
  const header = record.filter((column) => typeof column === 'string');
  if (!header.includes('Name')) {
    throw kmsxError(
      'manifest-malformed',
      `${label} is neither JSON Lines nor CSV with a header that has the column Name`,
      { hints: ['{"Name":"payments","KeyId":"alias/payments"}, or Name,KeyId as the first line'] },
    );
  }
  const seen = new Set<string>();
  for (const column of header) {
    if (column.includes('.') && seen.has(column)) {
      throw kmsxError('manifest-malformed', `${label} has the column ${column} twice`, {
        hints: ['a name of an object has one value: leave out one of the columns'],
      });
    }
    seen.add(column);
  }
  return header;
}

const SAME_ENDS = 'end all lines in the same way, or quote the value with a line break in it';

/** Several columns of one name are a list; `Context.purpose` is a name of an object; an empty value is none. */
function rowFields(header: readonly string[], record: Row['record']): JsonObject | KmsxError {
  const row = record.filter((value) => typeof value === 'string');
  if (row.length < record.length) {
    const message = 'a value has a line break and no quotation marks: lines end differently';
    return kmsxError('manifest-malformed', message, { hints: [SAME_ENDS] });
  }
  if (row.length !== header.length) {
    return kmsxError(
      'manifest-malformed',
      `the row has ${row.length} values and the header ${header.length} columns`,
      { hints: [] },
    );
  }
  if (row.some((value) => !isUtf8(Buffer.from(value)) || value.includes('\ufffd'))) {
    return kmsxError('manifest-malformed', 'the row is not UTF-8', { hints: [] });
  }
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [index, column] of header.entries()) {
    const value = row[index] ?? '';
    if (value === '') continue;
    const dot = column.indexOf('.');
    if (dot === -1) {
      const before = fields[column];
      fields[column] =
        before === undefined
          ? value
          : [...(Array.isArray(before) ? (before as string[]) : [before as string]), value];
      continue;
    }
    const name = column.slice(0, dot);
    const object = (fields[name] ?? Object.create(null)) as Record<string, unknown>;
    if (!isJsonObject(object)) return columnsMixed(name);
    Object.defineProperty(object, column.slice(dot + 1), { value, enumerable: true });
    fields[name] = object;
  }
  return { ...fields };
}

function columnsMixed(name: string): KmsxError {
  return kmsxError('manifest-malformed', `${name} is both a column and the beginning of another`, {
    hints: [],
  });
}
