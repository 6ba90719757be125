import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/base/json.ts';
import { canonicalJson } from '../../../src/record/chain/canonical.ts';
import { hashOf } from '../../../src/record/chain/chain.ts';
import { headText } from '../../../src/record/chain/head.ts';

/** A copy of a good record that was edited. */
export interface Forgery {
  readonly name: string;
  /** Edits the folder of a record that `makeGoodRecord` made, with an event after its seal. */
  readonly forge: Edit;
  /** What is refused, by name: the number of the line, or the file. */
  readonly line?: number;
  readonly file?: string;
  readonly code?: 'record-changed' | 'record-not-sealed';
}

export type Line = JsonObject;

const CHAIN = 'record.jsonl';

type Edit = (folder: string) => void;

/** Edits the bytes of a file. */
function editBytes(name: string, edit: (bytes: Buffer) => Uint8Array | string): Edit {
  return (folder) => {
    const path = join(folder, name);
    writeFileSync(path, edit(readFileSync(path)));
  };
}

function remove(name: string): Edit {
  return (folder) => {
    rmSync(join(folder, name));
  };
}

/** Leaves `record.head` as it was. */
function keepingHead(edit: Edit): Edit {
  return (folder) => {
    const head = readFileSync(join(folder, 'record.head'));
    edit(folder);
    writeFileSync(join(folder, 'record.head'), head);
  };
}

function inOrder(...edits: readonly Edit[]): Edit {
  return (folder) => {
    for (const edit of edits) edit(folder);
  };
}

/** Edits the lines, and leaves all else as it is. */
function editLines(edit: (lines: string[]) => readonly string[]): Edit {
  return editBytes(CHAIN, (bytes) => {
    const lines = edit(bytes.toString().split('\n').slice(0, -1));
    return lines.map((line) => `${line}\n`).join('');
  });
}

/**
 * Edits the events, and makes a whole chain of them again, with a `record.head` that fits: what whoever owns the folder can
 * do.
 */
export function rebuild(
  edit: (events: Line[]) => readonly Line[],
  write: (event: Line) => string = (event) => canonicalJson(event, 'an event'),
): Edit {
  return (folder) => {
    let head = '0'.repeat(64);
    editLines((lines) =>
      edit(lines.map((line) => JSON.parse(line) as Line)).map((event) => {
        const line = write({ ...event, Previous: head });
        head = hashOf(line);
        return line;
      }),
    )(folder);
    writeFileSync(join(folder, 'record.head'), headText(head));
  };
}

const isSeal = ({ Type }: Line): boolean => Type === 'seal';

/** The event that the good record has after its seal, as one that belongs before it. */
const DEVIATION: Line = {
  At: '2026-11-23T08:00:00.000Z',
  Type: 'deviation',
  Step: 1,
  Expected: 'a',
  Happened: 'b',
  Decided: 'c',
  By: 'd',
};

/** Copies that everybody refuses, whatever they have been given. */
export const FORGERIES: readonly Forgery[] = [
  {
    name: 'a line that says something else',
    forge: editLines((lines) => lines.map((line) => line.replace('no paper', 'on paper'))),
    line: 10,
  },
  { name: 'the first line dropped', forge: editLines((lines) => lines.slice(1)), line: 1 },
  { name: 'a line dropped', forge: editLines((lines) => lines.toSpliced(4, 1)), line: 5 },
  {
    name: 'two lines swapped',
    forge: editLines((lines) => [
      ...lines.slice(0, 4),
      lines[5] ?? '',
      lines[4] ?? '',
      ...lines.slice(6),
    ]),
    line: 5,
  },
  {
    name: 'a line twice',
    forge: editLines((lines) => lines.toSpliced(6, 0, lines[5] ?? '')),
    line: 7,
  },
  {
    name: 'a line added at the end, and record.head left',
    forge: keepingHead(rebuild((events) => [...events, events.at(-1) ?? {}])),
    file: 'record.head',
  },
  { name: 'an empty line', forge: editLines((lines) => lines.toSpliced(3, 0, '')), line: 4 },
  {
    name: 'the last line dropped',
    forge: editLines((lines) => lines.slice(0, -1)),
    file: 'record.head',
  },
  {
    name: 'the seal and all after it dropped',
    forge: editLines((lines) => lines.slice(0, -2)),
    file: 'record.head',
  },
  {
    name: 'the seal and all after it dropped, with record.head',
    forge: inOrder(
      editLines((lines) => lines.slice(0, -2)),
      remove('record.head'),
    ),
    code: 'record-not-sealed',
  },
  {
    name: 'half a line at the end',
    forge: editBytes(CHAIN, (bytes) => bytes.subarray(0, -20)),
    line: 15,
  },
  {
    name: 'no line end at the end',
    forge: editBytes(CHAIN, (bytes) => bytes.subarray(0, -1)),
    line: 15,
  },
  {
    name: 'a byte order mark',
    forge: editBytes(CHAIN, (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes])),
    line: 1,
  },
  { name: 'CRLF', forge: editLines((lines) => lines.map((line) => `${line}\r`)), line: 1 },
  {
    name: 'bytes that are no text',
    forge: editBytes(CHAIN, (bytes) => {
      bytes[bytes.indexOf('no paper')] = 0xff;
      return bytes;
    }),
    line: 9,
  },
  ...notCanonical(),
  {
    name: 'record.head missing',
    forge: remove('record.head'),
    file: 'record.head',
  },
  {
    name: 'record.head without its line end',
    forge: editBytes('record.head', (bytes) => bytes.subarray(0, -1)),
    file: 'record.head',
  },
  {
    name: 'record.head of the seal',
    forge: (folder: string): void => {
      const lines = readFileSync(join(folder, CHAIN), 'utf8').split('\n');
      writeFileSync(join(folder, 'record.head'), headText(hashOf(lines.at(-3) ?? '')));
    },
    file: 'record.head',
  },
  ...['plan.yaml', 'backup.json', 'exports/export.json', 'hsm.pub.pem'].flatMap((file) => [
    {
      name: `${file} changed`,
      forge: editBytes(file, (bytes) => Buffer.concat([bytes, Buffer.from('\n')])),
      file,
    },
    {
      name: `${file} missing`,
      forge: remove(file),
      file,
    },
  ]),
  {
    name: 'no seal, rebuilt',
    forge: rebuild((events) => events.filter((event) => !isSeal(event)).slice(0, -1)),
    code: 'record-not-sealed',
  },
  {
    name: 'two seals, rebuilt',
    forge: rebuild((events) =>
      events.flatMap((event) => (isSeal(event) ? [event, event] : [event])),
    ),
    line: 15,
  },
  {
    name: 'a deviation after the seal, rebuilt',
    forge: rebuild((events) => [...events, DEVIATION]),
    line: 16,
  },
  {
    name: 'a note before the seal, rebuilt',
    forge: rebuild((events) => events.toSpliced(5, 0, events.at(-1) ?? {})),
    line: 6,
  },
  {
    name: 'a second beginning, rebuilt',
    forge: rebuild((events) => events.toSpliced(5, 0, events[0] ?? {})),
    line: 6,
  },
  {
    name: 'no beginning, rebuilt',
    forge: rebuild((events) => events.slice(1)),
    line: 1,
  },
  {
    name: 'a type that is none, rebuilt',
    forge: rebuild((events) => [...events, { ...DEVIATION, Type: 'blessing' }]),
    line: 16,
  },
  {
    name: 'a file of another folder, rebuilt',
    forge: rebuild((events) =>
      events.map((event) =>
        event['Files'] === undefined
          ? event
          : { ...event, Files: [{ Name: '../none', SHA256: 'a'.repeat(64), Size: 1 }] },
      ),
    ),
    file: '../none',
  },
];

