import type { OutputStream } from '../../../terminal/io.ts';

const MAX_PENDING = 1_000;
const LAST_MOMENT_MS = 500;

/** A log that nobody has to read. */
export interface LineLog {
  /** Takes one line, without its line feed. */
  readonly write: (line: string) => void;
  /** Waits a moment for what is not written yet, and then gives it up. */
  readonly end: () => Promise<void>;
}

/**
 * Writes lines to a stream, one after the other. Where it takes them too slowly, those beyond a thousand are dropped, and
 * how many is said in their place.
 */
export function startLineLog(stream: OutputStream): LineLog {
  const pending: string[] = [];
  const ended = new AbortController();
  let dropped = 0;
  let writing: Promise<void> | undefined;

  const nextLine = (): string | undefined => {
    const line = pending.shift();
    if (line !== undefined || dropped === 0) return line;
    const note = `kmsx: ${dropped} lines of the log were dropped here`;
    dropped = 0;
    return note;
  };
  const writeAll = async (): Promise<void> => {
    for (let line = nextLine(); line !== undefined; line = nextLine()) {
      if (ended.signal.aborted) break;
      // As with every message: there is nowhere left to say that it cannot be written.
      await stream.writeUntil(Buffer.from(`${line}\n`), ended.signal).catch(() => undefined);
    }
    writing = undefined;
  };
  return {
    write: (line) => {
      // Once lines are dropped, all are until the rest is written: a gap has one place.
      if (dropped > 0 || pending.length >= MAX_PENDING) dropped += 1;
      else pending.push(line);
      writing ??= writeAll();
    },
    end: async () => {
      const givenUp = new Promise<void>((resolve) => {
        ended.signal.addEventListener('abort', () => {
          resolve();
        });
      });
      const timer = setTimeout(() => {
        ended.abort();
      }, LAST_MOMENT_MS);
      await Promise.race([writing, givenUp]);
      clearTimeout(timer);
    },
  };
}
