import type { FieldReader } from '../../../base/fields.ts';
import type { JsonObject } from '../../../base/json.ts';
import { isJsonObject, parseJson } from '../../../base/json.ts';
import { digest } from '../../signatures/digest.ts';
import { malformedState, stateReader } from '../document/state-reader.ts';

const LINE = /^\{"Sum":"([0-9a-f]{32})","Change":(.*)\}$/s;
const SUM_LENGTH = 32;

/** What a journal holds. */
export interface JournalContent {
  /** The changes, to be read one after the other. */
  readonly changes: readonly FieldReader[];
  /** The sum of the last line, which the next one continues. */
  readonly sum: string;
  /** Whether there is something behind the last line, of a change that was never acknowledged. */
  readonly isTorn: boolean;
}

/**
 * One line of a journal, with its line feed: `{"Sum":…,"Change":…}`, where Sum is the first half, in hexadecimal, of the
 * SHA-256 of the sum before (at first the journal's id) and of the text of Change. So a line that is damaged, missing or
 * out of place is found.
 */
export function journalLine(
  sumBefore: string,
  change: JsonObject,
): { readonly line: string; readonly sum: string } {
  const text = JSON.stringify(change);
  const sum = sumOf(sumBefore, text);
  return { line: `{"Sum":"${sum}","Change":${text}}\n`, sum };
}

/**
 * Reads a journal. Each line was on stable storage before the next one was begun, so that a crash can only have torn the
 * last, which was never acknowledged, and is left out. A torn line has no end, or zeros where a page never reached the disk;
 * anything else that is wrong is damage.
 *
 * @param id - the journal's, as the state's document has it
 * @param path - of its file, for errors
 * @throws KmsxError `state-malformed`
 */
export function parseJournal(text: string, id: string, path: string): JournalContent {
  const changes: FieldReader[] = [];
  const lines = text.split('\n');
  const tail = lines.pop() ?? '';
  const isTorn = tail !== '' || lines.at(-1)?.includes('\0') === true;
  if (tail === '' && isTorn) lines.pop();
  let sum = id;
  for (const [index, line] of lines.entries()) {
    const at = (): string => `line ${index + 1}`;
    const [, given, change = ''] = LINE.exec(line) ?? [];
    sum = sumOf(sum, change);
    if (given !== sum) throw malformedState(path, at(), 'is damaged, or not the next one');
    const document = parseJson(change, path);
    if (!isJsonObject(document)) throw malformedState(path, at(), 'is not a change');
    changes.push(stateReader(document, path, at));
  }
  return { changes, sum, isTorn };
}

function sumOf(sumBefore: string, text: string): string {
  return digest('sha256', `${sumBefore}\n${text}`, 'hex').slice(0, SUM_LENGTH);
}