/** Lines that say the same, in a chain that is whole: only one form of them is right. */
function notCanonical(): Forgery[] {
  const forms: Readonly<Record<string, (text: string, event: Line) => string>> = {
    'a blank': (text) => text.replace(':', ': '),
    'a blank at the end of lines': (text) => `${text} `,
    'members in another order': (_, event) =>
      JSON.stringify(Object.fromEntries(Object.entries(event).toReversed())),
    'an escape that is not needed': (text) => text.replace('Type', String.raw`Typ\u0065`),
    'a name twice': (text) => text.replace('{', '{"At":"2026-11-23T08:00:00.000Z",'),
    'a number with a fraction': (text) => text.replace('"Size":27', '"Size":27.0'),
    'a number with an exponent': (text) => text.replace('"Step":4', '"Step":4e0'),
    'a number that is no integer': (text) => text.replace('"Step":4', '"Step":4.5'),
    'a number that is too large': (text) => text.replace('"Size":27', '"Size":9007199254740993'),
    'text in another Unicode form': (text) => text.replaceAll('é', 'e\u0301'),
    'half a character': (text) => text.replace('no paper', String.raw`\ud800`),
  };
  return Object.entries(forms).map(([name, form]) => ({
    name: `${name}, rebuilt`,
    forge: rebuild(
      (events) => events,
      (event) => form(canonicalJson(event, 'an event'), event),
    ),
  }));
}

/**
 * Copies whose chain was made again, whole and in order, with another story: only a head or signatures from elsewhere show
 * it.
 */
export const REBUILT: readonly Forgery[] = [
  {
    name: 'another title, in its plan too',
    forge: (folder: string): void => {
      rebuild(([begin = {}, ...events]) => {
        const Plan = { ...(begin['Plan'] as Line), Title: 'other' };
        const text = JSON.stringify(Plan);
        writeFileSync(join(folder, 'plan.yaml'), text);
        return [{ ...begin, Title: 'other', Plan, PlanSHA256: hashOf(text) }, ...events];
      })(folder);
    },
  },
  {
    name: 'no deviation',
    forge: rebuild((events) =>
      events
        .filter(({ Type }) => Type !== 'deviation')
        .map((event) => (isSeal(event) ? { ...event, Deviations: 0 } : event)),
    ),
  },
  {
    name: 'nothing after the seal, and another time of it',
    forge: rebuild((events) =>
      events
        .slice(0, -1)
        .map((event) => (isSeal(event) ? { ...event, At: '2027-01-01T00:00:00.000Z' } : event)),
    ),
  },
];

/** Copies with one bit of `record.jsonl` changed, spread over all of it. */
export function flippedBytes(length: number, count: number): readonly Forgery[] {
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor((index * length) / count) + (index % 3);
    const mask = 1 << (index % 8);
    return {
      name: `bit ${index % 8} of byte ${at} changed`,
      forge: editBytes(CHAIN, (bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        return bytes;
      }),
    };
  });
}
