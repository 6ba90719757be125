import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The file of the pack beside this one; empty where the pack is at this file's own end. Put in by the build. */
declare const KMSX_PACK: string;

/** The chunks of the program: bodies of functions of `exports`, `require`, `module` and `load`. */
export interface Pack {
  /** The files that the program is in. */
  readonly files: readonly string[];
  /** @throws TypeError for a chunk that is not in it */
  body(name: string): string;
}

/** The second line: where each chunk begins in the first one, and how long it is, in bytes. */
interface Index {
  readonly bytes: number;
  readonly chunks: Readonly<Record<string, readonly [start: number, length: number]>>;
}

/** Each line is a comment, so that the pack may stand at the end of a program. */
const COMMENT = '//';

/**
 * Reads the pack that belongs to this file, when a chunk is first taken from it: one line with all code, in ASCII, and one
 * with the index.
 */
export function readPack(): Pack {
  if (!isAbsolute(__filename)) throw new NotAFile();
  const file = KMSX_PACK === '' ? __filename : join(__dirname, KMSX_PACK);
  let bodyOf: Pack['body'] | undefined;
  return {
    files: [...new Set([__filename, file])],
    body: (name) => {
      bodyOf ??= parsePack(readFileSync(file, 'latin1'), file);
      return bodyOf(name);
    },
  };
}

/** Node.js read the program from standard input or an option: its chunks cannot be found. */
export class NotAFile extends Error {}

/** A file that does not end in a whole pack. */
export class DamagedPack extends Error {
  constructor(file: string) {
    super(`${file} is cut short or changed`);
  }
}

/**
 * Finds chunks in the pack at the end of a text.
 *
 * @throws DamagedPack
 */
export function parsePack(text: string, file: string): Pack['body'] {
  const indexLine = text.lastIndexOf('\n', text.length - 2) + 1;
  const { bytes, chunks } = parseIndex(text.slice(indexLine + COMMENT.length), file);
  const end = indexLine - 1;
  const code = text.slice(end - bytes, end);
  return (name) => {
    const place = chunks[name];
    if (place === undefined) throw new TypeError(`no chunk ${name}`);
    return code.slice(place[0], place[0] + place[1]);
  };
}

function parseIndex(line: string, file: string): Index {
  try {
    return JSON.parse(line) as Index;
  } catch {
    throw new DamagedPack(file);
  }
}
