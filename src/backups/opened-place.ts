import type { BackupPlace } from './place.ts';

/** A place, and what is done with it. */
export interface OpenedPlace {
  readonly place: BackupPlace;
  /** What proofs call it, however the user named it: the folder's real path, `store:`, or `secret:`. */
  readonly id: string;
  /** The real path of a folder. */
  readonly folder: string | undefined;
  /** Whether KMS is asked for each backup: reading is paced too. */
  readonly isInKms: boolean;
  /** What is listed and not recognised: a backup that does not open, or something else that is none. */
  readonly unrecognised: 'backup' | 'other';
  /** How many other things the last listing left out. */
  readonly skipped: () => number;
}
