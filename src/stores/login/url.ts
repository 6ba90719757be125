import { kmsxError } from '../../base/error.ts';

/** Which kind of database a store is: PostgreSQL, or MySQL and MariaDB. */
export type DatabaseKind = 'postgresql' | 'mysql';

/** Where the database of a store is. Nothing of it is secret. */
export interface StoreAddress {
  readonly kind: DatabaseKind;
  /** A name or an address without brackets, or the socket's folder. */
  readonly host: { readonly name: string } | { readonly socketFolder: string };
  readonly port: number;
  readonly database: string;
  /** Of the URL alone. */
  readonly user: string | undefined;
  /** PostgreSQL's; undefined: the first of the search path. */
  readonly schema: string | undefined;
  /** What the store is called in messages: `db.example:5432/keys`. */
  readonly label: string;
}

const PORTS: Readonly<Record<DatabaseKind, number>> = { postgresql: 5432, mysql: 3306 };

/** The parts of a URL; WHATWG's parser takes no user without a host, which is how sockets are written. */
const URL_FORM =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<user>[^/?#]*)@)?(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]*))(?::(?<port>[0-9]{1,5}))?\/(?<database>[^/?#]+)(?:\?(?<query>[^#]*))?$/i;

/**
 * Reads `postgresql://[USER@]HOST[:PORT]/DATABASE` or `mysql://…`. The parameters are `host`, the folder of a socket, and
 * `schema`. No message shows the URL: what is refused may hold a password.
 *
 * @throws KmsxError `store-url-malformed`, `store-url-password`
 */
export function parseStoreUrl(text: string): StoreAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw malformed('it does not begin with postgresql:// or mysql://');
  if (scheme !== 'postgresql' && scheme !== 'mysql') throw malformed(schemeFlaw(scheme));
  assertNoPassword(text, scheme);
  const parts = URL_FORM.exec(text)?.groups;
  if (parts === undefined)
    throw malformed('it is not HOST[:PORT]/DATABASE, with at most USER@ before');
  const parameters = readParameters(parts['query'] ?? '', scheme);
  const port = parts['port'] === undefined ? PORTS[scheme] : Number(parts['port']);
  if (port < 1 || port > 65_535) throw malformed('its port is not one from 1 to 65535');
  const host = hostOf(parts['v6'] ?? parts['name'] ?? '', parameters.host);
  const database = decoded(parts['database'] ?? '', 'database');
  const user = decoded(parts['user'] ?? '', 'user');
  return {
    kind: scheme,
    host,
    port,
    database,
    user: user === '' ? undefined : user,
    schema: parameters.schema,
    label: `${'name' in host ? hostAndPort(host.name, port) : host.socketFolder}/${database}`,
  };
}

function hostAndPort(name: string, port: number): string {
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function schemeFlaw(scheme: string): string {
  if (scheme === 'postgres') return 'it begins with postgres://: write postgresql://';
  if (scheme === 'mariadb') return 'it begins with mariadb://: write mysql://';
  return 'it does not begin with postgresql:// or mysql://';
}

/** A colon before the last at-sign, and what clients take as parameters of that name. */
function assertNoPassword(text: string, kind: DatabaseKind): void {
  const [place = '', ...query] = text.slice(text.indexOf('://') + 3).split('?');
  const login = place.slice(0, Math.max(place.lastIndexOf('@'), 0));
  const inQuery = /(?:^|[&;?])\s*(?:password|passwd|pwd|pass)[\w%-]*\s*=/i.test(query.join('?'));
  if (!login.includes(':') && !/%3a/i.test(login) && !inQuery) return;
  throw kmsxError(
    'store-url-password',
    'the URL of the store holds a password, which other users of this machine could see',
    { details: { database: kind } },
  );
}

interface Parameters {
  readonly host: string | undefined;
  readonly schema: string | undefined;
}

function readParameters(query: string, kind: DatabaseKind): Parameters {
  const found = new Map<string, string>();
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [name = '', ...rest] = pair.split('=');
    if (name !== 'host' && name !== 'schema') {
      throw malformed('it has another parameter than host and schema');
    }
    if (found.has(name)) throw malformed(`it has ${name} twice`);
    found.set(name, decoded(rest.join('='), name));
  }
  const [host, schema] = [found.get('host'), found.get('schema')];
  if (host !== undefined && !host.startsWith('/')) {
    throw malformed('its host= is not the folder of a socket, from /');
  }
  if (schema === undefined) return { host, schema };
  if (kind === 'mysql') throw malformed('schema= is for PostgreSQL: in MySQL it is the DATABASE');
  if (!/^[a-z_][a-z0-9_]{0,62}$/i.test(schema)) {
    throw malformed('its schema= is not a name of letters, digits and _');
  }
  return { host, schema };
}

function hostOf(name: string, socketFolder: string | undefined): StoreAddress['host'] {
  if (socketFolder === undefined) {
    if (name === '') throw malformed('it has no host');
    return { name: name.toLowerCase() };
  }
  if (name !== '') throw malformed('it has a host, and host= for a socket too');
  return { socketFolder: socketFolder.replace(/(?<=.)\/+$/, '') };
}

function decoded(part: string, what: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    throw malformed(`its ${what} is not percent-encoded as RFC 3986 says`);
  }

  if (/[\u0000-\u001f\u007f]/.test(text)) throw malformed(`its ${what} has a control character`);
  return text;
}

function malformed(flaw: string): Error {
  return kmsxError('store-url-malformed', `the URL of the store cannot be used: ${flaw}`);
}
