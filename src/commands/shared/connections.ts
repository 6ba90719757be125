import type { KmsClient } from '../../kms/types.ts';
import type { Session } from '../../terminal/session.ts';
import type { Connection } from './connect.ts';
import { connect } from './connect.ts';
import type { ConnectionPlan } from './connection-options.ts';

/** Connections to KMS, one for each gateway and region, made when they are first needed. */
export interface Connections {
  kmsOf(plan: ConnectionPlan): Promise<KmsClient>;
  close(): Promise<void>;
}

/** Starts without any connection. */
export function makeConnections(session: Session): Connections {
  const open = new Map<string, Promise<Connection>>();
  return {
    kmsOf: async (plan) => {
      const { gateway } = plan;
      const place = gateway.kind === 'local' ? 'local' : `${gateway.url} ${gateway.region ?? ''}`;
      const connection = open.get(place) ?? connect(plan, session);
      open.set(place, connection);
      return (await connection).kms;
    },
    close: async () => {
      for (const connection of await Promise.allSettled(open.values())) {
        if (connection.status === 'fulfilled') await connection.value.close();
      }
    },
  };
}
