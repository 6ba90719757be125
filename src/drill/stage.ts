import type { BackupSource } from '../data-key/backup-source.ts';
import type { BackupOpener } from '../data-key/verify/opener.ts';
import type { ProofDocument } from '../documents/proof-document.ts';
import type { PaceClock } from '../kms/pace.ts';
import type { KmsClient } from '../kms/types.ts';
import type { Expected } from './compare.ts';
import type { QueuedBackup } from './queue.ts';

/** The clock of a drill. */
interface DrillClock extends PaceClock {
  now(): Date;
}

/** Whose a backup is to drill: this drill's, another's that does it now, or nobody's since one has done it. */
export type DrillClaim = 'own' | 'claimed' | 'drilled';

/** What several drills share the work by. */
export interface DrillShare {
  /** Claims a backup for this drill, unless another does it now, or has done it since this one began. */
  take(backup: QueuedBackup): Promise<DrillClaim>;
  /** It was drilled, or KMS could not be asked: then another drill may try. */
  end(backup: QueuedBackup, isDrilled: boolean): Promise<void>;
}

/** What a drill works with. */
export interface DrillStage {
  readonly clock: DrillClock;
  /** How many calls of KMS each second, at most. */
  readonly rate: number;
  /** How many backups are drilled at most; those that are none do not count. */
  readonly limit: number;
  readonly opener: BackupOpener;
  /** The client of the region that a backup names. */
  readonly kmsOf: (source: BackupSource, label: string) => Promise<KmsClient>;
  readonly expectedOf: (backup: QueuedBackup) => Expected;
  /** Which check values are shown, by their words in options; all if left out. */
  readonly shownCheckValues: readonly string[] | undefined;
  /** Shares the work with other drills. */
  readonly share?: DrillShare | undefined;
  /** Keeps a proof on stable storage, before the outcome is told. */
  readonly keep?: ((proof: ProofDocument) => Promise<void>) | undefined;
}
