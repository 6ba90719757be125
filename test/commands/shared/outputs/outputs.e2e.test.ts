import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../support/run-result.ts';
import {
  cleanEnv,
  finish,
  KMSX,
  kmsx,
  kmsxOk,
  shell,
  startKmsx,
  useLocalKms,
} from '../../../support/kmsx.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXPORT = [
  'export-key',
  '--key-id',
  'alias/rehearsal',
  '--gateway',
  'local',
  '--pubkey',
  PUBKEY,
];

const run = (line: string): Promise<RunResult> => shell(line, { cwd: folder() });
const text = (name: string): string => readFileSync(join(folder(), name), 'utf8');
const files = (): string[] =>
  readdirSync(folder())
    .filter((name) => name !== '.local')
    .sort();

describe('what --force moves aside', () => {
  it('may be a private key that was put there while KMS was asked', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    // The check of the outputs is over when the program waits for the reader of the second backup.
    const names = ['--backup', 'b.json', '--backup', 'pipe', '--out', 'e.json', '--force'];
    const child = startKmsx([...EXPORT, ...names], { cwd: folder() });
    const finished = finish(child);
    await once(child.stderr, 'data');
    writeFileSync(join(folder(), 'b.json'), readFileSync(PRIVKEY));
    const reader = spawn('cat', [join(folder(), 'pipe')]);
    reader.stdin.end();
    await finish(reader);
    const result = await finished;
    expect(result).toMatchObject({ code: 0, stdout: '' });
    const [old = '', ...others] = files().filter((name) => name.startsWith('b.json.'));
    expect(others).toEqual([]);
    expect(old).toMatch(/^b\.json\.old-/);
    expect(text(old)).toBe(readFileSync(PRIVKEY, 'utf8'));
    expect(result.stderr).toContain(`the old b.json is now ${folder()}/${old}\n`);
    const again = ['reexport-key', '--in', 'b.json', '--pubkey', PUBKEY, '--gateway', 'local'];
    await kmsxOk(again, { cwd: folder() });
    expect(files()).toEqual(['b.json', old, 'e.json', 'pipe']);
  });
});

describe('an output', () => {
  it('may not be the file that stdout goes to', async () => {
    const result = await run(`$KMSX ${EXPORT.join(' ')} --backup out.json --force > out.json`);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--backup and --out cannot both be standard output');
  });
});

describe('an output that is not a regular file', () => {
  it('is written to and never replaced: /dev/null', async () => {
    await kmsxOk([...EXPORT, '--backup', '/dev/null', '--out', '/dev/null'], { cwd: folder() });
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is written to: a named pipe, which is waited for', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    const child = startKmsx([...EXPORT, '--backup', 'pipe', '--out', 'e.json'], { cwd: folder() });
    const finished = finish(child);
    const reader = spawn('cat', [join(folder(), 'pipe')]);
    reader.stdin.end();
    const read = await finish(reader);
    expect(await finished).toMatchObject({ code: 0 });
    expect(JSON.parse(read.stdout)).toMatchObject({ Format: 'kmsx-backup/1' });
    expect(lstatSync(join(folder(), 'pipe')).isFIFO()).toBe(true);
  });

  it('does not make the process deaf to signals: a named pipe without a reader', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    const child = startKmsx([...EXPORT, '--backup', 'pipe', '--out', 'e.json'], { cwd: folder() });
    child.stderr.once('data', () => child.kill('SIGTERM'));
    expect(await finish(child)).toMatchObject({ code: 143 });
    expect(files()).toEqual(['pipe']);
  });

  it.each<[string, (path: string) => void]>([
    [
      'a file',
      (path) => {
        writeFileSync(path, 'precious');
      },
    ],
    [
      'a link to a file',
      (path) => {
        symlinkSync('other', path);
      },
    ],
  ])('does not write to %s that took the name of a named pipe meanwhile', async (_, make) => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    writeFileSync(join(folder(), 'other'), 'precious');
    const child = startKmsx([...EXPORT, '--backup', 'pipe', '--out', 'e.json'], { cwd: folder() });
    const finished = finish(child);
    await once(child.stderr, 'data'); // it waits for a reader
    make(join(folder(), 'new'));
    renameSync(join(folder(), 'new'), join(folder(), 'pipe'));
    const result = await finished;
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('pipe was replaced by another file in the meantime');
    expect(text('pipe')).toBe('precious');
    expect(text('other')).toBe('precious');
    expect(files()).toEqual(['other', 'pipe']);
  });

  it('is written to: an open descriptor', async () => {
    const line = `$KMSX ${EXPORT.join(' ')} --backup /dev/fd/3 --out e.json 3> backup.json`;
    expect(await run(line)).toMatchObject({ code: 0, stdout: '' });
    expect(JSON.parse(text('backup.json'))).toMatchObject({ Format: 'kmsx-backup/1' });
  });
});

