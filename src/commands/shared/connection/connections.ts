import type { KmsClient } from '../../../kms/types.ts';
import type { Store } from '../../../stores/store.ts';
import type { Session } from '../../../terminal/session.ts';
import type { AttemptListener, Connection } from './connect.ts';
import { connect } from './connect.ts';
import type { ConnectionPlan } from './connection-options.ts';
import type { PlannedStore } from '../store/store-options.ts';
import { openPlannedStore } from '../store/store-options.ts';

/** Connections to KMS, one for each gateway and region, and to stores, made when they are first needed. */
export interface Connections {
  kmsOf(plan: ConnectionPlan): Promise<KmsClient>;
  /** @throws KmsxError those of `openStore` */
  storeOf(planned: PlannedStore): Promise<Store>;
  close(): Promise<void>;
}

/** Starts without any connection. */
export function makeConnections(session: Session, onAttempt?: AttemptListener): Connections {
  const open = new Map<string, Promise<Connection>>();
  const stores = new Map<string, Promise<Store>>();
  return {
    kmsOf: async (plan) => {
      const { gateway } = plan;
      const place = gateway.kind === 'local' ? 'local' : `${gateway.url} ${gateway.region ?? ''}`;
      const { kms } = await kept(open, place, () => connect(plan, session, onAttempt));
      return kms;
    },
    storeOf: (planned) => {
      const { address, login } = planned.plan;
      const place = `${login.user} ${address.label} ${address.schema ?? ''}`;
      return kept(stores, place, () => openPlannedStore(planned, session));
    },
    close: async () => {
      for (const opened of await Promise.allSettled([...open.values(), ...stores.values()])) {
        if (opened.status === 'fulfilled') await opened.value.close();
      }
    },
  };
}

/** What was opened for a place already, or is opened now; what fails is opened anew by the next. */
function kept<T>(open: Map<string, Promise<T>>, place: string, make: () => Promise<T>): Promise<T> {
  const opening = open.get(place) ?? make();
  open.set(place, opening);
  opening.catch(() => open.delete(place));
  return opening;
}
