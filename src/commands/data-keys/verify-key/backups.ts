import type { Session } from '../../../terminal/session.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { Envelope } from '../../../documents/read-document.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { readBackupPlace } from '../../shared/backup/backup-input.ts';
import type { Connection } from '../../shared/connect.ts';
import { connect } from '../../shared/connect.ts';
import type { ConnectionOptions, ConnectionPlan } from '../../shared/connection-options.ts';
import { planConnection } from '../../shared/connection-options.ts';
import type { ContextOptions } from '../../shared/context-options.ts';
import { readContext } from '../../shared/context-options.ts';
import { assertRehearsalMatches } from '../../shared/rehearsal.ts';

/** The options that name the backups of `verify-key`. */
export interface AgainstOptions extends ConnectionOptions, ContextOptions {
  readonly against: readonly string[];
}

/** A backup that `--against` names, and the way to the KMS of its region. */
export interface AgainstBackup {
  /** As it was given: a file, `-` or `secret:NAME`. */
  readonly place: string;
  readonly label: string;
  readonly plan: ConnectionPlan;
  /** What the file holds; undefined where it is KMS that keeps the backup. */
  readonly envelope: Envelope | undefined;
  readonly source: (kms: KmsClient) => Promise<BackupSource>;
}

/**
 * Reads every backup that `--against` names, and plans a connection for each: they may be of several regions.
 *
 * @throws KmsxError those of reading and of `planConnection`; `options-conflict`, `rehearsal-mixed`, and
 * `data-key-too-long` for a data key that no one-time key carries
 */
export async function readAgainst(
  options: AgainstOptions,
  session: Session,
): Promise<AgainstBackup[]> {
  const { context } = await readContext(options, session, 'repeated');
  const backups: AgainstBackup[] = [];
  for (const place of options.against) {
    const backup = await readBackupPlace(place, context, session);
    const { label, known, envelope } = backup;
    const plan = await planConnection(options, { documentRegion: known?.Region }, session);
    if (known !== undefined) {
      assertRehearsalMatches(known, plan, label);
      oneTimeAlgorithm(known.NumberOfBytes);
    }
    backups.push({ place, label, plan, envelope, source: (kms) => backup.source(kms, plan) });
  }
  return backups;
}

/** Connections to KMS, one for each gateway and region, made when they are first needed. */
export interface Connections {
  kmsOf(plan: ConnectionPlan): Promise<KmsClient>;
  close(): Promise<void>;
}

/** Starts with no connection at all. */
export function makeConnections(session: Session): Connections {
  const open = new Map<string, Connection>();
  return {
    kmsOf: async (plan) => {
      const { gateway } = plan;
      const place = gateway.kind === 'local' ? 'local' : `${gateway.url} ${gateway.region ?? ''}`;
      const connection = open.get(place) ?? (await connect(plan, session));
      open.set(place, connection);
      return connection.kms;
    },
    close: async () => {
      for (const connection of open.values()) await connection.close();
    },
  };
}