describe('a descriptor', () => {
  it.each([
    ['that is not open', '--backup /dev/fd/63', ''],
    ['that is open for reading', '--backup /dev/fd/3', '3< /dev/null'],
    ['of Node.js itself', '--backup /dev/fd/5', ''],
    ['of Node.js itself, too', '--out /dev/fd/12', ''],
  ])('%s is refused before KMS is called', async (_, option, redirection) => {
    const result = await run(`$KMSX ${EXPORT.join(' ')} ${option} --verbose ${redirection}`);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('is not open for writing');
    expect(result.stderr).not.toContain('GenerateAndExportDataKey');
  });

  it('that is a file which is an input or another output is refused', async () => {
    await kmsxOk([...EXPORT, '--backup', 'b.json', '--out', 'e.json'], { cwd: folder() });
    const before = text('b.json');
    const again = `$KMSX reexport-key --gateway local --in b.json --pubkey ${PUBKEY}`;
    expect(await run(`${again} --out /dev/fd/3 3<> b.json`)).toMatchObject({ code: 2 });
    expect(text('b.json')).toBe(before);
    const both = '--backup /dev/fd/3 --out s --force 3> s';
    expect(await run(`$KMSX ${EXPORT.join(' ')} ${both}`)).toMatchObject({ code: 2 });
  });
});

describe('a stream that fails', () => {
  it('is never exit 0: a full disk behind stdout', async () => {
    const result = await run(`$KMSX ${EXPORT.join(' ')} --backup b.json > /dev/full`);
    expect(result.code).toBe(7);
    expect(result.stderr).toContain(
      'no space left to write standard output; the backup b.json stands',
    );
    expect(result.stderr).toContain(`kmsx reexport-key --in b.json --pubkey ${PUBKEY}`);
    expect(JSON.parse(text('b.json'))).toMatchObject({ Format: 'kmsx-backup/1' });
  });

  it('is never exit 0: a closed pipe behind stdout', async () => {
    const line = `{ $KMSX ${EXPORT.join(' ')} --backup b.json; echo $? >&2; } | true`;
    const result = await run(line);
    expect(result.stderr).toMatch(/the reader of standard output went away/);
    expect(result.stderr).toMatch(/7\n$/);
    expect(JSON.parse(text('b.json'))).toMatchObject({ Format: 'kmsx-backup/1' });
  });

  it.each([
    ['--version'],
    ['--help'],
    ['help', 'terms'],
    ['completion', 'bash'],
    ['inspect', PUBKEY],
  ])('is never exit 0: kmsx %s %s into a full disk', async (...args) => {
    const result = await run(`$KMSX ${args.join(' ')} > /dev/full`);
    expect(result.code).toBe(7);
  });

  it.each([
    ['--help'],
    ['--version'],
    ['export-key', '--help'],
    ['help', 'terms'],
    ['help', 'export-key'],
    ['completion', 'bash'],
  ])('is silent and exit 0 for a text whose reader has left: kmsx %s %s', async (...args) => {
    const reader = '{ exec 0<&-; : > gone; until [ -e code ]; do sleep 0.05; done; }';
    const writer = `{ until [ -e gone ]; do sleep 0.05; done; $KMSX ${args.join(' ')}; echo $? > code; }`;
    const { stderr } = await run(`${writer} | ${reader}`);
    expect(stderr).toBe('');
    expect(text('code')).toBe('0\n');
  });

  it('shows no export where the backup cannot be written', async () => {
    const result = await kmsx([...EXPORT, '--backup', '/dev/full'], { cwd: folder() });
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('no space left to write /dev/full');
  });
});

