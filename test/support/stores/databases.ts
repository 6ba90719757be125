import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { WORKER, WRITER } from '../../../src/stores/tables.ts';
import { MariaDb } from './mariadb.ts';
import { Postgres } from './postgres.ts';

/** The password of every login that tests make. */
export const PASSWORD = 'pass:w\\ord#1';

const ROLES = [WRITER, WORKER];

/** A real database server, by what tests of both kinds need of it. */
export interface TestDatabase {
  readonly kind: 'postgresql' | 'mysql';
  readonly server: Pick<Postgres | MariaDb, 'port' | 'kill' | 'remove'>;
  /** The environment of a login by password. */
  readonly env: Readonly<Record<string, string>>;
  /** A URL for the server's socket, as who owns the database. */
  readonly owner: string;
  /** A URL for a port on loopback, as `backups`. */
  url(port?: number, host?: string): string;
  /** Makes the login `backups`, with the role of `kmsx store init`. */
  makeLogin(): void;
  /** Takes away what there is of the store. */
  clear(): void;
  /** Runs SQL as who owns the database; gives what it prints, one line a row. */
  readonly sql: (text: string) => string;
  start(): Promise<void>;
  /** Ends the sessions of `backups`, and nothing else. */
  cut(): void;
  /** How many sessions wait for another transaction. */
  waiting(): number;
  /**
   * Lets the tables that are made from now on lie where there is little room.
   *
   * @param folder - an empty one on a small file system, for servers that can be given one
   * @returns takes that back; what is in the tables stays
   */
  limitRoom(folder: string): Promise<() => Promise<void>>;
  /** A server that takes no rows, with what this one has. */
  replica(): Promise<{ readonly url: string; remove(): Promise<void> }>;
}

export async function postgresDatabase(): Promise<TestDatabase> {
  const server = await Postgres.create();
  return {
    kind: 'postgresql',
    server,
    env: { PGPASSWORD: PASSWORD },
    owner: server.url('postgres'),
    url: (port = server.port, host = '127.0.0.1') =>
      `postgresql://backups@${host}:${port}/postgres`,
    makeLogin: () => {
      server.sql(
        `CREATE ROLE backups LOGIN PASSWORD '${PASSWORD}'; GRANT kmsx_writer, kmsx_worker TO backups;`,
      );
    },
    clear: () => {
      server.sql(`SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
DROP ROLE IF EXISTS backups; DROP ROLE IF EXISTS ${ROLES.join(', ')};
ALTER DATABASE postgres RESET default_tablespace; DROP TABLESPACE IF EXISTS small;`);
    },
    sql: (text) => server.sql(text),
    start: () => server.start(),
    cut: () => {
      server.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'backups'",
      );
    },
    waiting: () =>
      Number(server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")),
    limitRoom: (folder) => {
      chmodSync(dirname(folder), 0o755);
      server.own(folder);
      server.sql(`CREATE TABLESPACE small LOCATION '${folder}'`);
      server.sql('ALTER DATABASE postgres SET default_tablespace = small');
      return Promise.resolve(() => Promise.resolve());
    },
    replica: async () => {
      const standby = await server.standby();
      return {
        url: standby.url('backups'),
        remove: () => standby.remove(),
      };
    },
  };
}

export async function mariaDatabase(): Promise<TestDatabase> {
  const server = await MariaDb.create();
  return {
    kind: 'mysql',
    server,
    env: { MYSQL_PWD: PASSWORD },
    owner: server.url('root'),
    url: (port = server.port, host = '127.0.0.1') => `mysql://backups@${host}:${port}/keys`,
    makeLogin: () => {
      // A role for both: MariaDB has one at a time.
      server.sql(`CREATE USER backups IDENTIFIED BY '${PASSWORD.replace('\\', '\\\\')}';
CREATE ROLE backup_worker; GRANT kmsx_writer TO backup_worker; GRANT kmsx_worker TO backup_worker;
GRANT backup_worker TO backups; SET DEFAULT ROLE backup_worker FOR backups;`);
    },
    clear: () => {
      server.sql(
        `DROP DATABASE IF EXISTS \`keys\`; CREATE DATABASE \`keys\`; DROP USER IF EXISTS backups; DROP ROLE IF EXISTS backup_worker, ${ROLES.join(', ')};`,
        '',
      );
    },
    sql: (text) => server.sql(text),
    start: () => server.start(),
    cut: () => {
      server.sql('KILL CONNECTION USER backups');
    },
    waiting: () =>
      Number(
        server.sql(
          "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'",
        ),
      ),
    // InnoDB ends its server where a file system is full under a file that it has; a tablespace that may not grow is full.
    limitRoom: async () => {
      await server.kill();
      await server.start('--innodb-file-per-table=0', '--innodb-data-file-path=ibdata1:12M');
      return async () => {
        await server.kill();
        await server.start();
      };
    },
    replica: async () => {
      await server.kill();
      await server.start('--read-only=1');
      return {
        url: server.url('backups'),
        remove: async () => {
          await server.kill();
          await server.start();
        },
      };
    },
  };
}
