import type { JournalHeader } from '../../batch/journal/events.ts';
import type { BatchCommand } from '../../batch/manifest/fields.ts';
import type { ManifestLine } from '../../batch/manifest/manifest.ts';
import type { ManifestSource } from '../../batch/manifest/source.ts';
import type { LineWork } from '../../batch/run/run-lines.ts';
import type { Session } from '../../terminal/session.ts';
import type { BatchOptions, RunLimits } from './options.ts';
import type { BatchPlaces } from './places.ts';
import type { BatchStores } from './stores.ts';

/** A run whose options were read. */
export interface PlannedRun {
  readonly batch: BatchCommand;
  readonly options: BatchOptions;
  readonly limits: RunLimits;
  readonly places: BatchPlaces;
  readonly stores: BatchStores;
  readonly session: Session;
  /** Whether an earlier run, or another one now, began the journal. */
  readonly isBegun: () => Promise<boolean>;
}

/** A manifest that was validated, and what is done with its lines. */
export interface ValidatedRun {
  readonly manifest: ManifestSource;
  /** How many lines it has. */
  readonly count: number;
  readonly prepare: (line: ManifestLine) => Promise<LineWork>;
  readonly header: JournalHeader;
  /** The command that goes on. */
  readonly resume: string;
}
