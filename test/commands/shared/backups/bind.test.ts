import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupDocument } from '../../../../src/documents/backup-document.ts';
import type { ExportDocument } from '../../../../src/documents/export-document.ts';
import type { RunResult } from '../../../support/run-result.ts';
import type { Server } from '../../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../../support/kmsx.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

const readBackup = (name: string): BackupDocument =>
  JSON.parse(readFileSync(join(folder(), name), 'utf8')) as BackupDocument;
const readExport = (name: string): ExportDocument =>
  JSON.parse(readFileSync(join(folder(), name), 'utf8')) as ExportDocument;

function write(name: string, document: object): void {
  writeFileSync(join(folder(), name), `${JSON.stringify(document)}\n`);
}

/** Runs a command against a server in the test's folder. */
function at({ endpoint, env }: Server, run: typeof kmsx): (...args: string[]) => Promise<RunResult>;
function at({ endpoint, env }: Server, run: typeof kmsxOk): (...args: string[]) => Promise<string>;
function at({ endpoint, env }: Server, run: typeof kmsx | typeof kmsxOk) {
  return (...args: string[]) => run([...args, ...endpoint], { cwd: folder(), env });
}

const checkValues = (file: string): Promise<string> =>
  kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', file, '--check-value-only'], {
    cwd: folder(),
  });

