import { createReadStream } from 'node:fs';
import { systemErrorCode } from '../error.ts';

const NEWLINE = 0x0a;

/**
 * Reads a file line by line, without what follows its last line break: that is what it returns in the end.
 *
 * @returns the lines without their breaks; none where there is no such file
 * @throws the system's error
 */
export async function* readLines(path: string): AsyncGenerator<Buffer, Buffer> {
  let pending: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        const end = chunk.subarray(from, at);
        yield pending.length === 0 ? end : Buffer.concat([...pending, end]);
        pending = [];
        from = at + 1;
      }
      if (from < chunk.length) pending.push(chunk.subarray(from));
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  return Buffer.concat(pending);
}
