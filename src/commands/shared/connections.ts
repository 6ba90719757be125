import type { KmsClient } from '../../kms/types.ts';
import type { Session } from '../../terminal/session.ts';
import type { AttemptListener, Connection } from './connect.ts';
import { connect } from './connect.ts';
import type { ConnectionPlan } from './connection-options.ts';

/** Connections to KMS, one for each gateway and region, made when they are first needed. */
export interface Connections {
  kmsOf(plan: ConnectionPlan): Promise<KmsClient>;
  close(): Promise<void>;
}

/** Starts without any connection. */
export function makeConnections(session: Session, onAttempt?: AttemptListener): Connections {
  const open = new Map<string, Promise<Connection>>();
  return {
    kmsOf: async (plan) => {
      const { gateway } = plan;
      const place = gateway.kind === 'local' ? 'local' : `${gateway.url} ${gateway.region ?? ''}`;
      const connection = open.get(place) ?? connect(plan, session, onAttempt);
      open.set(place, connection);
      connection.catch(() => open.delete(place));
      return (await connection).kms;
    },
    close: async () => {
      for (const opened of await Promise.allSettled(open.values())) {
        if (opened.status === 'fulfilled') await opened.value.close();
      }
    },
  };
}
