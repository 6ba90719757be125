import { envValue } from '../../base/env.ts';
import type { Env } from '../../base/env.ts';
import { kmsxError } from '../../base/error.ts';
import type { StoreAddress } from '../login/url.ts';
import type { LoginFiles, StoreLogin } from '../login/login.ts';
import type { TlsSetting } from '../login/tls.ts';

/** Where PostgreSQL's sockets lie by default: a password file calls them `localhost`. */
const DEFAULT_SOCKET_FOLDERS = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/**
 * The login as libpq finds it: the user of the URL, of `PGUSER`, or that of this system; the password of `PGPASSWORD`,
 * or of the first line that fits in `PGPASSFILE` or `~/.pgpass`. (PostgreSQL's documentation, 34.15 and 34.16)
 *
 * @throws KmsxError `file-unreadable`, `store-login-malformed`
 */
export async function postgresLogin(
  address: StoreAddress,
  env: Env,
  { home, systemUser, readPrivate }: LoginFiles,
): Promise<StoreLogin> {
  const user = address.user ?? envValue(env, 'PGUSER') ?? systemUser();
  const given = envValue(env, 'PGPASSWORD');
  if (given !== undefined) return { user, password: given };
  const passFile = envValue(env, 'PGPASSFILE');
  const path = passFile ?? (home === undefined ? undefined : `${home}/.pgpass`);
  if (path === undefined) return { user, password: undefined };
  const label = passFile ?? '~/.pgpass';
  const text = await readPrivate(path, label, 0o077);
  if (text === undefined) return { user, password: undefined };
  return { user, password: passwordIn(text, { ...address, user }) };
}

/**
 * What the environment says of TLS.
 *
 * @throws KmsxError `environment-refused` for a mode that libpq does not have
 */
export function postgresTlsSettings(env: Env): TlsSetting[] {
  const mode = envValue(env, 'PGSSLMODE');
  if (mode === undefined) return [];
  const name = `PGSSLMODE=${mode}`;
  if (mode === 'verify-full') return [{ name, asks: 'for verified TLS', remedy: '' }];
  const known = ['disable', 'allow', 'prefer', 'require', 'verify-ca'];
  if (!known.includes(mode)) {
    throw kmsxError('environment-refused', 'PGSSLMODE has a value that libpq does not know', {
      details: { name: 'PGSSLMODE' },
    });
  }
  return [{ name, asks: 'for less', remedy: 'unset PGSSLMODE, or set it to verify-full' }];
}

/** The password of the first line that fits; undefined if none does. */
export function passwordIn(
  text: string,
  {
    host,
    port,
    database,
    user,
  }: Pick<StoreAddress, 'host' | 'port' | 'database'> & {
    readonly user: string;
  },
): string | undefined {
  const names = 'name' in host ? [host.name] : socketNames(host.socketFolder);
  const wanted = [names, [String(port)], [database], [user]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    const fits = wanted.every((values, index) => {
      const field = fields[index];
      return field === '*' || (field !== undefined && values.includes(unescaped(field)));
    });
    if (fits && fields[4] !== undefined && fields[4] !== '') return unescaped(fields[4]);
  }
  return undefined;
}

function socketNames(folder: string): string[] {
  return DEFAULT_SOCKET_FOLDERS.includes(folder) ? [folder, 'localhost'] : [folder];
}

/** Four fields that end with a colon, and the rest, as they stand there. */
function fieldsOf(line: string): string[] {
  const fields =
    /^((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):((?:\\.|[^:\\])*):(.*)$/.exec(line);
  return fields?.slice(1) ?? [];
}

/** A backslash takes the next character as it is. */
function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1');
}
