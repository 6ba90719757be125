import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import type { Delivery } from '../../batch/delivery.ts';
import { openDelivery } from '../../batch/delivery.ts';
import type { FileJournal, Journal } from '../../batch/journal/journal.ts';
import { openJournal } from '../../batch/journal/journal.ts';
import type { SharedJournal } from '../../batch/journal/shared-journal.ts';
import { openSharedJournal } from '../../batch/journal/shared-journal.ts';
import type { ManifestLine } from '../../batch/manifest/manifest.ts';
import { manifestLines } from '../../batch/manifest/manifest.ts';
import { storedBackupOf } from '../../batch/stored-backup.ts';
import { CLAIM_SECONDS } from '../../stores/work/claims.ts';
import { counted } from '../shared/view/rows.ts';
import type { PlannedRun, ValidatedRun } from './planned-run.ts';

/** A journal that is open, the lines that are worked on by it, and what puts their results into files. */
export interface OpenRun {
  readonly journal: Journal;
  readonly lines: AsyncIterable<ManifestLine>;
  /** Refuses a line before anything is sent. */
  readonly check: (line: ManifestLine) => Promise<void>;
  readonly delivery: () => Promise<Delivery>;
}

/**
 * Opens the journal of a run, in a file or in the store.
 *
 * @param stop - no line is begun any more when it aborts
 * @param note - says something on stderr, beside the progress bar
 * @throws KmsxError those of `openJournal` and `openSharedJournal`
 */
export async function openRun(
  planned: PlannedRun,
  { manifest, header }: ValidatedRun,
  stop: AbortSignal,
  note: (message: string) => Promise<void>,
): Promise<OpenRun> {
  const { batch, limits, places, stores, session } = planned;
  const { io } = session;
  const lines = (): AsyncIterable<ManifestLine> => manifestLines(manifest, batch);
  if (places.journal.list === undefined) {
    const { concurrency } = limits;
    const journal = await openJournal({ ...places.journal, header, concurrency, context: io });
    const keep = stores.backups?.keep;
    const delivery = (): Promise<Delivery> => openDelivery(journal, { ...places, keep }, io);
    const check = (line: ManifestLine): Promise<void> => assertKnown(line, journal, planned);
    return { journal, lines: newOnesFirst(lines, journal), check, delivery };
  }
  if (stores.work === undefined) throw new TypeError('the store of the journal is not open');
  const journal = await openSharedJournal({
    ...stores.work,
    label: places.journal.label,
    header,
    manifest: lines,
    atOnce: limits.concurrency,
    backupOf: (event) => (places.keepsInStore ? storedBackupOf(event, places) : undefined),
    stop,
    onWait: (left) =>
      note(
        `waiting for ${counted(left, 'line')} that other runs work on; if one of them died, its lines are taken over within ${CLAIM_SECONDS} s`,
      ),
    sleep: (milliseconds, signal) => io.sleep(milliseconds, signal),
  });
  return {
    journal,
    lines: journal.lines(),
    check: () => Promise.resolve(),
    delivery: () => Promise.resolve(lateDelivery(journal, planned)),
  };
}

/** What failed before comes last: with `--limit` it would keep the others from their turn. */
async function* newOnesFirst(
  lines: () => AsyncIterable<ManifestLine>,
  { failedBefore }: FileJournal,
): AsyncIterable<ManifestLine> {
  for await (const line of lines()) if (!failedBefore.has(line.line)) yield line;
  if (failedBefore.size === 0) return;
  for await (const line of lines()) if (failedBefore.has(line.line)) yield line;
}

/**
 * Refuses a line whose result or backup is there while the journal knows nothing of it: an older copy of the journal would
 * have another data key generated under its name.
 *
 * @throws KmsxError `journal-behind`, those of `Store.assertFree`
 */
async function assertKnown(
  { line, name }: ManifestLine,
  journal: FileJournal,
  { places, stores }: PlannedRun,
): Promise<void> {
  if (!journal.isResumed || journal.generatedFor(line) !== undefined) return;
  for (const folder of [places.outFolder, places.backupFolder]) {
    if (folder === undefined || !existsSync(join(folder.path, `${name}.json`))) continue;
    const { label } = journal;
    const message = `${folder.label}/${name}.json is there, and ${label} knows nothing of it: it is an older copy`;
    throw kmsxError('journal-behind', message);
  }
  await stores.backups?.assertFree(name);
}

/** The results of a journal that is shared are put into files when every line has come to its end, whoever worked on it. */
function lateDelivery(journal: SharedJournal, { places, session }: PlannedRun): Delivery {
  const { out, outFolder } = places;
  const label = (out ?? outFolder)?.label;
  return {
    deliver: () => Promise.resolve(),
    finish: async () => {
      await journal.recount();
      if (label === undefined) return;
      if (!journal.isWhole()) {
        await session.reporter.note(`${label} is written when all lines have come to their end`);
        return;
      }
      const whole = {
        isResumed: true,
        through: 0,
        events: () => journal.results(),
        record: () => Promise.resolve(),
      };
      const delivery = await openDelivery(
        whole,
        { ...places, backupFolder: undefined },
        session.io,
      );
      await delivery.close();
    },
    close: () => Promise.resolve(),
  };
}
