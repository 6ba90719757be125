import type { Database, Row } from '../database.ts';
import { CLOSE_MS, CONNECT_MS, STATEMENT_MS } from '../database.ts';
import type { StorePlan } from '../login/plan.ts';
import { storeError, wantsPassword } from '../failure.ts';
import { withinLimit } from '../within-limit.ts';
import { postgresDialect } from './dialect.ts';
import { postgresError } from './errors.ts';

/**
 * Connects to PostgreSQL.
 *
 * @param signal - ends the connection, whatever it does
 * @throws KmsxError `store-unreachable`, `store-tls-failed`, `store-login-refused`, `store-not-ready`
 */
export async function openPostgres(
  { address, login, tls }: StorePlan,
  signal: AbortSignal,
): Promise<Database> {
  const { default: Client } = await import('pg/lib/client.js');
  const { host, port, database } = address;
  const refusal: { error?: Error } = {};
  const client = new Client({
    host: 'name' in host ? host.name : host.socketFolder,
    port,
    database,
    user: login.user,
    // Asked for when it is to be sent: in whatever way the server wants it.
    password: () => {
      if (refusal.error !== undefined) throw refusal.error;
      if (login.password !== undefined) return login.password;
      throw storeError(
        'store-login-refused',
        address,
        `it wants a password for ${login.user}, and none was found`,
      );
    },
    ssl:
      tls === undefined
        ? false
        : { ca: tls.authorities as string[] | undefined, minVersion: 'TLSv1.2' },
    sslnegotiation: 'postgres',
    application_name: 'kmsx',
    client_encoding: 'UTF8',
    keepAlive: true,
  });
  const inner = client as unknown as Inner;
  // The package reads PGOPTIONS and PGREPLICATION by itself; kmsx reads what its contract names.
  Object.assign(inner.connectionParameters, { options: undefined, replication: undefined });
  inner.connection.on('authenticationCleartextPassword', () => {
    refusal.error = wantsPassword(
      address,
      'in clear, which kmsx sends to no server',
      'have pg_hba.conf say scram-sha-256 for it',
    );
  });
  // Over a socket, its place proves the server; a digest by MD5 can be passed on, and passwords tried against it.
  if (tls === undefined && 'name' in host) {
    inner.connection.on('authenticationMD5Password', () => {
      refusal.error = wantsPassword(
        address,
        'in a digest by MD5, and without TLS nothing proves which server that is',
        'have the password set once more with password_encryption = scram-sha-256, or give --store-ca-file PEM for TLS',
      );
    });
  }
  client.on('error', () => undefined); // a connection that is lost between statements: the next one tells
  const destroy = (): void => void inner.connection.stream.destroy();
  try {
    await withinLimit(client.connect(), CONNECT_MS, signal);
  } catch (error) {
    destroy();
    throw signal.aborted ? error : postgresError(error, address);
  }
  const query = async (text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    let number = 0;
    const numbered = text.replaceAll('?', () => `$${(number += 1)}`);
    try {
      const { rows } = await withinLimit(
        client.query<Row>(numbered, [...values]),
        STATEMENT_MS,
        signal,
      );
      return rows;
    } catch (error) {
      throw signal.aborted ? error : postgresError(error, address);
    }
  };
  return {
    dialect: postgresDialect(address.schema),
    version: async () => {
      const [row] = await query("SELECT current_setting('server_version') AS version");
      return `PostgreSQL ${String(row?.['version'])}`;
    },
    query,
    close: async () => {
      try {
        await withinLimit(client.end(), CLOSE_MS);
      } catch {
        destroy();
      }
    },
  };
}

/** What of the client its types do not say. */
interface Inner {
  readonly connectionParameters: object;
  readonly connection: {
    readonly stream: { destroy(): unknown };
    on(
      event: 'authenticationCleartextPassword' | 'authenticationMD5Password',
      listener: () => void,
    ): unknown;
  };
}