describe('a standard stream that is closed', () => {
  const UNWRAP = `$KMSX unwrap-key --privkey ${PRIVKEY} --in e.json`;
  const ONLINE = '--in b.json --gateway local';
  const inputs = new Map<string, Buffer>();

  beforeAll(async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'kmsx-test-'));
    await kmsxOk([...EXPORT, '--backup', 'b.json', '--out', 'e.json'], { cwd });
    const split = ['--component', '1.json', '--component', '2.json'];
    await kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json', ...split], { cwd });
    for (const name of ['b.json', 'e.json', '1.json', '2.json']) {
      inputs.set(name, readFileSync(join(cwd, name)));
    }
    rmSync(cwd, { recursive: true });
  });

  it.each([
    ['export-key', `$KMSX ${EXPORT.join(' ')} >&-`],
    ['export-key, with a backup', `$KMSX ${EXPORT.join(' ')} --backup new >&-`],
    ['export-key, opened for reading', `$KMSX ${EXPORT.join(' ')} 1< e.json`],
    ['export-key, by another name', `$KMSX ${EXPORT.join(' ')} --backup /dev/stdout --out new >&-`],
    ['export-key, standard error', `$KMSX ${EXPORT.join(' ')} --backup /dev/stderr 2>&-`],
    ['export-key, as a descriptor', `$KMSX ${EXPORT.join(' ')} --backup /dev/fd/2 2>&-`],
    ['reexport-key', `$KMSX reexport-key ${ONLINE} --pubkey ${PUBKEY} >&-`],
    ['recover-key', `$KMSX recover-key ${ONLINE} >&-`],
    ['reencrypt-key', `$KMSX reencrypt-key ${ONLINE} --to-key-id alias/rehearsal >&-`],
    ['unwrap-key', `${UNWRAP} >&-`],
    ['unwrap-key, check values', `${UNWRAP} --check-value-only >&-`],
    ['combine', '$KMSX combine 1.json 2.json >&-'],
    ['keygen', '$KMSX keygen --no-passphrase --privkey-out - --pubkey-out new >&-'],
  ])('takes no key and no document: %s', async (_, line) => {
    for (const [name, bytes] of inputs) writeFileSync(join(folder(), name), bytes);
    const before = files();
    const result = await run(line.replace(/KMSX (\S+)/, 'KMSX $1 --verbose'));
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).not.toMatch(/GenerateAndExportDataKey|ExportDataKey|ReEncrypt|Decrypt/);
    expect(files()).toEqual(before);
    if (line.includes('2>&-')) return;
    expect(result.stderr).toContain('standard output is not open for writing\n');
    expect(result.stderr).toMatch(/hint: give --\S+ FILE; > \/dev\/null discards it\n/);
  });

  it('is no hindrance where nothing goes there, and /dev/null takes everything', async () => {
    const unused = await run(`$KMSX ${EXPORT.join(' ')} --out e.json >&-`);
    expect(unused.code, unused.stderr).toBe(0);
    const discarded = await run(`${UNWRAP} > /dev/null`);
    expect(discarded.code, discarded.stderr).toBe(0);
    const reported = await run(
      `$KMSX verify-key --in e.json --privkey ${PRIVKEY} --against e.json --gateway local >&-`,
    );
    expect(reported.code, reported.stderr).toBe(0);
  });
});

describe('a folder that may not be written', () => {
  it('is found before KMS is called, as another user', async () => {
    // Root may write everywhere: the program is run as nobody, from a copy that nobody can read.
    const isRoot = process.getuid?.() === 0;
    const program = join(folder(), 'program');
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(dirname(KMSX), '..', part), join(program, part), { recursive: true });
    }
    cpSync(PUBKEY, join(program, 'pub.pem'));
    const [locked, home] = [join(folder(), 'locked'), join(folder(), 'home')];
    for (const path of [locked, home]) mkdirSync(path);
    chmodSync(folder(), 0o755);
    chmodSync(locked, 0o555);
    if (isRoot) chownSync(home, 65534, 65534);
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
    const child = spawn(
      process.execPath,
      [
        join(program, 'bin', 'kmsx.js'),
        ...args,
        '--pubkey',
        'pub.pem',
        '--backup',
        `${locked}/b.json`,
      ],
      { cwd: program, env: cleanEnv(home), ...(isRoot && { uid: 65534, gid: 65534 }) },
    );
    child.stdin.end();
    const result = await finish(child);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain(`${locked}/b.json cannot be written (EACCES)`);
    expect(readdirSync(home)).toEqual([]);
    chmodSync(locked, 0o755);
    expect(readdirSync(locked)).toEqual([]);
  });
});

describe('a process that is killed at any moment', () => {
  it('leaves whole files or none, never an export without its backup, and the next run tidies up', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...endpoint];
    const outputs = ['--backup', 'b.json', '--out', 'e.json', '--force'];
    const begun = performance.now();
    await kmsxOk([...args, ...outputs], { cwd: folder(), env });
    const wholeRun = performance.now() - begun;
    for (let step = 0; step < 5; step += 1) {
      const child = startKmsx([...args, ...outputs], { cwd: folder(), env });
      const closed = once(child, 'close');
      setTimeout(() => child.kill('SIGKILL'), (wholeRun * (step + 2)) / 6);
      await closed;
      for (const name of files().filter((file) => !file.startsWith('.'))) {
        expect(JSON.parse(text(name)), name).toHaveProperty('CiphertextBlob');
      }
      const backups = files()
        .filter((name) => name.startsWith('b.json'))
        .map(text);
      for (const name of files().filter((file) => file.startsWith('e.json'))) {
        const { CiphertextBlob } = JSON.parse(text(name)) as { CiphertextBlob: string };
        expect(
          backups.some((backup) => backup.includes(CiphertextBlob)),
          name,
        ).toBe(true);
      }
    }
    await kmsxOk([...args, ...outputs], { cwd: folder(), env });
    expect(files().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
