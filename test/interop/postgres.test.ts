/* examples/backup-to-postgres.sh against a real PostgreSQL, and with each step made to fail. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupDocument } from '../../src/documents/backup-document.ts';
import type { RunResult } from '../support/run-result.ts';
import type { Server } from '../support/kmsx.ts';
import { cleanEnv, finish, KMSX, kmsxOk, useLocalKms } from '../support/kmsx.ts';
import { Postgres } from '../support/postgres.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../support/wrapping-keys.ts';

const SCRIPT = fileURLToPath(new URL('../../examples/backup-to-postgres.sh', import.meta.url));
const EXPORT = ['export', 'payments', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
const BACKUP = 'payments.backup.json';

const folder = useTempFolder();
const localKms = useLocalKms();
let postgres: Postgres;

beforeAll(async () => {
  postgres = await Postgres.create();
});

afterAll(async () => {
  await postgres.remove();
});

/** Programs of the test's own, which the script finds before the real ones. */
function program(name: string, script: string): void {
  const path = join(folder(), 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const REAL_KMSX = `'${process.execPath}' '${KMSX}' "$@"`;

beforeEach(() => {
  mkdirSync(join(folder(), 'bin'));
  program('kmsx', `exec ${REAL_KMSX}`);
  postgres.sql('DROP TABLE IF EXISTS kmsx_backup;');
});

interface Kms extends Server {
  /** How many data keys were made. */
  made(): number;
}

async function startKms(): Promise<Kms> {
  const server = await localKms({ cwd: folder() });
  const log: string[] = [];
  server.onLog((text) => log.push(text));
  return { ...server, made: () => log.join('').match(/GenerateAndExportDataKey/g)?.length ?? 0 };
}

function environment({ env, announcement }: Server): NodeJS.ProcessEnv {
  const own = cleanEnv(folder(), { ...env, ...postgres.env, KMSX_ENDPOINT: announcement.Endpoint });
  return { ...own, PATH: `${join(folder(), 'bin')}:${process.env['PATH'] ?? ''}` };
}

async function script(server: Server, ...args: string[]): Promise<RunResult> {
  const child = spawn('sh', [SCRIPT, ...args], { cwd: folder(), env: environment(server) });
  child.stdin.end();
  return await finish(child);
}

async function succeed(server: Server, ...args: string[]): Promise<string> {
  const result = await script(server, ...args);
  expect(result.code, result.stderr).toBe(0);
  return result.stdout;
}

const files = (): string[] =>
  readdirSync(folder()).filter((name) => name.endsWith('.json') || name.endsWith('.tmp'));
const rows = (): string => postgres.sql('SELECT count(*) FROM kmsx_backup;').trim();

/** Whoever has the private key gets the same check values from an export. */
const checkValues = (stdin: string): Promise<string> =>
  kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--check-value-only'], { cwd: folder(), stdin });

/** No export, the backup in its file, and a way to go on: with that file, and then with the row. */
async function expectToGoOn(server: Server, result: RunResult): Promise<void> {
  expect(result.stdout).toBe('');
  expect(result.stderr).toContain(`no export was written; the backup ./${BACKUP} is kept\n`);
  await expectInsertLater(server);
}

async function expectInsertLater(server: Server): Promise<void> {
  expect(files()).toEqual([BACKUP]);
  await succeed(server, 'insert', 'payments', BACKUP);
  const shown = await succeed(server, 'show', 'payments');
  expect(shown).toBe(readFileSync(join(folder(), BACKUP), 'utf8'));
  const args = ['reexport-key', '--in', '-', '--pubkey', PUBKEY, ...server.endpoint];
  const again = await kmsxOk(args, { cwd: folder(), env: server.env, stdin: shown });
  expect(await checkValues(again)).toContain('AES-CMAC-LABEL');
}

describe('backup-to-postgres.sh', () => {
  it('is clean', () => {
    execFileSync('shellcheck', ['--shell', 'sh', SCRIPT]);
    expect(readFileSync(SCRIPT, 'utf8')).toMatch(/^set -eu$/m);
  });

  it('keeps the backup as a row, shows the export, and goes on from the row', async () => {
    const server = await startKms();
    program('psql', `printf '%s\\n' "$@" >> argv; exec /usr/bin/psql "$@"`);
    await succeed(server, 'create-table');
    const context = 'quotes=\'"\\, \\t, \\. and 密🔑';
    const stdout = await succeed(server, ...EXPORT, '--bind', '--context', context);
    const document = JSON.parse(stdout) as BackupDocument;
    expect(files()).toEqual([]);

    const shown = await succeed(server, 'show', 'payments');
    const backup = JSON.parse(shown) as BackupDocument;
    expect(backup.Format).toBe('kmsx-backup/1');
    const { CiphertextBlob, EncryptionContext, DataKeyId } = document;
    expect(backup).toMatchObject({ CiphertextBlob, EncryptionContext, DataKeyId });
    expect(EncryptionContext).toMatchObject({ quotes: context.slice('quotes='.length) });
    const args = ['reexport-key', '--in', '-', '--pubkey', PUBKEY, ...server.endpoint];
    const again = await kmsxOk(args, { cwd: folder(), env: server.env, stdin: shown });
    expect(await checkValues(again)).toBe(await checkValues(stdout));

    const argv = readFileSync(join(folder(), 'argv'), 'utf8');
    expect(argv).toContain('ON_ERROR_STOP=1');
    expect(argv).not.toContain(CiphertextBlob);
  });

  it('asks by a dry run, and leaves no row', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    const printed = await succeed(server, ...EXPORT, '--dry-run');
    expect(JSON.parse(printed)).toMatchObject({ WouldSucceed: true });
    expect([files(), rows()]).toEqual([[], '0']);
  });

  it('asks by a dry run with --force too, and leaves a standing backup alone', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    writeFileSync(join(folder(), BACKUP), '{"Format":"kmsx-backup/1"}\n');
    const printed = await succeed(server, ...EXPORT, '--dry-run', '--force');
    expect(JSON.parse(printed)).toMatchObject({ DryRun: true, WouldSucceed: true });
    expect([files(), rows()]).toEqual([[BACKUP], '0']);
    expect(readFileSync(join(folder(), BACKUP), 'utf8')).toBe('{"Format":"kmsx-backup/1"}\n');
  });

  it('takes a context file, with or without a byte order mark, and line breaks in it', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    for (const [name, mark] of Object.entries({ plain: '', marked: '\ufeff' })) {
      writeFileSync(join(folder(), 'context'), `${mark}{\n\t"quote":\r\n "'\\n\\\\. 密"}\n`);
      const options = [...EXPORT.slice(2), '--context-file', 'context'];
      const stdout = await succeed(server, 'export', name, ...options);
      expect(JSON.parse(stdout)).toMatchObject({ EncryptionContext: { quote: "'\n\\. 密" } });
    }
    expect(rows()).toBe('2');
  });

  it.each([
    [[]],
    [['export']],
    [['export', 'payments']],
    [['export', "a'; DROP TABLE kmsx_backup; --", '--dry-run']],
    [['export', '', '--dry-run']],
    [['show']],
    [['show', "x' OR 'a'='a"]],
    [['restore', 'payments']],
  ])('refuses what it does not know: %j', async (args) => {
    const result = await script(await startKms(), ...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^backup-to-postgres: error: .*\nbackup-to-postgres: hint: /);
  });
});

