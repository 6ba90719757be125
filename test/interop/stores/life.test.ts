/* The life of a backup in a store, in real PostgreSQL and in real MariaDB. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { storePlace } from '../../../src/stores/store-place.ts';
import type { BackupDocument } from '../../../src/documents/backup-document.ts';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { mariaDatabase, postgresDatabase } from '../../support/stores/databases.ts';
import { openTestStore, row } from '../../support/stores/open-store.ts';
import { storeAndKms } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const PAGE = fileURLToPath(new URL('../../../docs/store.md', import.meta.url));
const folder = useTempFolder();
const localKms = useLocalKms();

describe.each([
  ['PostgreSQL', postgresDatabase],
  ['MariaDB', mariaDatabase],
])('a store in %s', (_, create) => {
  const database = useDatabase(create);
  let env: Record<string, string>;
  let endpoint: readonly string[];
  let made: () => number;

  beforeEach(async () => {
    ({ env, endpoint, made } = await storeAndKms(database(), localKms, folder()));
  });

  const run = (...args: readonly string[]): Promise<RunResult> =>
    kmsx(args, { cwd: folder(), env });
  const ok = (...args: readonly string[]): Promise<string> => kmsxOk(args, { cwd: folder(), env });
  const exportTo = (...args: readonly string[]): Promise<string> =>
    ok('export-key', ...endpoint, '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...args);
  const rows = (): string => database().sql('SELECT count(*) FROM kmsx_backup').trim();
  const checkValues = (document: string): Promise<string> =>
    kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--check-value-only'], {
      cwd: folder(),
      stdin: document,
    });

  it('is clean for the login that has the role, made twice or by the SQL that is printed', async () => {
    await kmsxOk(['store', 'init', '--store', database().owner], { cwd: folder() });
    expect(JSON.parse(await ok('store', 'check'))).toMatchObject({ Sound: true, Findings: [] });
    const printed = await ok('store', 'init', '--print');
    database().clear();
    database().sql(printed);
    database().makeLogin();
    expect(JSON.parse(await ok('store', 'check'))).toMatchObject({ Sound: true, Findings: [] });
  });

  it('is a place that list-backups and drill read', async () => {
    await exportTo('--backup', 'store:pay-1', '--out', 'e1.json');
    await exportTo('--backup', 'store:pay-2', '--out', 'e2.json');
    await exportTo('--backup', 'store:other', '--out', 'e3.json');
    const namesOf = (lines: string): unknown[] =>
      lines
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { Name: string }).Name);
    expect(namesOf(await ok('list-backups', 'store:'))).toEqual(['other', 'pay-1', 'pay-2']);
    expect(namesOf(await ok('list-backups', 'store:pay-'))).toEqual(['pay-1', 'pay-2']);
    const drilled = await ok('drill', 'store:pay-', ...endpoint, '--proofs', folder());
    expect(namesOf(drilled).sort()).toEqual(['pay-1', 'pay-2']);
    for (const line of drilled.trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ Place: 'store:pay-', Opens: true });
    }
  });

  it.each([
    "UPDATE kmsx_backup SET Region = 'x'",
    'DELETE FROM kmsx_backup',
    'DROP TABLE kmsx_backup',
  ])('does not let that login: %s', async (statement) => {
    await exportTo('--backup', 'store:kept', '--out', 'e.json');
    const { database: direct, close } = await openTestStore(database().url(), database().env);
    await expect(direct.query(statement)).rejects.toMatchObject({
      code: 'store-permission-missing',
    });
    await close();
    expect(rows()).toBe('1');
  });

  it('keeps a backup, and gives it back to every command that reads one', async () => {
    const context = ['--context', `quotes='"\\, ;--, \t and 密🔑`];
    const document = await exportTo(
      '--bind',
      ...context,
      '--backup',
      'b.json',
      '--backup',
      'store:p',
    );
    const file = readFileSync(join(folder(), 'b.json'), 'utf8');
    expect(database().sql("SELECT Document FROM kmsx_backup WHERE Name = 'p'")).toBe(file);

    const { CiphertextBlob, EncryptionContext } = JSON.parse(document) as ExportDocument;
    const stored = JSON.parse(file) as BackupDocument;
    expect(stored).toMatchObject({ CiphertextBlob, EncryptionContext });
    const again = await ok('reexport-key', ...endpoint, '--in', 'store:p', '--pubkey', PUBKEY);
    const expected = await checkValues(document);
    expect(await checkValues(again)).toBe(expected);
    expect(await ok('recover-key', ...endpoint, '--in', 'store:p', '--check-value-only')).toBe(
      expected,
    );

    writeFileSync(join(folder(), 'e.json'), document);
    const verified = await ok(
      ...['verify-key', ...endpoint, '--in', 'e.json', '--privkey', PRIVKEY],
      ...['--against', 'store:p', '--against', 'b.json'],
    );
    expect(JSON.parse(verified)).toMatchObject({ Match: true });

    await ok(
      ...['reencrypt-key', ...endpoint, '--in', 'store:p', '--to-key-id', 'alias/rehearsal'],
      ...['--to-context', 'purpose=new', '--to-context', `kmsx:id=${stored.DataKeyId ?? ''}`],
      ...['--backup', 'store:p.2'],
    );
    expect(await ok('recover-key', ...endpoint, '--in', 'store:p.2', '--check-value-only')).toBe(
      expected,
    );
    expect(rows()).toBe('2');
  });

  it('has columns that say what the document says', async () => {
    const document = JSON.parse(
      await exportTo('--bind', '--context', 'purpose=payments', '--backup', 'store:p'),
    ) as ExportDocument;
    const columns = row(database(), 'p');
    const sha256 = execFileSync('sh', ['-c', 'base64 -d | sha256sum | cut -c1-64'], {
      input: document.CiphertextBlob,
    });
    expect(columns).toMatchObject({
      keyid: document.KeyId,
      keyversionid: document.KeyVersionId,
      region: 'cn-local',
      datakeyid: document.DataKeyId,
      ciphertextsha256: sha256.toString().trim(),
      wrappingkeyfingerprints: document.PublicKeyFingerprint,
      numberofbytes: '32',
    });
    expect(JSON.parse(columns['encryptioncontext'] ?? '')).toEqual(document.EncryptionContext);
    const backup = JSON.parse(columns['document'] ?? '') as BackupDocument;
    expect(columns['createdat']?.slice(0, 19)).toBe(
      backup.CreatedAt?.slice(0, 19).replace('T', ' '),
    );
    expect(columns['storedat']).toMatch(/^2/);
    expect(['t', '1']).toContain(columns['rehearsal']);
  });

  it('asks the store before KMS, and uses no name twice', async () => {
    await exportTo('--backup', 'store:p', '--out', 'e.json');
    const before = made();
    for (const extra of [[], ['--force'], ['--dry-run']]) {
      const again = await run(
        ...['export-key', ...endpoint, '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY],
        ...['--backup', 'store:p', ...extra],
      );
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('store:p already exists in the store at 127.0.0.1:');
    }
    expect(made()).toBe(before);
    await exportTo('--backup', 'store:P', '--out', 'E.json');
    expect(rows()).toBe('2');
    const missing = await run('recover-key', ...endpoint, '--in', 'store:q', '--check-value-only');
    expect(missing).toMatchObject({ code: 7, stdout: '' });
    expect(missing.stderr).toContain('store:q is not in the store at');
  });

  it('is asked by a dry run and by doctor, and gets no row', async () => {
    const printed = await exportTo('--backup', 'store:p', '--dry-run');
    expect(JSON.parse(printed)).toMatchObject({ DryRun: true, WouldSucceed: true });
    const doctor = await run(
      'doctor',
      ...endpoint,
      '--key-id',
      'alias/rehearsal',
      '--backup',
      'store:p',
    );
    expect(doctor.stdout).toContain('"store:p can be written"');
    expect(rows()).toBe('0');
  });

  it('keeps whatever values there are as they are', async () => {
    const { store, close } = await openTestStore(database().url(), database().env);
    const hostile = {
      quotes: `'); DROP TABLE kmsx_backup; -- " \\' \\ $1 ? %s \${x}`,
      lines: 'a\r\nb\tc\u0007\u0000\u2028',
      unicode: '密钥🔑\u0301 \ufeff \u202e ﷽',
      half: '\ud83d',
      long: 'x'.repeat(100_000),
      ['__proto__']: 'kept',
    };
    const document: BackupDocument = {
      Format: 'kmsx-backup/1',
      KeyId: `key-'"\\;--`,
      KeyVersionId: '🔑',
      CiphertextBlob: 'AAAA',
      EncryptionContext: hostile,
      Region: "cn-'x'",
      CreatedAt: 'no date',
    };
    const text = JSON.stringify(document);
    await store.keep({ name: 'hostile', document, text, wrappingKeyFingerprints: [`'"\\`] });
    expect((await store.read('hostile')).toString()).toBe(text);
    expect(rows()).toBe('1');
    for (const KeyId of ['a\0b', 'a\ud83d']) {
      const refused = { ...document, KeyId };
      await expect(
        store.keep({ name: 'nul', document: refused, text, wrappingKeyFingerprints: [] }),
      ).rejects.toMatchObject({ code: 'document-malformed' });
    }
    await close();
  });

  it('gives its backups by the bytes of their names, page by page', async () => {
    const { store, close } = await openTestStore(database().url(), database().env);
    const names = ['a', 'B', 'a.b', 'a-b', 'a_b', 'ab', 'A', '0', ...numbered(401)];
    const document = {
      Format: 'kmsx-backup/1',
      KeyId: 'k',
      KeyVersionId: 'v',
      CiphertextBlob: 'AAAA',
    } as const;
    for (const name of names) {
      await store.keep({ name, document, text: `"${name}"`, wrappingKeyFingerprints: [] });
    }
    const listed = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { name, read } of storePlace(store, prefix).list()) {
        expect((await read()).toString()).toBe(`"${name}"`);
        found.push(name);
      }
      return found;
    };
    expect(await listed('')).toEqual(names.toSorted());
    expect(await listed('a')).toEqual(names.filter((name) => name.startsWith('a')).toSorted());
    expect(await listed('n0399')).toEqual(['n0399']);
    expect(await listed('nowhere')).toEqual([]);
    expect(storePlace(store, 'a').label).toBe('store:a');
    await close();
  });

  it('gives a document when it is due, long after the listing, and none that is too large', async () => {
    const insert = (name: string, document: string): string => `INSERT INTO kmsx_backup
(Name, KeyId, KeyVersionId, CiphertextSha256, WrappingKeyFingerprints, Rehearsal, Document)
VALUES ('${name}', 'k', 'v', '', '', FALSE, ${document});`;
    const names = numbered(300);
    database().sql(names.map((name) => insert(name, `'"${name}"'`)).join('\n'));
    database().sql(insert('exact', "REPEAT('x', 1048576)") + insert('huge', "REPEAT('é', 524289)"));
    const { store, close } = await openTestStore(database().url(), database().env);
    const listed = new Map<string, () => Promise<Buffer>>();
    for await (const { name, read } of storePlace(store, '').list()) listed.set(name, read);
    expect([...listed.keys()]).toEqual(['exact', 'huge', ...names]);
    await database().server.kill();
    await database().start();
    for (const name of names) expect((await listed.get(name)?.())?.toString()).toBe(`"${name}"`);
    expect(await listed.get('exact')?.()).toHaveLength(1024 * 1024);
    await expect(listed.get('huge')?.()).rejects.toMatchObject({
      code: 'input-too-large',
      message: 'store:huge is larger than 1 MiB',
    });
    await close();

    const { code, stdout } = await run('list-backups', 'store:h');
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ Name: 'huge', Code: 'input-too-large' });
    const read = await run('recover-key', ...endpoint, '--in', 'store:huge', '--check-value-only');
    expect(read).toMatchObject({ code: 2, stdout: '' });
    expect(read.stderr).toContain('store:huge is larger than 1 MiB');
    const drilled = await run('drill', 'store:', ...endpoint, '--limit', '3');
    expect(drilled.code).toBe(4);
    expect(drilled.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(drilled.stdout).toContain('"Code":"input-too-large"');
  });

  it('answers each query of docs/store.md', async () => {
    const document = JSON.parse(
      await exportTo('--bind', '--context', 'purpose=payments', '--backup', 'store:p'),
    ) as ExportDocument;
    await exportTo('--context', 'purpose=other', '--backup', 'store:q');
    // A rehearsal's backups die with nothing.
    database().sql('UPDATE kmsx_backup SET Rehearsal = FALSE');
    const asked = queries(database().kind).map((query) => [
      query,
      database()
        .sql(
          query
            .replace('KEY_ID', document.KeyId)
            .replace('FINGERPRINT', document.PublicKeyFingerprint.slice('SHA256:'.length))
            .replace("'NAME'", "'p'"),
        )
        .trim(),
    ]);
    const answerTo = (part: string): string =>
      String(asked.find(([query = '']) => query.includes(part))?.[1]);
    const names = (answer: string): string[] =>
      answer.split('\n').map((line) => line.split(/[|\t]/)[0] ?? '');
    expect(asked.length).toBe(10);
    expect(names(answerTo("KeyId = 'KEY_ID'"))).toEqual(['p', 'q']);
    expect(answerTo('GROUP BY Region')).toContain(document.KeyId);
    expect(names(answerTo('FINGERPRINT'))).toEqual(['p', 'q']);
    expect(answerTo('HAVING')).toBe('');
    expect(names(answerTo('StoredAt FROM kmsx_backup ORDER BY Name'))).toEqual(['p', 'q']);
    expect(answerTo("'payments'")).toBe('p');
    expect(JSON.parse(answerTo('SELECT Document'))).toMatchObject({ Format: 'kmsx-backup/1' });
  });
});

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${String(index).padStart(4, '0')}`);
}

/** The queries of the page for one kind of database; statements that make logins are not among them. */
function queries(kind: string): string[] {
  const blocks = readFileSync(PAGE, 'utf8').matchAll(/^```sql ?(\w*)\n(.*?)^```/gms);
  return [...blocks].flatMap(([, only = '', text = '']) =>
    (only === '' || only === kind) && text.startsWith('SELECT') ? [text] : [],
  );
}