describe('export-key --bind', () => {
  it('gives each data key an id of its own, in its context and in both documents', async () => {
    const run = at(await localKms({ cwd: folder() }), kmsxOk);
    for (const name of ['a', 'b']) {
      const out = ['--backup', `${name}.json`, '--out', `${name}.export.json`];
      await run(...EXPORT, '--bind', '--context', 'purpose=payments', ...out);
      const backup = readBackup(`${name}.json`);
      const document = readExport(`${name}.export.json`);
      expect(backup.DataKeyId).toMatch(/^[0-9a-f]{32}$/);
      expect(document.DataKeyId).toBe(backup.DataKeyId);
      for (const { EncryptionContext } of [backup, document]) {
        expect(EncryptionContext).toEqual({ purpose: 'payments', 'kmsx:id': backup.DataKeyId });
      }
    }
    expect(readBackup('a.json').DataKeyId).not.toBe(readBackup('b.json').DataKeyId);
  });

  it('is taken from the document by every command that comes after, or repeated by hand', async () => {
    const server = await localKms({ cwd: folder() });
    const run = at(server, kmsxOk);
    await run(...EXPORT, '--bind', '--backup', 'b.json', '--out', 'e.json');
    const values = await checkValues('e.json');
    const { DataKeyId = '', CiphertextBlob } = readBackup('b.json');
    writeFileSync(join(folder(), 'bare.blob'), CiphertextBlob);
    const sources = [
      ['b.json'],
      ['e.json'],
      ['again-0.json'],
      ['b.json', '--context', `kmsx:id=${DataKeyId}`],
      ['bare.blob', '--context', `kmsx:id=${DataKeyId}`],
    ];
    for (const [index, source] of sources.entries()) {
      const out = `again-${index}.json`;
      await run('reexport-key', '--pubkey', PUBKEY, '--out', out, '--in', ...source);
      expect(await checkValues(out), source.join(' ')).toBe(values);
      expect(readExport(out)).toMatchObject({ DataKeyId });
    }
    const bare = await at(server, kmsx)('reexport-key', '--pubkey', PUBKEY, '--in', 'bare.blob');
    expect(bare).toMatchObject({ code: 4, stdout: '' });
  });

  it('catches a swapped CiphertextBlob in every command; without it one goes unnoticed', async () => {
    const server = await localKms({ cwd: folder() });
    for (const [names, bind] of [
      [['a', 'b'], ['--bind']],
      [['c', 'd'], []],
    ] as const) {
      for (const name of names) {
        await at(server, kmsxOk)(
          ...[...EXPORT, ...bind, '--context', 'purpose=payments'],
          ...['--backup', `${name}.json`, '--out', `${name}.export.json`],
        );
      }
      const [first, second] = names;
      const { CiphertextBlob } = readBackup(`${second}.json`);
      write(`${first}-swapped.json`, { ...readBackup(`${first}.json`), CiphertextBlob });
    }
    const reexport = (name: string): Promise<RunResult> =>
      at(server, kmsx)('reexport-key', '--pubkey', PUBKEY, '--in', name);
    const caught = await reexport('a-swapped.json');
    expect(caught).toMatchObject({ code: 4, stdout: '' });
    expect(caught.stderr).toMatch(/kmsx: error: .*\n(?:kmsx: hint: .*\n)*kmsx: hint: .*context/);
    expect(await reexport('c-swapped.json')).toMatchObject({ code: 0 });

    for (const args of [
      ['recover-key', '--in', 'a-swapped.json'],
      ['reencrypt-key', '--in', 'a-swapped.json', '--to-key-id', 'alias/rehearsal'],
      ['verify-key', '--privkey', PRIVKEY, '--in', 'a.export.json', '--against', 'a-swapped.json'],
    ]) {
      expect(await at(server, kmsx)(...args), args[0]).toMatchObject({ code: 4, stdout: '' });
    }
  });

  it('catches an id that was changed in the document, without the network', async () => {
    const run = at(await localKms({ cwd: folder() }), kmsxOk);
    await run(...EXPORT, '--bind', '--backup', 'b.json', '--out', 'e.json');
    for (const name of ['b.json', 'e.json']) {
      write('lie.json', { ...readExport(name), DataKeyId: '0'.repeat(32) });
      const args = ['reexport-key', '--pubkey', PUBKEY, '--in', 'lie.json', '--gateway', 'local'];
      const result = await kmsx([...args, '--error-format', 'json'], { cwd: folder() });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(JSON.parse(result.stderr)).toMatchObject({
        Error: {
          Code: 'document-inconsistent',
          Message: 'lie.json: DataKeyId is not the id in its encryption context',
        },
      });
    }
  });

  it('is not taken out of the context while the document still shows the id', async () => {
    const server = await localKms({ cwd: folder() });
    const run = at(server, kmsxOk);
    await run(...EXPORT, '--bind', '--backup', 'a.json', '--out', 'a.export.json');
    await run(...EXPORT, '--backup', 'c.json', '--out', 'c.export.json');
    const { DataKeyId } = readBackup('a.json');
    for (const name of ['c.json', 'c.export.json']) {
      for (const EncryptionContext of [undefined, { purpose: 'payments' }]) {
        write('stripped.json', { ...readExport(name), DataKeyId, EncryptionContext });
        for (const args of [
          ['recover-key', '--in', 'stripped.json', '--check-value-only'],
          ['reexport-key', '--pubkey', PUBKEY, '--in', 'stripped.json'],
          ['inspect', 'stripped.json'],
        ]) {
          const ways = args[0] === 'inspect' ? [] : server.endpoint;
          const result = await kmsx([...args, ...ways], { cwd: folder(), env: server.env });
          expect(result, args[0]).toMatchObject({ code: 2, stdout: '' });
          expect(result.stderr).toContain('DataKeyId is not the id in its encryption context');
        }
      }
    }
  });

  it('asks by a dry run with an id too, and writes nothing', async () => {
    const run = at(await localKms({ cwd: folder() }), kmsxOk);
    const would = await run(...EXPORT, '--bind', '--backup', 'b.json', '--dry-run');
    expect(JSON.parse(would)).toMatchObject({ WouldSucceed: true, NotChecked: [] });
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('names that begin with kmsx:', () => {
  it.each([
    ['--context', 'kmsx:id=0123456789abcdef0123456789abcdef'],
    ['--context', 'kmsx:later='],
    ['--context-file', 'context.json'],
  ])('are refused in a new context: %s %s', async (option, value) => {
    write('context.json', { 'kmsx:id': '0'.repeat(32) });
    for (const bind of [[], ['--bind']]) {
      const args = [...EXPORT, ...bind, option, value, '--gateway', 'local'];
      const result = await kmsx(args, { cwd: folder() });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain("names that begin with kmsx: are kmsx's own");
    }
    expect(readdirSync(folder())).toEqual(['context.json']);
  });
});

describe('--bind', () => {
  it('is refused with a bare backup, which would lose the id: exit 2', async () => {
    for (const backup of [[], ['--backup', 'b.blob']]) {
      const args = [...EXPORT, '--bind', '--backup-format', 'blob', ...backup];
      const result = await kmsx([...args, '--gateway', 'local'], { cwd: folder() });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain('--bind and --backup-format blob exclude each other');
    }
    expect(readdirSync(folder())).toEqual([]);
  });

  it('is refused where the context has no room for the id: exit 2', async () => {
    const overhead = JSON.stringify({ n: '' }).length;
    const context = `n=${'x'.repeat(8192 - overhead)}`;
    const args = [...EXPORT, '--context', context, '--gateway', 'local'];
    const result = await kmsx([...args, '--bind'], { cwd: folder() });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('the context, with the id of --bind, has 8237 characters');
    await kmsxOk(args, { cwd: folder() });
  });
});
