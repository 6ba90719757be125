import type { Command } from 'commander';
import { envValue } from '../../../base/env.ts';
import { kmsxError } from '../../../base/error.ts';
import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { loadAuthorities } from '../../../network/authorities.ts';
import type { StorePlan } from '../../../stores/login/plan.ts';
import type { Store } from '../../../stores/store.ts';
import type { StoreAddress } from '../../../stores/login/url.ts';
import { parseStoreUrl } from '../../../stores/login/url.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { inputFileId } from '../../../terminal/files/inputs.ts';
import { inGroup } from '../../../terminal/help/option-groups.ts';
import type { Io } from '../../../terminal/io.ts';
import type { Session } from '../../../terminal/session.ts';

/** The options that name a store. */
export interface StoreOptions {
  readonly store?: string;
  readonly storeCaFile?: string;
}

export function addStoreOptions(command: Command): void {
  inGroup(command, 'Store options:', () => {
    command
      .option(
        '--store <url>',
        'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)',
      )
      .option(
        '--store-ca-file <pem>',
        'the certificate authorities of its server, in place of the usual ones',
      );
  });
}

/** How a store will be reached, and the files that were read for it: no output may be one of them. */
export interface PlannedStore {
  readonly plan: StorePlan;
  readonly inputs: readonly Pick<Input, 'fileId'>[];
}

/**
 * Reads which store the options or the environment name.
 *
 * @param place - what needs it, as in `store:payments` or `--backup store:payments`; undefined: the command itself
 * @throws KmsxError `store-missing-option`, those of `parseStoreUrl`
 */
export function storeAddress(
  place: string | undefined,
  options: StoreOptions,
  io: Pick<Io, 'env'>,
): StoreAddress {
  const url = options.store ?? envValue(io.env, 'KMSX_STORE');
  if (url !== undefined) return parseStoreUrl(url);
  throw kmsxError(
    'store-missing-option',
    `${place ?? 'the command'} needs --store, or KMSX_STORE`,
    {
      details: { place: place?.replace(/^--\S+ /, '') ?? `${STORE_PREFIX}NAME` },
    },
  );
}

/**
 * Reads which store the options or the environment name, and how it is reached. It is not asked yet.
 *
 * @param place - what needs it, as in `store:payments`; undefined: the command itself
 * @throws KmsxError `store-missing-option`, those of `parseStoreUrl`, `planStore` and `loadAuthorities`
 */
export async function planStoreOf(
  place: string | undefined,
  options: StoreOptions,
  { io, reporter }: Session,
): Promise<PlannedStore> {
  const address = storeAddress(place, options, io);
  const caFile = options.storeCaFile;
  const inputs = caFile === undefined ? [] : [await inputFileId(caFile, io)];
  const authorities = await loadAuthorities(caFile, {}, io.now(), '--store-ca-file');
  const { planStore } = await import('../../../stores/login/plan.ts');
  const plan = await planStore(address, {
    env: io.env,
    authorities: authorities?.ofFile,
    userId: io.userId,
    warn: (message) => void reporter.warn(message),
  });
  return { plan, inputs };
}

/**
 * Refuses a store that is given for nothing: what was meant to be kept in it would not be.
 *
 * @param places - what the other options name
 * @throws KmsxError `store-unused`
 */
export function assertStoreUsed(options: StoreOptions, places: readonly string[]): void {
  if (places.some((place) => place.startsWith(STORE_PREFIX))) return;
  for (const [option, value] of [
    ['--store', options.store],
    ['--store-ca-file', options.storeCaFile],
  ]) {
    if (value === undefined) continue;
    throw kmsxError('store-unused', `${String(option)} is given, and nothing is in a store`);
  }
}

/**
 * Connects to a planned store.
 *
 * @throws KmsxError those of `openStore`
 */
export async function openPlannedStore({ plan }: PlannedStore, session: Session): Promise<Store> {
  const { openStore } = await import('../../../stores/store.ts');
  await tellStore(plan, session);
  return await openStore(plan, session.io.signal);
}

/** Tells with `--verbose` how a store is reached. */
export async function tellStore(
  { address, login, tls }: StorePlan,
  { reporter }: Session,
): Promise<void> {
  const secured = tls === undefined ? 'without TLS' : 'with TLS';
  await reporter.detail(`store at ${address.label}, user ${login.user}, ${secured}`);
}

/**
 * Connects to a planned store, uses it, and ends the connection.
 *
 * @throws KmsxError those of `openStore`
 */
export async function withStore<T>(
  planned: PlannedStore,
  session: Session,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openPlannedStore(planned, session);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
