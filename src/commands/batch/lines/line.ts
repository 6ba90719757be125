import type { KeyFolder } from './key-folder.ts';
import { kmsxError } from '../../../base/error.ts';
import type { LineValues } from '../../../batch/manifest/fields.ts';
import type { LineWork } from '../../../batch/run/run-lines.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { OneTimeKey } from '../../../data-key/one-time-export.ts';
import type { BackupOpener } from '../../../data-key/verify/opener.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { Session } from '../../../terminal/session.ts';
import type { BackupAtPlace, ReadStored } from '../../shared/backup/backup-input.ts';
import { readBackupPlace } from '../../shared/backup/backup-input.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import { assertContext } from '../../shared/context-options.ts';
import { assertRehearsalMatches } from '../../shared/rehearsal.ts';
import type { BatchOptions } from '../options.ts';
import type { Readers } from '../readers.ts';

/** What the lines of a batch have in common. */
export interface Common {
  readonly options: BatchOptions;
  readonly session: Session;
  readonly readers: Readers;
  readonly readStored: ReadStored;
  /** Takes plaintext keys; undefined where none are written. */
  readonly keys: KeyFolder | undefined;
  /** A pair for all backups that are compared. */
  readonly oneTimeKey: () => Promise<OneTimeKey>;
  readonly opener: BackupOpener;
  /** Hears of a client after its first answer, and of documents: a rehearsal is warned of. */
  readonly heard: (from: Pick<KmsClient, 'isRehearsal'>) => Promise<void>;
}

/**
 * Reads what a line names, all of it checked as far as that goes without KMS, and says what is to be done.
 *
 * @throws KmsxError as the command itself
 */
export type PrepareLine = (name: string, values: LineValues, common: Common) => Promise<LineWork>;

/** @throws KmsxError `bad-usage` */
export function required<T>(value: T | undefined, field: string, option?: string): T {
  if (value !== undefined) return value;
  const also = option === undefined ? '' : `, or ${option} for all lines`;
  throw kmsxError('bad-usage', `${field} is needed${also}`, { hints: [] });
}

/**
 * The context of a line; none where it is empty.
 *
 * @throws KmsxError `context-malformed`, `context-secret`
 */
export function contextOf(
  context: EncryptionContext | undefined,
  use: 'new' | 'repeated',
): EncryptionContext | undefined {
  if (context === undefined || Object.keys(context).length === 0) return undefined;
  assertContext(context, use);
  return context;
}

/** A backup of a line, and the way to its KMS. */
export interface LineBackup extends BackupAtPlace {
  readonly plan: ConnectionPlan;
}

/**
 * Reads a backup.
 *
 * @param context - of the line: it must agree with the document's, or be the only one
 * @param keyRegion - of an ARN that goes with it
 * @throws KmsxError those of `readBackupPlace` and of `planConnection`, `rehearsal-mixed`
 */
export async function backupOf(
  place: string,
  context: EncryptionContext | undefined,
  keyRegion: string | undefined,
  { readers, session, readStored }: Common,
): Promise<LineBackup> {
  const backup = await readBackupPlace(place, context, readStored, session);
  const known: BackupSource | undefined = backup.known;
  const plan = await readers.plan({ documentRegion: known?.Region ?? keyRegion });
  if (known !== undefined) assertRehearsalMatches(known, plan, backup.label);
  return { ...backup, plan };
}
