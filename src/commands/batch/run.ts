import type { Destination } from '../../batch/delivery.ts';
import type { Journal } from '../../batch/journal/journal.ts';
import { lockPlace } from '../../base/files/lock/lock-place.ts';
import type { BatchCommand, LineValues } from '../../batch/manifest/fields.ts';
import type { Pace } from '../../kms/pace.ts';
import { paceOf } from '../../kms/pace.ts';
import type { LineWork } from '../../batch/run/run-lines.ts';
import { runLines } from '../../batch/run/run-lines.ts';
import { Window } from '../../batch/run/window.ts';
import { openFolderWriter } from '../../base/files/folder-writer.ts';
import type { OneTimeKey } from '../../data-key/one-time-export.ts';
import { makeOneTimeKey } from '../../data-key/one-time-export.ts';
import { backupOpenerInMemory } from '../../data-key/verify/opener.ts';
import type { StopSignal } from '../../terminal/exit-codes.ts';
import { Interrupted } from '../../terminal/exit-codes.ts';
import type { ProgressBar, ProgressState } from '../../terminal/output/progress-bar.ts';
import { startProgressBar } from '../../terminal/output/progress-bar.ts';
import type { Session } from '../../terminal/session.ts';
import type { AttemptListener } from '../shared/connection/connect.ts';
import { makeConnections } from '../shared/connection/connections.ts';
import { encodeDataKey } from '../shared/data-key/encode.ts';
import { warnOfRehearsal } from '../shared/rehearsal.ts';
import { prepareExport } from './lines/export-key.ts';
import type { KeyFolder } from './lines/key-folder.ts';
import type { Common, PrepareLine } from './lines/line.ts';
import { prepareReencrypt } from './lines/reencrypt-key.ts';
import { prepareReexport } from './lines/reexport-key.ts';
import { prepareUnwrap } from './lines/unwrap-key.ts';
import { prepareVerify } from './lines/verify-key.ts';
import type { BatchOptions } from './options.ts';
import { openRun } from './open-run.ts';
import { assertNewOrBegun, keyStands } from './places.ts';
import type { PlannedRun, ValidatedRun } from './planned-run.ts';
import { makeReaders } from './readers.ts';
import { assertNoneFailed, Failures, printSummary, summaryOf } from './report.ts';

const PREPARE: Readonly<Record<BatchCommand, PrepareLine>> = {
  'export-key': prepareExport,
  'reexport-key': prepareReexport,
  'reencrypt-key': prepareReencrypt,
  'verify-key': prepareVerify,
  'unwrap-key': prepareUnwrap,
};

/** What is made for the lines of one run, and what they steer. */
export interface Work {
  readonly prepare: (name: string, values: LineValues) => Promise<LineWork>;
  /** The fingerprints of public keys in files. */
  readonly fingerprintsOf: (pubkey: readonly string[]) => Promise<readonly string[]>;
  readonly window: Window;
  readonly pace: Pace;
  /** Hears of each answer that did not come to the call that generates a data key. */
  onLost: () => void;
  /** What is to be taken off the terminal before a warning. */
  bar: ProgressBar | undefined;
}

/** Makes what reads lines and reaches KMS, and closes it in the end. */
export async function withWork<T>(
  { batch, options, limits, places, stores, session }: PlannedRun,
  use: (work: Work) => Promise<T>,
): Promise<T> {
  const { io } = session;
  const window = new Window(limits.concurrency, () => io.monotonicMs());
  const pace = paceOf(limits.perSecond, io);
  const onAttempt: AttemptListener = (action, { isThrottled, isAnswerLost }) => {
    if (isThrottled === true) window.slowDown();
    if (isAnswerLost === true && action === 'GenerateAndExportDataKey') work.onLost();
  };
  const connections = makeConnections(session, onAttempt);
  const readers = makeReaders(options, connections, pace, session);
  let oneTimeKey: Promise<OneTimeKey> | undefined;
  const common: Common = {
    options,
    session,
    readers,
    readStored: stores.readStored,
    keys: places.keyFolder && keysInto(places.keyFolder, options, session),
    oneTimeKey: () => (oneTimeKey ??= makeOneTimeKey()),
    opener: backupOpenerInMemory(),
    heard: async ({ isRehearsal }) => {
      if (!isRehearsal) return;
      await work.bar?.clear();
      await warnOfRehearsal({ isRehearsal }, session);
    },
  };
  const work: Work = {
    prepare: (name, values) => PREPARE[batch](name, values, common),
    fingerprintsOf: readers.fingerprintsOf,
    window,
    pace,
    onLost: () => undefined,
    bar: undefined,
  };
  try {
    return await use(work);
  } finally {
    await readers.close();
    await connections.close();
  }
}

