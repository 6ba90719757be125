import type { AuthPlugin, authPlugins } from 'mysql2';
import type { Database, Row } from '../database.ts';
import { CLOSE_MS, CONNECT_MS, STATEMENT_MS } from '../database.ts';
import { wantsPassword } from '../failure.ts';
import type { StorePlan } from '../login/plan.ts';
import { socketPath } from '../login/socket.ts';
import type { StoreAddress } from '../login/url.ts';
import { withinLimit } from '../within-limit.ts';
import { mysqlError } from './errors.ts';
import { mysqlDialect } from './dialect.ts';

/**
 * Connects to MySQL or MariaDB. No file of this machine is ever sent (LOCAL INFILE), no password but over TLS or a socket
 * of the server's own, and a text has one statement.
 *
 * @param signal - ends the connection, whatever it does
 * @throws KmsxError `store-unreachable`, `store-tls-failed`, `store-login-refused`, `store-not-ready`
 */
export async function openMysql(
  { address, login, tls }: StorePlan,
  signal: AbortSignal,
): Promise<Database> {
  const { default: mysql } = await import('mysql2');
  const { host, port, database } = address;
  const connection = mysql.createConnection({
    ...('name' in host
      ? { host: host.name, port }
      : { socketPath: socketPath(address, host.socketFolder) }),
    database,
    user: login.user,
    ...(login.password !== undefined && { password: login.password }),
    ...(tls !== undefined && {
      ssl: {
        ...(tls.authorities !== undefined && { ca: [...tls.authorities] }),
        rejectUnauthorized: true,
        verifyIdentity: true,
        minVersion: 'TLSv1.2',
      },
    }),
    flags: ['-LOCAL_FILES'],
    ...(tls === undefined &&
      'name' in host && { authPlugins: withoutKeyOfServer(address, mysql.authPlugins) }),
    multipleStatements: false,
    enableCleartextPlugin: false,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    disableEval: true,
    connectTimeout: 0, // a limit of kmsx's own is
  });
  connection.on('error', () => undefined); // a connection that is lost between statements: the next one tells
  const run = async (text: string, values?: readonly unknown[]): Promise<Row[]> => {
    const answer = new Promise<Row[]>((resolve, reject) => {
      const done = (error: unknown, rows: unknown): void => {
        if (error instanceof Error) reject(error);
        else resolve(Array.isArray(rows) ? (rows as Row[]) : []);
      };
      // A statement with values is prepared by the server: they never become part of its text.
      if (values === undefined) connection.query(text, done);
      else connection.execute(text, [...values] as string[], done);
    });
    try {
      return await withinLimit(answer, STATEMENT_MS, signal);
    } catch (error) {
      throw signal.aborted ? error : mysqlError(error, address);
    }
  };
  try {
    const connected = new Promise<void>((resolve, reject) => {
      connection.connect((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    await withinLimit(connected, CONNECT_MS, signal);
    await run(
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
    );
  } catch (error) {
    connection.destroy();
    throw signal.aborted ? error : mysqlError(error, address);
  }
  return {
    dialect: mysqlDialect,
    version: async () => {
      const [row] = await run('SELECT VERSION() AS version');
      const version = String(row?.['version']);
      return /mariadb/i.test(version) ? `MariaDB ${version}` : `MySQL ${version}`;
    },
    query: (text, values = []) => run(text, values.length === 0 ? undefined : values),
    close: async () => {
      try {
        const ended = new Promise<void>((resolve) => {
          connection.end(() => {
            resolve();
          });
        });
        await withinLimit(ended, CLOSE_MS);
      } catch {
        // what did not end is destroyed all the same
      } finally {
        connection.destroy();
      }
    },
  };
}

/**
 * The ways to log in that would encrypt the password under a key which the server sends: without TLS that is the key of
 * whoever answers. What proves a password without sending it stays. (MySQL's clients do so too, without
 * `--get-server-public-key`.)
 */
function withoutKeyOfServer(
  address: StoreAddress,
  plugins: typeof authPlugins,
): Record<string, AuthPlugin> {
  const onServerPublicKey = (): never => {
    throw wantsPassword(
      address,
      'encrypted under a key that it sends, and without TLS nothing proves whose that is',
      'on this machine, log in over its socket, as in mysql://USER@/DATABASE?host=/run/mysqld; or give --store-ca-file PEM for TLS, and localhost or another name that its certificate has as the host',
    );
  };
  return {
    caching_sha2_password: plugins.caching_sha2_password({ onServerPublicKey }),
    sha256_password: plugins.sha256_password({ onServerPublicKey }),
  };
}
