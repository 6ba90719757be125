import { absolutePath } from '../../../base/files/absolute-path.ts';
import { kmsxError } from '../../../base/error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { openFolderPlace } from '../../../backups/folder-place.ts';
import type { OpenedPlace } from '../../../backups/opened-place.ts';
import { openSecretPlace } from '../../../backups/secret-place.ts';
import type { Session } from '../../../terminal/session.ts';
import { isDedicated } from '../backup/backup-places.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { planConnection } from '../connection/connection-options.ts';
import type { StoreOptions } from '../store/store-options.ts';
import { planStoreOf } from '../store/store-options.ts';
import type { Connections } from '../connection/connections.ts';

/** What a place needs that is no folder. */
export interface PlaceSurroundings {
  readonly options: ConnectionOptions & StoreOptions;
  readonly connections: Connections;
  readonly session: Session;
}

/**
 * Opens a place where many backups lie: a folder, `store:PREFIX` or `secret:PREFIX`. Nothing is asked before it is listed.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`, `bad-usage`, `operation-not-offered`; those of `planConnection`
 * and `planStoreOf`
 */
async function openPlace(
  text: string,
  { options, connections, session }: PlaceSurroundings,
): Promise<OpenedPlace> {
  const { cwd, signal } = session.io;
  if (text === '') throw kmsxError('bad-usage', 'a place has an empty name');
  if (text.startsWith(STORE_PREFIX))
    return await openStorePlace(text, { options, connections, session });
  if (!text.startsWith(SECRET_PREFIX)) {
    return await openFolderPlace(absolutePath(cwd, text), text, signal);
  }
  const plan = await planConnection(options, {}, session);
  if (isDedicated(plan.gateway)) {
    throw kmsxError('operation-not-offered', 'a dedicated gateway does not have ListSecrets');
  }
  return openSecretPlace(text.slice(SECRET_PREFIX.length), () => connections.kmsOf(plan));
}

/** The backups of a store whose names begin with a prefix. It is asked when they are listed. */
async function openStorePlace(
  text: string,
  { options, connections, session }: PlaceSurroundings,
): Promise<OpenedPlace> {
  const planned = await planStoreOf(text, options, session);
  const prefix = text.slice(STORE_PREFIX.length);
  return {
    place: {
      label: text,
      list: async function* () {
        const { storePlace } = await import('../../../stores/store-place.ts');
        // The connection stays until the command ends: documents are read after the listing too.
        yield* storePlace(await connections.storeOf(planned), prefix).list();
      },
    },
    id: STORE_PREFIX,
    folder: undefined,
    isInKms: false,
    unrecognised: 'backup',
    skipped: () => 0,
  };
}

/**
 * Opens several places.
 *
 * @throws KmsxError those of `openPlace`; `bad-usage` for one that is given twice
 */
export async function openPlaces(
  texts: readonly string[],
  surroundings: PlaceSurroundings,
): Promise<OpenedPlace[]> {
  const places: OpenedPlace[] = [];
  for (const text of texts) {
    const place = await openPlace(text, surroundings);
    const isTwice = places.some(({ id, folder, place: { label } }) =>
      folder === undefined ? label === text : id === place.id,
    );
    if (isTwice) throw kmsxError('bad-usage', `the place ${text} is given twice`);
    places.push(place);
  }
  return places;
}