describe('no data key is made', () => {
  it.each([
    ['NUL', '{"a":"b\\u0000c"}'],
    ['half of a surrogate pair', '{"a":"b\\ud800c"}'],
    ['no JSON', '{"a":"b"'],
  ])('where the table does not take the encryption context: %s', async (_, context) => {
    const server = await startKms();
    await succeed(server, 'create-table');
    writeFileSync(join(folder(), 'context'), context);
    for (const options of [['--context-file', 'context'], ['--context-file=context']]) {
      const result = await script(server, ...EXPORT, ...options);
      expect(result).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toContain('does not accept the encryption context of context; no data');
    }
    expect([files(), rows(), server.made()]).toEqual([[], '0', 0]);
  });

  it.each([
    ['a context file that can be read once', {}, ['--context-file', '-']],
    ['a bare blob', {}, ['--backup-format', 'blob']],
    ['a bare blob, said otherwise', {}, ['--backup-format=blob']],
    ['a secret of KMS for a folder', { KMSX_BACKUP_DIR: 'secret:foo' }, []],
  ])('for %s', async (_, more, options) => {
    const server = await startKms();
    await succeed(server, 'create-table');
    const env = { ...server.env, ...more };
    const result = await script({ ...server, env }, ...EXPORT, ...options);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^backup-to-postgres: error: .*\nbackup-to-postgres: hint: /);
    expect([files(), rows(), server.made()]).toEqual([[], '0', 0]);
  });

  const refused = async (server: Kms): Promise<void> => {
    const result = await script(server, ...EXPORT);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain(
      'does not accept a backup named payments; no data key was generated\n',
    );
    expect(server.made()).toBe(0);
    expect(files()).toEqual([]);
  };

  it('where the table is gone', async () => {
    await refused(await startKms());
  });

  it('where the name is taken, and the row stays as it is', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    postgres.sql(`INSERT INTO kmsx_backup VALUES ('payments', '{"Format":"kmsx-backup/1"}');`);
    await refused(server);
    expect(await succeed(server, 'show', 'payments')).toBe('{"Format":"kmsx-backup/1"}\n');
  });

  it('where the server is stopped', async () => {
    const server = await startKms();
    await postgres.stop();
    try {
      await refused(server);
    } finally {
      await postgres.start();
    }
  });

  it("where this user may not write, and kmsx's own exit code is kept where kmsx refuses", async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    postgres.sql('ALTER DATABASE postgres SET default_transaction_read_only = on;');
    try {
      await refused(server);
    } finally {
      postgres.sql(
        'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only;',
      );
    }
    const unknown = ['export', 'payments', '--key-id', 'alias/nobody', '--pubkey', PUBKEY];
    const result = await script(server, ...unknown);
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toContain('KMS does not know this alias here');
    expect([files(), rows()]).toEqual([[], '0']);
  });
});

