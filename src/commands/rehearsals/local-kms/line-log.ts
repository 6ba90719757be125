import type { OutputStream } from '../../../terminal/io.ts';

/** A minute of calls, as fast as they can be, while nobody reads. */
const MAX_PENDING = 500_000;
const LAST_MOMENT_MS = 500;

/** A log that never blocks its writer. */
export interface LineLog {
  /** Writes one line, given without its line feed. */
  readonly write: (line: string) => void;
  /** Waits a moment for what is not written yet, then discards it. */
  readonly end: () => Promise<void>;
}

/**
 * Writes lines to a stream: those that come while others are being written go together, in one piece. If the stream takes
 * nothing, lines beyond `maxPending` are dropped, and a line says how many.
 */
export function startLineLog(stream: OutputStream, maxPending = MAX_PENDING): LineLog {
  let pending: string[] = [];
  const ended = new AbortController();
  /** Since the last piece: before the pending lines, and after them. */
  const dropped = { before: 0, after: 0 };
  let writing: Promise<void> | undefined;

  const writePending = async (): Promise<void> => {
    const lines = [...noteOf(dropped.before), ...pending, ...noteOf(dropped.after)];
    const count = dropped.before + pending.length + dropped.after;
    pending = [];
    Object.assign(dropped, { before: 0, after: 0 });
    const text = lines.map((line) => `${line}\n`).join('');
    try {
      await stream.writeUntil(Buffer.from(text), ended.signal);
    } catch {
      // A failure to write to stderr can be reported only there, later.
      dropped.before = count;
    }
  };
  const writeAll = async (): Promise<void> => {
    // Lines of one turn go together.
    await Promise.resolve();
    while (pending.length > 0 && !ended.signal.aborted) await writePending();
    writing = undefined;
  };
  return {
    write: (line) => {
      if (pending.length >= maxPending) dropped.after += 1;
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

function noteOf(dropped: number): string[] {
  return dropped === 0 ? [] : [`kmsx: ${dropped} lines of the log were dropped here`];
}
