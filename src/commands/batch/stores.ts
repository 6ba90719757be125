import { kmsxError } from '../../base/error.ts';
import type { Store } from '../../stores/store.ts';
import type { WorkList } from '../../stores/work/work-list.ts';
import type { Session } from '../../terminal/session.ts';
import type { ReadStored } from '../shared/backup/backup-input.ts';
import { makeConnections } from '../shared/connection/connections.ts';
import type { PlannedStore } from '../shared/store/store-options.ts';
import { planStoreOf, tellStore } from '../shared/store/store-options.ts';
import type { BatchOptions } from './options.ts';
import type { BatchPlaces } from './places.ts';

/** What of a run is in the store, each on a connection that serves all lines. */
export interface BatchStores {
  /** Takes the backups; undefined where they go elsewhere. */
  readonly backups: Store | undefined;
  /** The journal that several runs share. */
  readonly work: { readonly list: WorkList; readonly worker: string } | undefined;
  /** Reads what lines name. */
  readonly readStored: ReadStored;
  /**
   * Refuses a store that is given for nothing: what was meant to be kept in it would not be.
   *
   * @throws KmsxError `store-unused`
   */
  readonly assertUsed: () => void;
}

/**
 * Connects to the store as far as the run needs it, and ends the connections.
 *
 * @throws KmsxError those of `planStoreOf`, `openStore` and `Store.assertReady`
 */
export async function withStores<T>(
  { journal, keepsInStore }: BatchPlaces,
  options: BatchOptions,
  session: Session,
  use: (stores: BatchStores) => Promise<T>,
): Promise<T> {
  const connections = makeConnections(session);
  let planned: Promise<PlannedStore> | undefined;
  const plan = (label: string): Promise<PlannedStore> =>
    (planned ??= planStoreOf(label, options, session));
  const open = async (label: string): Promise<Store> => connections.storeOf(await plan(label));
  const work = journal.list === undefined ? undefined : await openWork(journal.list, session, plan);
  try {
    const backups = keepsInStore ? await open('--store') : undefined;
    await backups?.assertReady();
    return await use({
      backups,
      work,
      readStored: async (label, name) => {
        const store = await open(label);
        return { bytes: await store.read(name), inputs: (await plan(label)).inputs };
      },
      assertUsed: () => {
        if (options.store === undefined || planned !== undefined) return;
        throw kmsxError('store-unused', '--store is given, and nothing is in a store');
      },
    });
  } finally {
    await work?.list.close();
    await connections.close();
  }
}

async function openWork(
  name: string,
  session: Session,
  planOf: (label: string) => Promise<PlannedStore>,
): Promise<NonNullable<BatchStores['work']>> {
  const { io } = session;
  const { plan } = await planOf(`--journal store:${name}`);
  const [{ openWorkList }, { connectionTo }] = await Promise.all([
    import('../../stores/work/work-list.ts'),
    import('../../stores/store.ts'),
  ]);
  await tellStore(plan, session);
  const worker = io.randomBytes(8).toString('hex');
  return { list: openWorkList(name, worker, () => connectionTo(plan, io.signal)), worker };
}
