/* What can go wrong between KMS and a database, in real PostgreSQL and in real MariaDB: no export without a backup. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { COLUMNS } from '../../../src/stores/record.ts';
import type { RunResult } from '../../support/run-result.ts';
import { finish, kmsx, kmsxOk, shell, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { useMounts } from '../../support/mounts.ts';
import type { CuttingProxy, Verdict } from '../../support/stores/cutting-proxy.ts';
import { startCuttingProxy } from '../../support/stores/cutting-proxy.ts';
import { mariaDatabase, PASSWORD, postgresDatabase } from '../../support/stores/databases.ts';
import { openTestStore } from '../../support/stores/open-store.ts';
import { storeAndKms } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const mounts = useMounts();
const localKms = useLocalKms();

const isInsertion = (sent: string): boolean =>
  /INSERT INTO kmsx_backup \([^)]*\) VALUES/.test(sent);
const isCommit = (sent: string): boolean => sent.includes('COMMIT');

describe.each([
  ['PostgreSQL', postgresDatabase],
  ['MariaDB', mariaDatabase],
])('a store in %s', (_, create) => {
  const database = useDatabase(create);
  let env: Record<string, string>;
  let endpoint: readonly string[];
  let proxy: CuttingProxy | undefined;

  beforeEach(async () => {
    ({ env, endpoint } = await storeAndKms(database(), localKms, folder()));
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  async function init(): Promise<void> {
    await kmsxOk(['store', 'init', '--store', database().owner], { cwd: folder() });
    database().makeLogin();
  }

  /** Leads commands to the database through a proxy that judges what they send. */
  async function through(judge: (sent: string) => Verdict | Promise<Verdict>): Promise<void> {
    proxy = await startCuttingProxy(database().server.port, judge);
    env['KMSX_STORE'] = database().url(proxy.port);
  }

  const exportArgs = (): string[] => [
    ...['export-key', ...endpoint, '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY],
    ...['--backup', 'b.json', '--backup', 'store:p', '--out', 'e.json'],
  ];
  const run = (...args: readonly string[]): Promise<RunResult> =>
    kmsx(args, { cwd: folder(), env });
  const runExport = (...more: readonly string[]): Promise<RunResult> =>
    run(...exportArgs(), ...more);
  const rows = (): string => database().sql('SELECT count(*) FROM kmsx_backup').trim();
  const stored = (): string => database().sql("SELECT Document FROM kmsx_backup WHERE Name = 'p'");
  const file = (): string => readFileSync(join(folder(), 'b.json'), 'utf8');

  /** No export, the backup in its file, and the command that goes on from there. */
  function expectFileAlone(result: RunResult, code: number, ...words: readonly string[]): void {
    expect(result, result.stderr).toMatchObject({ code, stdout: '' });
    for (const word of words) expect(result.stderr).toContain(word);
    expect(result.stderr).toContain('the backup b.json stands');
    expect(result.stderr).toContain(
      'kmsx: hint: go on from the backup: kmsx reexport-key --in b.json',
    );
    expect(existsSync(join(folder(), 'e.json'))).toBe(false);
    expect(JSON.parse(file())).toMatchObject({ Format: 'kmsx-backup/1' });
  }

  /** Nothing was asked of KMS, and nothing was written. */
  function expectNothing(result: RunResult, code: number, ...words: readonly string[]): void {
    expect(result, result.stderr).toMatchObject({ code, stdout: '' });
    for (const word of words) expect(result.stderr).toContain(word);
    expect(existsSync(join(folder(), 'b.json'))).toBe(false);
    expect(existsSync(join(folder(), 'e.json'))).toBe(false);
  }

  it('that is down is exit 5 before KMS is asked', async () => {
    await database().server.kill();
    try {
      expectNothing(await runExport(), 5, 'the store at 127.0.0.1:', 'ECONNREFUSED');
    } finally {
      await database().start();
    }
  });

  it('that is killed when the backup comes is exit 5', async () => {
    let isKilled = false;
    await through(async (sent) => {
      if (isKilled || !isInsertion(sent)) return 'pass';
      isKilled = true;
      await database().server.kill();
      return 'cut';
    });
    let result: RunResult;
    try {
      result = await runExport();
    } finally {
      await database().start();
    }
    expectFileAlone(result, 5, 'whether it was kept could not be read');
    expect(result.stderr).toContain(
      'when the store answers again, --in store:p reads it if it was kept',
    );
    expect(rows()).toBe('0');
  });

  it('whose answer to the commit is lost: the backup is found, and counts', async () => {
    let commits = 0;
    await through((sent) => {
      if (!isCommit(sent)) return 'pass';
      commits += 1;
      return 'cut the answer';
    });
    const result = await runExport();
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(commits).toBe(1);
    expect([rows(), stored()]).toEqual(['1', file()]);
  });

  it('whose connection is lost before the commit: the backup is sent again', async () => {
    let commits = 0;
    await through((sent) => (isCommit(sent) && (commits += 1) === 1 ? 'cut' : 'pass'));
    const result = await runExport();
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(commits).toBe(2);
    expect([rows(), stored()]).toEqual(['1', file()]);
  });

  it('that loses each commit: it was not kept', async () => {
    await through((sent) => (isCommit(sent) ? 'cut' : 'pass'));
    expectFileAlone(await runExport(), 5, 'store:p was not kept: the store at 127.0.0.1:');
    expect(rows()).toBe('0');
  });

  it('that is gone after the commit: what became of it is not known, and it is there', async () => {
    await through((sent) => {
      if (!isCommit(sent)) return 'pass';
      // The connection that is made next finds nobody.
      proxy?.refuse();
      return 'cut the answer';
    });
    expectFileAlone(await runExport(), 5, 'whether it was kept could not be read');
    expect([rows(), stored()]).toEqual(['1', file()]);
    env['KMSX_STORE'] = database().url();
    const read = await run('recover-key', ...endpoint, '--in', 'store:p', '--check-value-only');
    expect(read).toMatchObject({ code: 0 });
  });

  it('with another writer of the name: one wins, and the other loses nothing', async () => {
    const other = await openTestStore(database().url(), database().env);
    const { query, dialect } = other.database;
    for (const statement of dialect.begin) await query(statement);
    const values = ['p', 'k', 'v', null, null, null, 'x', '', null, null, false, 'of the other'];
    const places = COLUMNS.map(() => '?').join(', ');
    await query(`INSERT INTO kmsx_backup (${COLUMNS.join(', ')}) VALUES (${places})`, values);
    const child = startKmsx(exportArgs(), { cwd: folder(), env });
    child.stdin.end();
    const finished = finish(child);
    // MariaDB repeats what it said of transactions to who asks again within 0.1 s.
    while (database().waiting() === 0 && child.exitCode === null) await delay(250);
    await query('COMMIT');
    const result = await finished;
    await other.close();
    expectFileAlone(result, 2, 'store:p already exists in the store at');
    expect([rows(), stored()]).toEqual(['1', 'of the other\n']);
  });

  it('on a full disk is exit 7', async () => {
    database().clear();
    const disk = join(folder(), 'disk');
    mounts.memory(disk, '1m');
    const restore = await database().limitRoom(disk);
    await init();
    const { store, close } = await openTestStore(database().url(), database().env);
    const document = {
      Format: 'kmsx-backup/1',
      KeyId: 'k',
      KeyVersionId: 'v',
      CiphertextBlob: 'AAAA',
    } as const;
    const keep = async (name: string, length: number): Promise<void> => {
      // Random text: the server would compress anything else.
      const text = randomText(length);
      await store.keep({ name, document, text, wrappingKeyFingerprints: [] });
    };
    let kept = 0;
    let refusal: unknown;
    for (const length of [100_000, 1000]) {
      refusal = undefined;
      while (refusal === undefined) {
        try {
          await keep(`filler-${kept}`, length);
          kept += 1;
        } catch (error) {
          refusal = error;
        }
      }
    }
    await close();
    expect(refusal).toMatchObject({ code: 'store-full', kind: 'io' });
    expect(rows()).toBe(String(kept));
    const result = await runExport('--context', `long=${'x'.repeat(4000)}`);
    expectFileAlone(result, 7, 'the store at 127.0.0.1:');
    expect(rows()).toBe(String(kept));
    await restore();
    database().clear();
  });

  it('on a replica is exit 7 before KMS is asked, and can be read there', async () => {
    const written = await runExport();
    expect(written, written.stderr).toMatchObject({ code: 0 });
    const replica = await database().replica();
    try {
      env['KMSX_STORE'] = replica.url;
      const result = await run(
        ...['export-key', ...endpoint, '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY],
        ...['--backup', 'store:q', '--out', 'q.json'],
      );
      expect(result, result.stderr).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toContain('replica');
      const checked = await run('store', 'check');
      expect(checked).toMatchObject({ code: 7 });
      expect(JSON.parse(checked.stdout)).toMatchObject({
        Sound: false,
        Findings: [{ Code: 'read-only', Severity: 'error' }],
      });
      const read = await run('recover-key', ...endpoint, '--in', 'store:p', '--check-value-only');
      expect(read, read.stderr).toMatchObject({ code: 0 });
    } finally {
      await replica.remove();
    }
  });

  it('that changes what it is given is exit 6', async () => {
    database().sql(
      database().kind === 'postgresql'
        ? `CREATE OR REPLACE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.Document = 'changed'; RETURN NEW; END $$;
           CREATE TRIGGER change BEFORE INSERT ON kmsx_backup FOR EACH ROW EXECUTE FUNCTION change();`
        : "CREATE TRIGGER chg BEFORE INSERT ON kmsx_backup FOR EACH ROW SET NEW.Document = 'changed';",
    );
    expectFileAlone(await runExport(), 6, 'store:p was committed', 'what is read back differs');
  });

  it('that refuses the login is exit 3, and the password stands nowhere', async () => {
    for (const [name, value] of Object.entries(database().env)) {
      expect(value).toBe(PASSWORD);
      env[name] = 'wrong-canary';
    }
    const result = await runExport('--verbose');
    expectNothing(result, 3, 'the store at 127.0.0.1:');
    expect(result.stderr).not.toContain('canary');
    for (const name of Object.keys(database().env)) env[name] = '';
    expectNothing(await runExport(), 3, 'the store at 127.0.0.1:');
  });

  it('finds the password in the file of its own clients', async () => {
    const escaped = PASSWORD.replaceAll(/[\\:]/g, String.raw`\$&`);
    writeFileSync(join(folder(), '.pgpass'), `127.0.0.1:*:*:backups:${escaped}\n`, { mode: 0o600 });
    const quoted = PASSWORD.replaceAll('\\', '\\\\');
    writeFileSync(join(folder(), '.my.cnf'), `[client]\nuser=backups\npassword="${quoted}"\n`, {
      mode: 0o600,
    });
    for (const name of Object.keys(database().env)) env[name] = '';
    const result = await runExport();
    expect(result, result.stderr).toMatchObject({ code: 0 });
  });

  it('holds the only backup: the command of the hint goes on from it', async () => {
    const server = await localKms({ cwd: folder() }, [
      ...['--state', 'faulty', '--fault', 'throttle:action=ExportDataKey,first=1'],
    ]);
    const { endpoint: faulty } = server;
    env = { ...env, ...server.env };
    const store = ['--store', database().url()];
    delete env['KMSX_STORE'];
    const other = testKeyPath('other-2048.pem');
    const pubkey = 'other.pub.pem';
    execFileSync('openssl', ['pkey', '-in', other, '-pubout', '-out', join(folder(), pubkey)]);
    const result = await run(
      ...['export-key', ...faulty, '--key-id', 'alias/rehearsal', '--max-attempts', '1'],
      ...[
        '--pubkey',
        PUBKEY,
        '--pubkey',
        pubkey,
        '--backup',
        'store:p',
        ...store,
        '--out',
        'e.json',
      ],
    );
    expect(result, result.stderr).toMatchObject({ code: 5, stdout: '' });
    expect(result.stderr).toContain('the backup store:p stands');
    const [, command = 'false'] = /go on from the backup: kmsx (.*)$/m.exec(result.stderr) ?? [];
    expect(command).toContain('--in store:p');
    const typed = await shell(`$KMSX ${command}`, { cwd: folder(), env });
    expect(typed, typed.stderr).toMatchObject({ code: 0 });
    const document = JSON.parse(readFileSync(join(folder(), 'e.json'), 'utf8')) as ExportDocument;
    expect(document.Exports.length).toBe(2);
  });

  it('without its table, or without the rights, says so before KMS is asked', async () => {
    database().sql('DROP TABLE kmsx_backup');
    expectNothing(await runExport(), 7, 'kmsx_backup', 'kmsx store check says what is wrong');
    const checked = await run('store', 'check');
    expect(checked).toMatchObject({ code: 7 });
    expect(checked.stdout).toContain('"tables-missing"');
    expect(checked.stderr).toContain('hint: kmsx store init --store URL');
    await kmsxOk(['store', 'init', '--store', database().owner], { cwd: folder() });
    expect(await run('store', 'check')).toMatchObject({ code: 0 });
    database().sql('REVOKE INSERT ON kmsx_backup FROM kmsx_writer');
    expectNothing(await runExport(), 3, 'kmsx_backup', 'kmsx store init --print');
  });
});

function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}
