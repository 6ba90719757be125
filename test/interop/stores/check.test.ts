/* What `kmsx store check` finds in real PostgreSQL and real MariaDB, and what keeps a backup out of a store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/stores/database.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { MariaDb } from '../../support/stores/mariadb.ts';
import { Postgres } from '../../support/stores/postgres.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const EXPORT = [
  'export-key',
  '--gateway',
  'local',
  '--key-id',
  'alias/rehearsal',
  '--pubkey',
  PUBKEY,
];

type Found = readonly (readonly [Finding['Code'], Finding['Severity']])[];

const WITHOUT_WORKER: Found = [['rights-missing', 'warning']];

async function findings(url: string): Promise<{ readonly code: number | null; found: Found }> {
  const { code, stdout } = await kmsx(['store', 'check', '--store', url], { cwd: folder() });
  const { Findings } = JSON.parse(stdout) as { readonly Findings: readonly Finding[] };
  return { code, found: Findings.map(({ Code, Severity }) => [Code, Severity]) };
}

/** Whether a backup would be kept there. */
async function exportCode(url: string): Promise<number | null> {
  const { code } = await kmsx([...EXPORT, '--backup', 'store:p', '--store', url, '--dry-run'], {
    cwd: folder(),
  });
  return code;
}

describe('PostgreSQL', () => {
  let server: Postgres;

  beforeEach(async () => {
    server = await Postgres.create();
    await kmsxOk(['store', 'init', '--store', server.url('postgres')], { cwd: folder() });
    server.sql('CREATE ROLE backups LOGIN; GRANT kmsx_writer, kmsx_worker TO backups;');
  });

  afterEach(async () => {
    await server.remove();
  });

  it('is told by its settings', async () => {
    const url = server.url('backups');
    const SETTINGS: readonly (readonly [Record<string, string>, number, number, Found])[] = [
      [{}, 0, 0, []],
      [{ fsync: 'off' }, 7, 7, [['not-durable', 'error']]],
      [{ full_page_writes: 'off' }, 7, 7, [['not-durable', 'error']]],
      [{ synchronous_commit: 'off' }, 0, 0, [['not-durable', 'warning']]],
      [{ default_transaction_read_only: 'on' }, 7, 7, [['read-only', 'error']]],
    ];
    for (const [settings, checked, exported, found] of SETTINGS) {
      await server.stop();
      await server.start(settings);
      expect(await findings(url), JSON.stringify(settings)).toEqual({ code: checked, found });
      expect(await exportCode(url), JSON.stringify(settings)).toBe(exported);
    }
  });

  it('is told by the rights of the login', async () => {
    const url = server.url('backups');
    const RIGHTS: readonly (readonly [string, number, Found])[] = [
      ['GRANT UPDATE ON kmsx_backup TO backups', 0, [['too-many-rights', 'error']]],
      ['GRANT DELETE ON kmsx_backup TO kmsx_writer', 0, [['too-many-rights', 'error']]],
      ['GRANT TRUNCATE ON kmsx_backup TO backups', 0, [['too-many-rights', 'error']]],
      ['REVOKE INSERT ON kmsx_backup FROM kmsx_writer', 3, [['rights-missing', 'error']]],
      ['REVOKE SELECT ON kmsx_backup FROM kmsx_writer', 3, [['rights-missing', 'error']]],
      ['ALTER TABLE kmsx_backup DROP COLUMN Region', 7, [['tables-missing', 'error']]],
      ['DROP TABLE kmsx_backup', 7, [['tables-missing', 'error']]],
    ];
    for (const [statement, exported, found] of RIGHTS) {
      server.sql(statement);
      expect(await findings(url), statement).toEqual({ code: 7, found });
      expect(await exportCode(url), statement).toBe(exported);
      server.sql('DROP TABLE IF EXISTS kmsx_backup');
      await kmsxOk(['store', 'init', '--store', server.url('postgres')], { cwd: folder() });
    }
    const { found } = await findings(server.url('postgres'));
    expect(found).toContainEqual(['too-many-rights', 'error']);
  });

  it('is sound for a login that can keep backups alone, and says so', async () => {
    server.sql('REVOKE kmsx_worker FROM backups');
    expect(await findings(server.url('backups'))).toEqual({ code: 0, found: WITHOUT_WORKER });
  });

  it('has a store in a schema of its own', async () => {
    server.sql('CREATE SCHEMA vault');
    const url = `${server.url('backups')}&schema=vault`;
    await kmsxOk(['store', 'init', '--store', `${server.url('postgres')}&schema=vault`], {
      cwd: folder(),
    });
    expect(await findings(url)).toEqual({ code: 0, found: [] });
    await kmsxOk([...EXPORT, '--backup', 'store:p', '--store', url, '--out', 'e.json'], {
      cwd: folder(),
    });
    expect(server.sql('SELECT Name FROM vault.kmsx_backup').trim()).toBe('p');
    expect(server.sql('SELECT count(*) FROM public.kmsx_backup').trim()).toBe('0');
  });

  it('commits durably where it would not by itself', async () => {
    await server.stop();
    await server.start({ synchronous_commit: 'off' });
    server.sql(`CREATE TABLE seen (setting text); GRANT INSERT ON seen TO backups;
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO seen SELECT current_setting('synchronous_commit'); RETURN NEW; END $$;
CREATE TRIGGER see BEFORE INSERT ON kmsx_backup FOR EACH ROW EXECUTE FUNCTION see();`);
    await kmsxOk(
      [...EXPORT, '--backup', 'store:p', '--store', server.url('backups'), '--out', 'e.json'],
      { cwd: folder(), env: { PGOPTIONS: '-c synchronous_commit=off' } },
    );
    expect(server.sql('SELECT setting FROM seen').trim()).toBe('on');
  });
});

