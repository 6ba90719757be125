import { isIP } from 'node:net';
import { kmsxError } from '../../base/error.ts';
import { isLoopback } from '../../network/endpoint.ts';
import type { StoreAddress } from './url.ts';

/** A setting of the database's own clients that is about TLS. */
export interface TlsSetting {
  /** As messages name it: `PGSSLMODE=require`. */
  readonly name: string;
  readonly asks: 'for less' | 'for verified TLS';
  /** How it is taken back. */
  readonly remedy: string;
}

/**
 * How a connection is protected; undefined: without TLS. `authorities` are in PEM, and the only ones; undefined: those of
 * Node.js.
 */
export type TlsPlan =
  { readonly serverName: string; readonly authorities: readonly string[] | undefined } | undefined;

/**
 * Decides whether there is TLS: over a socket never, on loopback where it is asked for, elsewhere always. It is verified
 * wherever it is, the name included.
 *
 * @param authorities - those of `--store-ca-file`: giving them asks for TLS
 * @throws KmsxError `store-tls-weakened`; `store-url-malformed` for an address that mysql2 could not verify
 */
export function planTls(
  { kind, host }: StoreAddress,
  settings: readonly TlsSetting[],
  authorities: readonly string[] | undefined,
): TlsPlan {
  if (!('name' in host)) return undefined;
  const { name } = host;
  if (isLoopback(name)) {
    const isAsked = settings.some(({ asks }) => asks === 'for verified TLS');
    if (authorities === undefined && !isAsked) return undefined;
  } else {
    const less = settings.find(({ asks }) => asks === 'for less');
    if (less !== undefined) throw weakened(less, name);
  }
  // mysql2 gives Node.js the stream alone, and the certificate would be compared with `localhost`.
  if (kind === 'mysql' && isIP(name) !== 0) {
    throw kmsxError(
      'store-url-malformed',
      'the URL of the store cannot be used: its host is an address, and TLS to MySQL verifies a name',
      { hints: ['give the name that the certificate of the server has; /etc/hosts can hold it'] },
    );
  }
  return { serverName: name, authorities };
}

function weakened({ name, remedy }: TlsSetting, host: string): Error {
  return kmsxError(
    'store-tls-weakened',
    `${name} asks for less than verified TLS to ${host}, which is not this machine`,
    { details: { remedy } },
  );
}