/** A folder of plaintext keys, made when there is the first. */
function keysInto(
  { path, label }: Destination,
  { format }: BatchOptions,
  { io }: Session,
): KeyFolder {
  let folder: ReturnType<typeof openFolderWriter> | undefined;
  return {
    write: async (name, dataKey) => {
      folder ??= openFolderWriter(path, label, io);
      const encoded = encodeDataKey(dataKey.bytes, format);
      try {
        await (await folder).write(`${name}.key`, encoded);
      } finally {
        encoded.fill(0);
      }
    },
  };
}

/**
 * Works on the lines that are not done, and prints the summary.
 *
 * @throws KmsxError `lines-failed`; those of the journal and of outputs
 * @throws Interrupted after a signal, when the lines that were begun have come to their end
 */
export async function runBatch(
  planned: PlannedRun,
  work: Work,
  validated: ValidatedRun,
): Promise<void> {
  const { places, session } = planned;
  const lock = places.out && (await lockPlace('output-locked', places.out, session.io));
  try {
    await assertNewOrBegun(places, planned.isBegun);
    await runLocked(planned, work, validated);
  } finally {
    lock?.release();
  }
}

async function runLocked(planned: PlannedRun, work: Work, validated: ValidatedRun): Promise<void> {
  const { batch, options, limits, places, session } = planned;
  const { count, prepare, resume } = validated;
  const { io, reporter } = session;
  const stop = new AbortController();
  let signal: StopSignal | undefined;
  io.takeSignals((received) => {
    signal = received;
    stop.abort();
    return false;
  });
  const open = await openRun(planned, validated, stop.signal, async (message) => {
    await work.bar?.clear();
    await reporter.note(message);
  });
  const { journal } = open;
  const failures = new Failures();
  try {
    work.onLost = () => {
      // An error is one of the journal from then on, and ends the run.
      void journal.record({ Event: 'lost', Count: 1 }).catch(() => undefined);
    };
    const delivery = await open.delivery();
    work.bar = startProgressBar(() => progressOf(journal, count), session);
    try {
      await runLines({
        lines: open.lines,
        stands: ({ name }) => keyStands(name, places),
        prepare: async (line) => {
          await open.check(line);
          return await prepare(line);
        },
        journal,
        delivery,
        window: work.window,
        pace: work.pace,
        limit: limits.limit,
        failFast: options.failFast,
        stop: stop.signal,
        onFailure: ({ line, name }, error) => {
          failures.add(line, name, error);
        },
      });
    } finally {
      await work.bar.end();
      await delivery.close();
    }
  } finally {
    await journal.close();
  }
  const summary = summaryOf(journal.counts(), count);
  await failures.tell(journal.label, session);
  if (signal !== undefined) await reporter.note(`stopped by ${signal}; to go on: ${resume}`);
  await printSummary(summary, batch, places, resume, session);
  if (signal !== undefined) throw new Interrupted(signal);
  assertNoneFailed(summary, resume);
}

function progressOf(journal: Journal, total: number): ProgressState {
  const { done, failures } = journal.counts();
  const failed = [...failures.values()].reduce((sum, each) => sum + each, 0);
  return { done, failed, total };
}