describe('no export goes out without a committed backup', () => {
  it('where kmsx says that all is well and there is no backup', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    program('kmsx', `${REAL_KMSX} || exit; rm -f ./${BACKUP}`);
    const result = await script(server, ...EXPORT);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain(`kmsx wrote no backup ./${BACKUP}; no export was written\n`);
    expect(rows()).toBe('0');
  });

  it('where the server stops after the data key was made', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    const { pid } = postgres;
    const stop = `kill -INT ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done`;
    program('kmsx', `${REAL_KMSX} || exit; ${stop}`);
    let result: RunResult;
    try {
      result = await script(server, ...EXPORT);
    } finally {
      await postgres.stop();
      await postgres.start();
    }
    expect(result.code).toBe(7);
    expect(rows()).toBe('0');
    await expectToGoOn(server, result);
  });

  it('where the table goes after the data key was made', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    program('kmsx', `${REAL_KMSX} || exit; echo 'DROP TABLE kmsx_backup' | psql -q`);
    const result = await script(server, ...EXPORT);
    expect(result.code).toBe(7);
    await succeed(server, 'create-table');
    await expectToGoOn(server, result);
  });

  it('where it is the COMMIT that fails, and not the row', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    postgres.sql(`
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused at the end'; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON kmsx_backup
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();`);
    const result = await script(server, ...EXPORT);
    expect(result.code).toBe(7);
    expect(result.stderr).toContain('refused at the end');
    expect(rows()).toBe('0');
    postgres.sql('DROP TRIGGER late ON kmsx_backup;');
    await expectToGoOn(server, result);
  });

  it('where the database keeps something else: exit 6', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    postgres.sql(`
      CREATE OR REPLACE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.document = '{"Format":"kmsx-backup/1"}'; RETURN NEW; END $$;
      CREATE TRIGGER change BEFORE INSERT ON kmsx_backup FOR EACH ROW EXECUTE FUNCTION change();`);
    const result = await script(server, ...EXPORT);
    expect(result.code).toBe(6);
    postgres.sql('DROP TRIGGER change ON kmsx_backup; DELETE FROM kmsx_backup;');
    await expectToGoOn(server, result);
  });

  it('where it is killed before the commit', async () => {
    const server = await startKms();
    await succeed(server, 'create-table');
    // The second call of psql is the one that would commit.
    program(
      'psql',
      '[ -e asked ] || { touch asked; exec /usr/bin/psql "$@"; }; touch committing; sleep 60',
    );
    const child = spawn('sh', [SCRIPT, ...EXPORT], {
      cwd: folder(),
      env: environment(server),
      detached: true,
    });
    const finished = finish(child);
    for (let tries = 0; tries < 400 && !existsSync(join(folder(), 'committing')); tries += 1) {
      await delay(50);
    }
    // The shell and all that it started: they are a group of their own.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    expect(await finished).toMatchObject({ code: null, stdout: '' });
    expect(existsSync(join(folder(), 'committing'))).toBe(true);
    expect(rows()).toBe('0');
    program('psql', 'exec /usr/bin/psql "$@"');
    await expectInsertLater(server);
  });
});

describe('an export that does not arrive', () => {
  it.each([
    ['a full disk', '> /dev/full'],
    ['a reader that went away', '| :'],
  ])('leaves the row and the file: %s', async (_, redirection) => {
    const server = await startKms();
    await succeed(server, 'create-table');
    const line = `{ sh "$0" "$@"; echo $? > code; } ${redirection}`;
    const child = spawn('sh', ['-c', line, SCRIPT, ...EXPORT], {
      cwd: folder(),
      env: environment(server),
    });
    child.stdin.end();
    const { stderr } = await finish(child);
    expect(readFileSync(join(folder(), 'code'), 'utf8')).toBe('7\n');
    expect(stderr).toContain(
      'the export was not delivered; the backup is kept, as the row payments',
    );
    expect(files()).toEqual([BACKUP]);
    expect(await succeed(server, 'show', 'payments')).toBe(
      readFileSync(join(folder(), BACKUP), 'utf8'),
    );
  });
});
