import { kmsxError } from '../../base/error.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BackupDocument } from '../../documents/backup-document.ts';
import { MOST_LINES } from '../manifest/manifest.ts';
import type { ExportEntry } from '../../documents/export-document.ts';

export const JOURNAL_FORMAT = 'kmsx-journal/1';

/** The first line of a journal: what it is of. */
export interface JournalHeader {
  readonly Format: typeof JOURNAL_FORMAT;
  readonly Command: string;
  /** `SHA256:` and 64 hexadecimal digits, of the manifest's bytes. */
  readonly Manifest: string;
  /** The options that a run which goes on must repeat. */
  readonly Options: JsonObject;
  /** What the files of options hold that must be the same then, by the option. */
  readonly Inputs: JsonObject;
}

/** A data key that was generated, and its first export: the backup until it is in a file. */
export interface Generated {
  readonly Event: 'generated';
  readonly Line: number;
  readonly Name: string;
  readonly Backup: BackupDocument;
  readonly Export: ExportEntry;
  /** Of all exports that are made with it. */
  readonly WrappingKeyFingerprints: readonly string[];
}

/** What a line gave. */
export interface Done {
  readonly Event: 'done';
  readonly Line: number;
  readonly Name: string;
  readonly Result: JsonObject;
}

export type JournalEvent =
  /** A data key is about to be asked for: without a word of what came of it, it may have been generated and lost. */
  | { readonly Event: 'intent'; readonly Line: number }
  | Generated
  | Done
  | {
      readonly Event: 'failed';
      readonly Line: number;
      readonly Name: string;
      readonly Code: string;
      readonly Message: string;
      readonly RequestId?: string;
    }
  /** Data keys that may have been generated and whose answer did not come. */
  | { readonly Event: 'lost'; readonly Count: number; readonly Line?: number }
  /** The files of so many events, from the first, are on stable storage. */
  | { readonly Event: 'files'; readonly Through: number };

/** A line of a journal. */
export function encodeLine(value: JournalHeader | JournalEvent): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Reads the first line of a journal.
 *
 * @throws KmsxError `journal-malformed`, `document-format-unknown`
 */
export function parseHeader(text: string, label: string): JournalHeader {
  const value = parse(text, label, 1);
  const { Format, Command, Manifest, Options, Inputs } = value;
  if (typeof Format === 'string' && Format !== JOURNAL_FORMAT) {
    throw kmsxError(
      'document-format-unknown',
      `${label} has the Format ${JSON.stringify(Format.slice(0, 80))}; this kmsx reads ${JOURNAL_FORMAT}`,
      { details: { format: Format.startsWith('kmsx-journal/') ? Format.slice(0, 80) : 'it' } },
    );
  }
  if (
    Format !== JOURNAL_FORMAT ||
    typeof Command !== 'string' ||
    typeof Manifest !== 'string' ||
    !isJsonObject(Options) ||
    !isJsonObject(Inputs)
  ) {
    throw malformed(label, 1);
  }
  return { Format, Command, Manifest, Options, Inputs };
}

const isLine = (value: unknown): boolean => isCount(value) && value >= 1 && value <= MOST_LINES;
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What each event must have, besides what is written into files as it is. */
const FIELDS: Readonly<
  Record<JournalEvent['Event'], Readonly<Record<string, (value: unknown) => boolean>>>
> = {
  intent: { Line: isLine },
  generated: {
    Line: isLine,
    Name: isText,
    Backup: isJsonObject,
    Export: isJsonObject,
    WrappingKeyFingerprints: isTexts,
  },
  done: { Line: isLine, Name: isText, Result: isJsonObject },
  failed: { Line: isLine, Name: isText, Code: isText, Message: isText },
  lost: { Count: isCount, Line: (value) => value === undefined || isLine(value) },
  files: { Through: isCount },
};

/**
 * Reads a line after the first.
 *
 * @param number - of the line, from 1
 * @throws KmsxError `journal-malformed`
 */
export function parseEvent(text: string, label: string, number: number): JournalEvent {
  const value = parse(text, label, number);
  const { Event } = value;
  const fields = typeof Event === 'string' && Object.hasOwn(FIELDS, Event);
  if (!fields) throw malformed(label, number);
  const isWhole = Object.entries(FIELDS[Event as JournalEvent['Event']]).every(([name, is]) =>
    is(value[name]),
  );
  if (!isWhole) throw malformed(label, number);
  return value as unknown as JournalEvent;
}

function parse(text: string, label: string, number: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(label, number);
  }
  if (!isJsonObject(value)) throw malformed(label, number);
  return value;
}

function malformed(label: string, line: number): Error {
  return kmsxError('journal-malformed', `${label} line ${line} is no line of a journal`);
}
