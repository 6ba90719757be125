import { hasCode } from '../../../base/error.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { Session } from '../../../terminal/session.ts';
import type {
  ConnectionOptions,
  ConnectionPlan,
} from '../../shared/connection/connection-options.ts';
import { planConnection } from '../../shared/connection/connection-options.ts';
import type { Connections } from '../../shared/connection/connections.ts';
import { assertRehearsalMatches } from '../../shared/rehearsal.ts';

/** The client for a backup: of the region that it names, unless the options name one. */
export type KmsOf = (source: BackupSource, label: string) => Promise<KmsClient>;

/**
 * Checks how KMS is reached, as far as that goes without a backup, and plans a connection for each region once.
 *
 * @throws KmsxError those of `planConnection`, now but for a region that only a backup tells
 */
export async function makeKmsOf(
  options: ConnectionOptions,
  connections: Connections,
  session: Session,
): Promise<KmsOf> {
  const plans = new Map<string | undefined, Promise<ConnectionPlan>>();
  const planFor = (documentRegion: string | undefined): Promise<ConnectionPlan> => {
    const plan = plans.get(documentRegion) ?? planConnection(options, { documentRegion }, session);
    plans.set(documentRegion, plan);
    return plan;
  };
  await planFor(undefined).catch((error: unknown) => {
    if (!hasCode(error, 'region-missing')) throw error;
  });
  return async (source, label) => {
    const plan = await planFor(source.Region);
    assertRehearsalMatches(source, plan, label);
    return connections.kmsOf(plan);
  };
}
