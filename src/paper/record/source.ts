import type { RecordEvent } from '../../record/events.ts';

/** A backup document in the folder of a record. */
export interface PaperBackup {
  /** Relative to the folder. */
  readonly name: string;
  /** The file's text, to the byte. */
  readonly text: string;
}

/** What a record is printed from. */
export interface RecordSource {
  /** In order; the first is of the type `begin`. */
  readonly events: readonly RecordEvent[];
  /** The hash of the last line: 64 hexadecimal digits. */
  readonly head: string;
  /** The text of `record.head` for this head. */
  readonly headText: string;
  /** A line at the end that a crash cut short. */
  readonly halfLine: string | undefined;
  /** Those in the folder whose bytes are the ones that were recorded. */
  readonly backups: readonly PaperBackup[];
  /** The version of kmsx that prints. */
  readonly version: string;
}

/** An event of one type, as it stands in a record. */
export type EventOf<Type extends RecordEvent['Type']> = Extract<RecordEvent, { Type: Type }>;
