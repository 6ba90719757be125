import { KmsxError, kmsxError } from '../../base/error.ts';
import type { BatchCommand, LineValues } from './fields.ts';
import { readLine } from './fields.ts';
import { NameTable } from './name-table.ts';
import { manifestRecords } from './records.ts';
import type { ManifestSource } from './source.ts';

/** A state of each line is kept in memory. */
export const MOST_LINES = 100_000_000;

/** A line of a manifest. */
export interface ManifestLine {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly name: string;
  readonly values: LineValues;
}

export interface Validation {
  readonly command: BatchCommand;
  /** Whether names become those of files: then two must differ by more than letter case. */
  readonly namesFiles: boolean;
  /**
   * Judges a line whose fields have the right types.
   *
   * @throws KmsxError what is wrong with it
   */
  readonly check: (line: ManifestLine) => Promise<void>;
  /** Is told every mistake, in the order of the lines; the message begins with the line. */
  readonly onMistake: (mistake: KmsxError) => Promise<void>;
}

/** How many lines a manifest has that hold something, and how many mistakes. */
export interface ValidatedManifest {
  readonly count: number;
  readonly mistakes: number;
  readonly lastLine: number;
}

/**
 * Reads a manifest to its end and judges every line.
 *
 * @throws KmsxError those of the source, and `manifest-malformed` for what ends the reading
 */
export async function validateManifest(
  source: ManifestSource,
  { command, namesFiles, check, onMistake }: Validation,
): Promise<ValidatedManifest> {
  const names = new NameTable();
  let [count, mistakes, lastLine] = [0, 0, 0];
  for await (const { line, fields } of manifestRecords(source)) {
    count += 1;
    // What was done is remembered by the line: two of one number would be taken for one.
    if (line <= lastLine) throw new TypeError(`line ${line} follows line ${lastLine}`);
    lastLine = line;
    if (line > MOST_LINES) {
      throw kmsxError('manifest-malformed', `${source.label} has more than ${MOST_LINES} lines`, {
        hints: ['make several manifests of it'],
      });
    }
    const told = async (mistake: KmsxError): Promise<void> => {
      mistakes += 1;
      await onMistake(mistake.with({ message: `line ${line}: ${mistake.message}` }));
    };
    if (fields instanceof KmsxError) {
      await told(fields);
      continue;
    }
    const read = readLine(command, fields);
    for (const mistake of read.mistakes) await told(mistake);
    const { name, values } = read;
    if (name === undefined) continue;
    const taken = names.take(namesFiles ? name.toLowerCase() : name, line);
    if (taken !== undefined) await told(nameTaken(name, taken, namesFiles));
    if (read.mistakes.length > 0) continue;
    try {
      await check({ line, name, values });
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      await told(error);
    }
  }
  return { count, mistakes, lastLine };
}

/**
 * Reads the lines of a manifest that was validated.
 *
 * @throws KmsxError those of the source
 */
export async function* manifestLines(
  source: ManifestSource,
  command: BatchCommand,
): AsyncIterable<ManifestLine> {
  for await (const { line, fields } of manifestRecords(source)) {
    if (fields instanceof KmsxError) throw fields;
    const { name, values } = readLine(command, fields);
    if (name !== undefined) yield { line, name, values };
  }
}

function nameTaken(name: string, line: number, namesFiles: boolean): KmsxError {
  const but = namesFiles ? ', at most in other letter case' : '';
  return kmsxError('manifest-malformed', `the Name ${name} stands in line ${line} too${but}`, {
    hints: [],
  });
}
