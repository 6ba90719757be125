import type { Env } from '../../base/env.ts';
import type { StoreLogin } from './login.ts';
import { loginFiles } from './login.ts';
import { mysqlLogin, mysqlTlsSettings, readClientGroup } from '../mysql/login.ts';
import { postgresLogin, postgresTlsSettings } from '../postgres/login.ts';
import type { TlsPlan } from './tls.ts';
import { planTls } from './tls.ts';
import type { StoreAddress } from './url.ts';

/** How a store will be reached: everything that can be checked without asking it has been. */
export interface StorePlan {
  readonly address: StoreAddress;
  readonly login: StoreLogin;
  readonly tls: TlsPlan;
  /** The effective user of this system; undefined on systems without one. */
  readonly userId: number | undefined;
}

/**
 * Finds out who logs in, and whether there is TLS.
 *
 * @param authorities - those of `--store-ca-file`, in PEM
 * @param warn - is told of a file of logins that is ignored, or that others can read
 * @throws KmsxError `store-tls-weakened`, `store-login-malformed`, `file-unreadable`, `environment-refused`
 */
export async function planStore(
  address: StoreAddress,
  {
    env,
    authorities,
    userId,
    warn,
  }: {
    readonly env: Env;
    readonly authorities: readonly string[] | undefined;
    readonly userId: number | undefined;
    readonly warn: (message: string) => void;
  },
): Promise<StorePlan> {
  const files = loginFiles(env, warn);
  if (address.kind === 'postgresql') {
    const tls = planTls(address, postgresTlsSettings(env), authorities);
    return { address, tls, userId, login: await postgresLogin(address, env, files) };
  }
  const group = await readClientGroup(files);
  const tls = planTls(address, mysqlTlsSettings(group), authorities);
  return { address, tls, userId, login: mysqlLogin(address, env, group, files.systemUser) };
}