describe('MariaDB', () => {
  let server: MariaDb;

  beforeEach(async () => {
    server = await MariaDb.create();
    await init();
    makeLogin();
  });

  afterEach(async () => {
    await server.remove();
  });

  const init = (): Promise<string> =>
    kmsxOk(['store', 'init', '--store', server.url('root')], { cwd: folder() });
  const makeLogin = (): void => {
    server.sql(`CREATE ROLE kmsx_both; GRANT kmsx_writer TO kmsx_both; GRANT kmsx_worker TO kmsx_both;
CREATE USER backups; GRANT kmsx_both TO backups; SET DEFAULT ROLE kmsx_both FOR backups;`);
  };

  it('is told by its settings', async () => {
    const url = server.url('backups');
    const SETTINGS: readonly (readonly [string, number, number, Found])[] = [
      ['innodb_flush_log_at_trx_commit = 2', 7, 7, [['not-durable', 'error']]],
      ['innodb_flush_log_at_trx_commit = 0', 7, 7, [['not-durable', 'error']]],
      ['innodb_flush_log_at_trx_commit = 1', 0, 0, []],
      ['read_only = ON', 7, 7, [['read-only', 'error']]],
      ['read_only = OFF', 0, 0, []],
    ];
    for (const [setting, checked, exported, found] of SETTINGS) {
      server.sql(`SET GLOBAL ${setting}`);
      expect(await findings(url), setting).toEqual({ code: checked, found });
      expect(await exportCode(url), setting).toBe(exported);
    }
  });

  it('is told to be a replica that can be written, also by a login that may not ask', async () => {
    server.sql("CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=1, MASTER_USER='x'");
    expect(await findings(server.url('backups'))).toEqual({ code: 0, found: [] });
    expect((await findings(server.url('root'))).found[0]).toEqual(['read-only', 'warning']);
    server.sql('START SLAVE');
    for (const user of ['backups', 'root']) {
      expect((await findings(server.url(user))).found[0]).toEqual(['read-only', 'error']);
      expect(await exportCode(server.url(user))).toBe(7);
    }
    server.sql('STOP SLAVE; RESET SLAVE ALL');
    expect(await exportCode(server.url('backups'))).toBe(0);
  });

  it('is sound for a login that can keep backups alone, and says so', async () => {
    server.sql('REVOKE kmsx_worker FROM kmsx_both');
    expect(await findings(server.url('backups'))).toEqual({ code: 0, found: WITHOUT_WORKER });
  });

  it('has no right for a login whose role is not its default, and is told to be', async () => {
    server.sql('SET DEFAULT ROLE NONE FOR backups');
    const refused = await kmsx(['store', 'check', '--store', server.url('backups')], {
      cwd: folder(),
    });
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain('(error 1044)');
    expect(refused.stderr).toContain('SET DEFAULT ROLE');
    expect(refused.stderr).toContain('kmsx_worker');
  });

  it('is told by the rights of the login, and by its table', async () => {
    const url = server.url('backups');
    const STATEMENTS: readonly (readonly [string, number, Found])[] = [
      ['GRANT UPDATE ON kmsx_backup TO backups', 0, [['too-many-rights', 'error']]],
      ['GRANT DELETE ON `keys`.* TO kmsx_writer', 0, [['too-many-rights', 'error']]],
      ['GRANT DROP ON `keys`.* TO backups', 0, [['too-many-rights', 'error']]],
      ['GRANT ALTER ON *.* TO backups', 0, [['too-many-rights', 'error']]],
      ['REVOKE INSERT ON kmsx_backup FROM kmsx_writer', 3, [['rights-missing', 'error']]],
      ['ALTER TABLE kmsx_backup ENGINE=MyISAM', 7, [['not-durable', 'error']]],
      [
        'ALTER TABLE kmsx_backup MODIFY Name VARCHAR(128) COLLATE utf8mb4_general_ci',
        7,
        [['table-malformed', 'error']],
      ],
      ['ALTER TABLE kmsx_backup DROP COLUMN Region', 7, [['tables-missing', 'error']]],
      ['DROP TABLE kmsx_backup', 7, [['tables-missing', 'error']]],
    ];
    for (const [statement, exported, found] of STATEMENTS) {
      server.sql(statement);
      expect(await findings(url), statement).toEqual({ code: 7, found });
      expect(await exportCode(url), statement).toBe(exported);
      server.sql(
        'DROP TABLE IF EXISTS kmsx_backup; DROP ROLE kmsx_writer, kmsx_both; DROP USER backups;',
      );
      await init();
      makeLogin();
    }
    const { found } = await findings(server.url('root'));
    expect(found).toContainEqual(['too-many-rights', 'error']);
  });
});
