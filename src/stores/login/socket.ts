import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import { connectionError, storeAt } from '../failure.ts';
import type { StoreAddress } from './url.ts';

const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** The path of the socket in a folder, as the database's own clients have it. */
export function socketPath(
  { kind, port }: Pick<StoreAddress, 'kind' | 'port'>,
  folder: string,
): string {
  return join(folder, kind === 'mysql' ? 'mysqld.sock' : `.s.PGSQL.${port}`);
}

/**
 * Refuses a socket that another user could have made: nothing but its place proves which server listens there, and a
 * server of MySQL may be given the password over it.
 *
 * @param userId - the effective user; undefined on systems without one
 * @throws KmsxError `store-socket-untrusted`, `store-unreachable` where there is none
 */
export async function assertTrustedSocket(
  address: Pick<StoreAddress, 'kind' | 'host' | 'port' | 'label'>,
  userId: number | undefined,
): Promise<void> {
  const { host, label } = address;
  if ('name' in host) return;
  const path = socketPath(address, host.socketFolder);
  try {
    for (const each of new Set([path, await realpath(path)])) {
      if (isTrusted(await lstat(each), await stat(dirname(each)), userId)) continue;
      throw kmsxError(
        'store-socket-untrusted',
        `${storeAt(label)}the socket ${path} is not used: another user than its server's could have made it`,
      );
    }
  } catch (error) {
    throw connectionError(error, address);
  }
}

/**
 * Whether a socket is its folder's own: it belongs to root, this user, or the folder's owner, and nobody else could have
 * put another in its place since. The folder's group counts as its owner, as Debian has it for PostgreSQL.
 */
export function isTrusted(
  socket: Pick<Stats, 'uid'>,
  folder: Pick<Stats, 'uid' | 'mode'>,
  userId: number | undefined,
): boolean {
  const isOpen = (folder.mode & WRITABLE_BY_ALL) !== 0;
  if (isOpen && (folder.mode & STICKY) === 0) return false;
  return [0, userId, folder.uid].includes(socket.uid);
}
