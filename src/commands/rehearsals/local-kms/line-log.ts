import type { OutputStream } from '../../../terminal/io.ts';

const MAX_PENDING = 1_000;
const LAST_MOMENT_MS = 500;

/** A log that never blocks its writer. */
export interface LineLog {
  /** Writes one line, given without its line feed. */
  readonly write: (line: string) => void;
  /** Waits a moment for what is not written yet, then discards it. */
  readonly end: () => Promise<void>;
}

/**
 * Writes lines to a stream, one after the other. If the stream is too slow, lines beyond a thousand are dropped, and a
 * line says how many.
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
      // A failure to write to stderr cannot be reported anywhere.
      await stream.writeUntil(Buffer.from(`${line}\n`), ended.signal).catch(() => undefined);
    }
    writing = undefined;
  };
  return {
    write: (line) => {
      // After a dropped line, drop all until the rest is written, so that there is one gap.
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
