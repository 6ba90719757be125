import { absolutePath } from '../../../base/files/absolute-path.ts';
import { kmsxError } from '../../../base/error.ts';
import { SECRET_PREFIX } from '../../../base/secret-prefix.ts';
import { openFolderPlace } from '../../../backups/folder-place.ts';
import type { OpenedPlace } from '../../../backups/opened-place.ts';
import { openSecretPlace } from '../../../backups/secret-place.ts';
import type { Session } from '../../../terminal/session.ts';
import { isDedicated } from '../backup/backup-places.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import { planConnection } from '../connection-options.ts';
import type { Connections } from '../connections.ts';

/** What a place needs that is no folder. */
export interface PlaceSurroundings {
  readonly options: ConnectionOptions;
  readonly connections: Connections;
  readonly session: Session;
}

/**
 * Opens a place where many backups lie: a folder, or `secret:PREFIX`. Nothing is asked of KMS before it is listed.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`, `bad-usage`, `operation-not-offered`; those of `planConnection`
 */
async function openPlace(
  text: string,
  { options, connections, session }: PlaceSurroundings,
): Promise<OpenedPlace> {
  const { cwd, signal } = session.io;
  if (text === '') throw kmsxError('bad-usage', 'a place has an empty name');
  if (!text.startsWith(SECRET_PREFIX)) {
    return await openFolderPlace(absolutePath(cwd, text), text, signal);
  }
  const plan = await planConnection(options, {}, session);
  if (isDedicated(plan.gateway)) {
    throw kmsxError('operation-not-offered', 'a dedicated gateway does not have ListSecrets');
  }
  return openSecretPlace(text.slice(SECRET_PREFIX.length), () => connections.kmsOf(plan));
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
