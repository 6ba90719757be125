import { KmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BackupDocument } from '../../documents/backup-document.ts';
import type { ExportEntry } from '../../documents/export-document.ts';
import type { Delivery } from '../delivery.ts';
import type { Generated, JournalEvent } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import { DoneElsewhere } from '../journal/journal.ts';
import type { ManifestLine } from '../manifest/manifest.ts';
import type { Pace } from '../../kms/pace.ts';
import type { Window } from './window.ts';

/** What the work on a line records on its way. */
export interface LineRecorder {
  /** The data key that an earlier run generated for this line, and no more. */
  readonly generated: Generated | undefined;
  /** A data key is about to be asked for. */
  readonly intent: () => Promise<void>;
  /**
   * It was generated; resolves when its backup is on stable storage.
   *
   * @param wrappingKeyFingerprints - of all exports that are made with it
   */
  readonly keep: (
    backup: BackupDocument,
    first: ExportEntry,
    wrappingKeyFingerprints: readonly string[],
  ) => Promise<void>;
  /** It was generated, and is thrown away. */
  readonly lost: () => Promise<void>;
}

/** The work on one line: its result, which is no secret. */
export type LineWork = (recorder: LineRecorder) => Promise<JsonObject>;

export interface RunOptions {
  readonly lines: AsyncIterable<ManifestLine>;
  /** Whether what a line gave is there: what the journal cannot give again is done again. */
  readonly stands: (line: ManifestLine) => boolean;
  /** Reads what a line names, and says what is to be done. @throws KmsxError */
  readonly prepare: (line: ManifestLine) => Promise<LineWork>;
  readonly journal: Journal;
  readonly delivery: Delivery;
  readonly window: Window;
  readonly pace: Pace;
  /** So many lines are begun at most. */
  readonly limit: number;
  readonly failFast: boolean;
  /** When it aborts no other line is begun; those that were begun come to their end. */
  readonly stop: AbortSignal;
  /** Hears of each line that failed. */
  readonly onFailure: (line: ManifestLine, error: KmsxError) => void;
}

/**
 * Works on the lines that are not done, several at once. A line that fails is recorded, and the others go on.
 *
 * @throws what leaves no more lines to be worked on: the journal or an output can't be written, the manifest can't be read,
 * a defect
 */
export async function runLines(options: RunOptions): Promise<void> {
  const { lines, journal, delivery, window, pace, limit, failFast, stop } = options;
  const running = new Set<Promise<void>>();
  let fatal: { readonly error: unknown } | undefined;
  let [begun, failed] = [0, 0];
  let wake = (): void => undefined;
  stop.addEventListener('abort', () => {
    wake();
  });
  /** A race with one promise for the whole run would hold on to each that it was raced with. */
  const untilStopped = (turn: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      wake = resolve;
      turn.then(resolve, reject);
    });
  const isOver = (): boolean =>
    stop.aborted ||
    fatal !== undefined ||
    journal.shortage !== undefined ||
    begun >= limit ||
    (failFast && failed > 0);

  const record = async (event: JournalEvent): Promise<void> => {
    try {
      await journal.record(event);
      await delivery.deliver(event);
    } catch (error) {
      if (!(error instanceof DoneElsewhere)) fatal ??= { error };
      throw error;
    }
  };
  const work = async (line: ManifestLine): Promise<void> => {
    const { line: Line, name: Name } = line;
    try {
      const run = await options.prepare(line);
      const Result = await run({
        generated: journal.generatedFor(Line),
        intent: () => record({ Event: 'intent', Line }),
        keep: (Backup, Export, WrappingKeyFingerprints) =>
          record({ Event: 'generated', Line, Name, Backup, Export, WrappingKeyFingerprints }),
        lost: () => record({ Event: 'lost', Count: 1, Line }),
      });
      await record({ Event: 'done', Line, Name, Result });
    } catch (error) {
      if (fatal !== undefined || error instanceof DoneElsewhere) return;
      if (!(error instanceof KmsxError)) {
        fatal = { error };
        return;
      }
      failed += 1;
      options.onFailure(line, error);
      await record(failureOf(line, error)).catch(() => undefined); // it is in `fatal`
    }
  };

  try {
    for await (const line of lines) {
      if (isOver()) break;
      if (journal.isDone(line.line) && options.stands(line)) continue;
      if (!stop.aborted) await untilStopped(window.take().then(pace));
      if (isOver()) break;
      begun += 1;
      const lineWork = work(line).finally(() => {
        running.delete(lineWork);
        window.leave();
      });
      running.add(lineWork);
    }
  } catch (error) {
    fatal ??= { error };
  }
  await Promise.all(running);
  if (fatal !== undefined) throw fatal.error;
  await delivery.finish();
  if (journal.shortage !== undefined) throw journal.shortage;
}

function failureOf({ line, name }: ManifestLine, error: KmsxError): JournalEvent {
  const { code, message, requestId } = error;
  return {
    Event: 'failed',
    Line: line,
    Name: name,
    Code: code,
    Message: message,
    ...(requestId !== undefined && { RequestId: requestId }),
  };
}
