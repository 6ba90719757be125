/* examples/ceremony.sh against the embedded KMS, and with each step made to fail, as docs/ceremony.md says;
   test/interop/docs types that page into a shell. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../src/documents/export-document.ts';
import type { RunResult } from '../support/run-result.ts';
import type { Server } from '../support/kmsx.ts';
import { cleanEnv, finish, KMSX, kmsxOk, useLocalKms } from '../support/kmsx.ts';
import { useMounts } from '../support/mounts.ts';
import { signedCall } from '../support/local-kms/signed-call.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../support/wrapping-keys.ts';

const SCRIPT = fileURLToPath(new URL('../../examples/ceremony.sh', import.meta.url));
const WALK = fileURLToPath(new URL('../../docs/ceremony.md', import.meta.url));
const SHELLS: readonly [string, ...string[]][] = [['dash'], ['bash', '--posix']];

const folder = useTempFolder();
const localKms = useLocalKms();
const mounts = useMounts();

const path = (...names: string[]): string => join(folder(), ...names);
const text = (...names: string[]): string => readFileSync(path(...names), 'utf8');
const exportDocument = (...names: string[]): ExportDocument =>
  JSON.parse(text(...names)) as ExportDocument;
const ceremonyRecord = (): CeremonyRecord =>
  JSON.parse(text('ceremony', 'record.json')) as CeremonyRecord;
const mode = (...names: string[]): number => statSync(path(...names)).mode & 0o777;

const REAL_KMSX = `'${process.execPath}' '${KMSX}' "$@"`;

/** The script's `kmsx`: the real one, with something done right before or right after one of its commands. */
function program(script = ''): void {
  writeFileSync(path('bin', 'kmsx'), `#!/bin/sh\n${script}\nexec ${REAL_KMSX}\n`);
  chmodSync(path('bin', 'kmsx'), 0o755);
}

const before = (command: string, script: string): void => {
  program(`if [ "$1" = ${command} ]; then ${script}; fi`);
};
const after = (command: string, script: string): void => {
  program(`if [ "$1" = ${command} ]; then ${REAL_KMSX}; code=$?; ${script}; exit "$code"; fi`);
};
/** The real export, and not the dry run, which has the same name. */
const beforeTheExport = (script: string): void => {
  program(`case " $* " in *' --dry-run '*) ;; ' export-key '*) ${script} ;; esac`);
};

/** Does something behind kmsx's back when it has begun to write a file, while KMS lets it wait. */
const onceItIsThere = (file: string, script: string): string => {
  const loop = `for _ in $(seq 200); do ls ${file}.kmsx-* && break; sleep 0.02; done`;
  return `{ ${loop}; ${script}; } > /dev/null 2>&1 &`;
};

beforeEach(() => {
  mkdirSync(path('bin'));
  mkdirSync(path('stick'));
  writeFileSync(path('passphrase.txt'), 'a passphrase of the rehearsal\n', { mode: 0o600 });
  program();
});

type Settings = Readonly<Record<string, string>>;

/** A pair of the ceremony's own, and nobody to ask. */
const ALONE: Settings = {
  UNATTENDED: 'yes',
  PASSPHRASE_FILE: 'passphrase.txt',
  SECOND_BACKUP: 'stick/backup-2.json',
};
const CEREMONY = ['alias/rehearsal', 'ceremony'];

interface Kms extends Server {
  /** How many data keys were made. */
  made(): number;
}

async function startKms(...args: string[]): Promise<Kms> {
  const server = await localKms({ cwd: folder() }, args);
  const log: string[] = [];
  server.onLog((text) => log.push(text));
  const made = (): number => log.join('').match(/ GenerateAndExportDataKey 200 /g)?.length ?? 0;
  return { ...server, made };
}

function environment({ env, announcement }: Server, settings: Settings): NodeJS.ProcessEnv {
  const own = cleanEnv(folder(), { ...env, KMSX_ENDPOINT: announcement.Endpoint, ...settings });
  return { ...own, PATH: settings['PATH'] ?? `${path('bin')}:${process.env['PATH'] ?? ''}` };
}

/** A session of its own: it has no terminal, whatever the tests run on, and all that it starts is one group. */
function start(
  server: Server,
  settings: Settings = ALONE,
  args: readonly string[] = CEREMONY,
  [shell, ...options]: readonly [string, ...string[]] = ['dash'],
): ChildProcessWithoutNullStreams {
  const child = spawn(shell, [...options, SCRIPT, ...args], {
    cwd: folder(),
    env: environment(server, settings),
    detached: true,
  });
  child.stdin.end();
  return child;
}

async function ceremony(...how: Parameters<typeof start>): Promise<RunResult> {
  return await finish(start(...how));
}

async function complete(server: Server, ...rest: [Settings?, string[]?]): Promise<RunResult> {
  const result = await ceremony(server, ...rest);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

/** Which step it says that failed, with which exit code; the why, and nothing on stdout. */
function expectFailure(result: RunResult, step: number, code: number, why: string | RegExp): void {
  expect(result, result.stderr).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toContain(`error: step ${step} of 10 failed with exit code ${code}: `);
  expect(result.stderr).toMatch(why);
  expect(result.stderr).not.toContain(`step ${step + 1} of 10`);
}

/** Before the export: no data key, no folder, no backup, and it says so. */
function expectNothing(result: RunResult, kms: Kms): void {
  expect(kms.made()).toBe(0);
  expectNoFile(result);
}

function expectNoFile(result: RunResult): void {
  expect(result.stderr).toContain('nothing is left of this ceremony\n');
  expect(existsSync(path('ceremony'))).toBe(false);
  expect(readdirSync(path('stick'))).toEqual([]);
}

interface Standing {
  readonly export?: boolean;
  /** Which places hold a backup that opens, as `--in` takes them. */
  readonly backups?: readonly string[];
}

/** After the export: the folder stays, what stands is told and is whole, and there is no record. */
async function expectStanding(result: RunResult, server: Server, stands: Standing): Promise<void> {
  const { export: hasExport = true, backups = ['ceremony/backup-1.json', 'stick/backup-2.json'] } =
    stands;
  expect(result.stderr).toContain('the ceremony is NOT complete: there is no record.json.');
  expect(result.stderr).not.toContain('nothing is left');
  expect(existsSync(path('ceremony', 'record.json'))).toBe(false);
  expect(existsSync(path('ceremony', 'export.json'))).toBe(hasExport);
  expect(result.stderr).toMatch(
    hasExport ? /use neither the export nor a backup yet/ : /kmsx reexport-key makes one/,
  );
  const values = new Set<string>();
  for (const place of backups) {
    expect(result.stderr).toContain(place.startsWith('secret:') ? place : `  ${path(place)}\n`);
    values.add(await recovered(server, place));
  }
  expect(values.size).toBe(1);
}

const recovered = (server: Server, place: string): Promise<string> =>
  kmsxOk(['recover-key', '--in', place, '--check-value-only', ...server.endpoint], {
    cwd: folder(),
    env: server.env,
  });

/** A ceremony of before, whose files can be put in place of this one's: whole, and another data key's. */
async function makeAnother(server: Server): Promise<void> {
  await complete(server, { ...ALONE, SECOND_BACKUP: 'another-2.json' }, [
    'alias/rehearsal',
    'another',
  ]);
}

interface CeremonyRecord {
  readonly KeyCheckValues: readonly { Method: string; Value: string }[];
  readonly [field: string]: unknown;
}

describe('ceremony.sh', () => {
  it('is clean', () => {
    execFileSync('shellcheck', ['--shell', 'sh', SCRIPT]);
    expect(readFileSync(SCRIPT, 'utf8')).toMatch(/^set -eu$/m);
  });

  it.each(SHELLS)('goes from key pair to verified backups, under %s', async (...shell) => {
    const server = await startKms();
    const settings = { ...ALONE, CONTEXT: 'purpose=payments = 密🔑' };
    const result = await ceremony(server, settings, CEREMONY, shell);
    expect(result, result.stderr).toMatchObject({ code: 0, stdout: '' });

    const names = ['backup-1.json', 'export.json', 'record.json', 'wrapping.pem'];
    expect(readdirSync(path('ceremony')).sort()).toEqual([...names, 'wrapping.pub.pem']);
    expect(mode('ceremony')).toBe(0o700);
    for (const name of names) expect(mode('ceremony', name), name).toBe(0o600);
    expect(text('ceremony', 'wrapping.pem')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(text('stick', 'backup-2.json')).toBe(text('ceremony', 'backup-1.json'));
    expect(mode('stick', 'backup-2.json')).toBe(0o600);
    for (let step = 1; step <= 10; step += 1) {
      expect(result.stderr).toContain(`ceremony: step ${step} of 10: `);
    }

    const document = exportDocument('ceremony', 'export.json');
    const record = ceremonyRecord();
    const { KeyId, KeyVersionId, DataKeyId, PublicKeyFingerprint } = document;
    expect(document.EncryptionContext).toMatchObject({ purpose: 'payments = 密🔑' });
    expect(record).toMatchObject({
      ...{ Ceremony: 'complete', Rehearsal: true, NumberOfBytes: 32, Region: 'cn-local' },
      ...{ KeyId, KeyVersionId, DataKeyId, PublicKeyFingerprint },
      EncryptionContext: document.EncryptionContext,
      Export: path('ceremony', 'export.json'),
      Backups: [path('ceremony', 'backup-1.json'), path('stick', 'backup-2.json')],
      RequestIds: { Export: document.RequestId },
    });
    expect(record['StartedAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(new Set([document.RequestId, ...verifyIds(record)]).size).toBe(3);
    expect(JSON.stringify(record)).not.toContain(document.CiphertextBlob);
    expect(JSON.stringify(record)).not.toContain('null');

    for (const place of ['ceremony/backup-1.json', 'stick/backup-2.json']) {
      const { KeyCheckValues } = JSON.parse(await recovered(server, place)) as CeremonyRecord;
      expect(record.KeyCheckValues).toEqual(KeyCheckValues);
    }
    await expectNoPlaintext(result);
  });

  it('reads aloud what the record says', async () => {
    const server = await startKms();
    const { stderr } = await complete(server);
    const record = ceremonyRecord();
    const aloud = [...stderr.matchAll(/read aloud: (.*)/g)].map(([, line = '']) => line);
    const plain = aloud.map((line) => line.replace(/^(data key|[A-Z0-9]+-[A-Z-]+) /, ''));
    expect(plain.map((line) => line.replaceAll(' ', ''))).toEqual([
      String(record['PublicKeyFingerprint']).replace('SHA256:', ''),
      record['DataKeyId'],
      ...record.KeyCheckValues.map(({ Value }) => Value),
    ]);
  });

  it('takes a pair that exists, a secret of KMS for the second backup, and options of KMS', async () => {
    const server = await startKms();
    const settings = {
      ...{ UNATTENDED: 'yes', SECOND_BACKUP: 'secret:backups/payments' },
      ...{ PUBKEY, PRIVKEY, EXPECT_FINGERPRINT: await fingerprintOf(PUBKEY) },
      KMSX_ENDPOINT: 'http://127.0.0.1:1',
    };
    await complete(server, settings, [...CEREMONY, ...server.endpoint]);
    expect(readdirSync(path('ceremony')).sort()).toEqual([
      ...['backup-1.json', 'export.json', 'record.json'],
    ]);
    const values = await recovered(server, 'ceremony/backup-1.json');
    expect(await recovered(server, 'secret:backups/payments')).toBe(values);
    expect(ceremonyRecord()).toMatchObject({ PublicKey: PUBKEY });
  });

  it('puts the second backup on a FAT stick, which keeps no modes', async () => {
    const server = await startKms();
    mounts.fat(path('stick.img'), path('fat'));
    const { stderr } = await complete(server, { ...ALONE, SECOND_BACKUP: 'fat/backup-2.json' });
    expect(stderr).toContain('fat/backup-2.json is on a file system without modes');
    expect(text('fat', 'backup-2.json')).toBe(text('ceremony', 'backup-1.json'));
  });

  it('asks at the terminal for the fingerprint, and for what the HSM shows', async () => {
    const server = await startKms();
    const hsm = (): Promise<string> =>
      kmsxOk(
        [
          ...['unwrap-key', '--privkey', PRIVKEY, '--in', path('ceremony', 'export.json')],
          '--check-value-only',
        ],
        { cwd: folder() },
      );
    const settings = { SECOND_BACKUP: 'stick/backup-2.json', PUBKEY };
    const { code, output } = await atTerminal(server, settings, [
      ['(yes or no) ', () => 'yes'],
      ['cmac:… or ecb:…) ', async () => `cmac:${valueOf(await hsm(), 'AES-CMAC-ZERO')}`],
    ]);
    expect(code, output).toBe(0);
    const record = ceremonyRecord();
    expect(record).toMatchObject({ AssuranceBits: 40, ...JSON.parse(await hsm()) });
  });

  it('asks again where what was typed is no check value, and takes nothing for one', async () => {
    const server = await startKms();
    const ecb = async (): Promise<string> => {
      const opened = ['--privkey', PRIVKEY, '--in', path('ceremony', 'export.json')];
      const printed = await kmsxOk(['unwrap-key', ...opened, '--check-value-only'], {
        cwd: folder(),
      });
      return valueOf(printed, 'AES-ECB-ZERO');
    };
    const settings = { SECOND_BACKUP: 'stick/backup-2.json', PUBKEY };
    const { code, output } = await atTerminal(server, settings, [
      ['(yes or no) ', () => 'yes'],
      ['ecb:…) ', ecb],
      ['ecb:…) ', () => ''],
      ['ecb:…) ', () => 'ecb:'],
      ['ecb:…) ', async () => `ecb:${(await ecb()).slice(1)}`],
      ['ecb:…) ', async () => `ecb: ${await ecb()}`],
      ['ecb:…) ', async () => `kcv:${await ecb()}`],
      ['ecb:…) ', () => 'label:0000000000000000000000000000000g'],
      ['ecb:…) ', async () => `ecb:${(await ecb()).toUpperCase()}`],
    ]);
    expect(code, output).toBe(0);
    expect(output.match(/that is not a check value: /g)).toHaveLength(7);
    expect(ceremonyRecord()).toMatchObject({ AssuranceBits: 24 });
    expect(server.made()).toBe(1);
  });

  it('stops where the fingerprint is not confirmed', async () => {
    const server = await startKms();
    const settings = { SECOND_BACKUP: 'stick/backup-2.json', PUBKEY };
    const { code, output } = await atTerminal(server, settings, [['(yes or no) ', () => 'no']]);
    expect(code, output).toBe(6);
    expect(output).toContain('the fingerprint was not confirmed');
    expect(existsSync(path('ceremony'))).toBe(false);
  });

  it('stops, and keeps everything, where the HSM shows another check value', async () => {
    const server = await startKms();
    const settings = { SECOND_BACKUP: 'stick/backup-2.json', PUBKEY };
    const { code, output } = await atTerminal(server, settings, [
      ['(yes or no) ', () => 'yes'],
      ['cmac:… or ecb:…) ', () => 'ecb:000000'],
    ]);
    expect(code, output).toBe(6);
    const stderr = output.replaceAll('\r\n', '\n');
    await expectStanding({ code, stdout: '', stderr }, server, {});
  });
});

const verifyIds = (record: CeremonyRecord): string[] =>
  (record['RequestIds'] as { readonly Verify: string[] }).Verify;

function valueOf(printed: string, method: string): string {
  const { KeyCheckValues } = JSON.parse(printed) as CeremonyRecord;
  return KeyCheckValues.find(({ Method }) => Method === method)?.Value ?? '';
}

async function fingerprintOf(pubkey: string): Promise<string> {
  const printed = await kmsxOk(['inspect', '--json', pubkey], { cwd: folder() });
  return (JSON.parse(printed) as { PublicKeyFingerprint: string }).PublicKeyFingerprint;
}

/** The data key is in no file of the ceremony and in nothing that it said, in base64, in hexadecimal or raw. */
async function expectNoPlaintext({ stdout, stderr }: RunResult): Promise<void> {
  const unwrap = [
    'unwrap-key',
    '--privkey',
    'ceremony/wrapping.pem',
    '--in',
    'ceremony/export.json',
  ];
  const opened = ['--passphrase-file', 'passphrase.txt', '--format', 'hex'];
  const key = Buffer.from((await kmsxOk([...unwrap, ...opened], { cwd: folder() })).trim(), 'hex');
  expect(key).toHaveLength(32);
  const files = readdirSync(path('ceremony')).map((name) => readFileSync(path('ceremony', name)));
  const all = Buffer.concat([...files, Buffer.from(stdout + stderr)]);
  for (const form of [key, key.toString('hex'), key.toString('base64')]) {
    expect(all.includes(form)).toBe(false);
  }
}

type Answer = readonly [question: string, answer: () => string | Promise<string>];

/** The ceremony on a pseudo-terminal, where each question gets its answer. */
async function atTerminal(
  server: Server,
  settings: Settings,
  answers: readonly Answer[],
): Promise<{ code: number | null; output: string }> {
  const words = ['dash', SCRIPT, ...CEREMONY].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', words, '/dev/null'], {
    cwd: folder(),
    env: { ...environment(server, settings), SHELL: '/bin/sh' },
  });
  const waiting = [...answers];
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1');
    const [next] = waiting;
    if (next === undefined || !seen.endsWith(Buffer.from(next[0]).toString('latin1'))) return;
    waiting.shift();
    void Promise.resolve(next[1]()).then((answer) => child.stdin.write(`${answer}\n`));
  });
  const { code, stdout } = await finish(child);
  expect(waiting, stdout).toEqual([]);
  return { code, output: stdout };
}

describe('no data key is made', () => {
  it.each<[string, Settings, string[], RegExp]>([
    ['no key', ALONE, [], /usage: /],
    ['no folder', ALONE, ['alias/rehearsal'], /usage: /],
    ['no second backup', { ...ALONE, SECOND_BACKUP: '' }, CEREMONY, /usage: /],
    ['no passphrase', { ...ALONE, PASSPHRASE_FILE: '' }, CEREMONY, /PASSPHRASE_FILE is required/],
    ['no such passphrase', { ...ALONE, PASSPHRASE_FILE: 'x' }, CEREMONY, /PASSPHRASE_FILE=x is no/],
    ['an unknown UNATTENDED', { ...ALONE, UNATTENDED: 'true' }, CEREMONY, /is yes or no/],
    ['a PRIVKEY alone', { ...ALONE, PRIVKEY }, CEREMONY, /need a PUBKEY/],
    [
      'a fingerprint alone',
      { ...ALONE, EXPECT_FINGERPRINT: 'SHA256:00' },
      CEREMONY,
      /need a PUBKEY/,
    ],
    ['a PUBKEY alone', { ...ALONE, PUBKEY }, CEREMONY, /needs PRIVKEY/],
    ['no fingerprint', { ...ALONE, PUBKEY, PRIVKEY }, CEREMONY, /needs EXPECT_FINGERPRINT/],
    [
      'nobody to ask',
      { ...ALONE, UNATTENDED: '' },
      CEREMONY,
      /no terminal to ask on: set UNATTENDED=yes\n/,
    ],
    [
      'nobody to ask of a PUBKEY',
      { ...ALONE, UNATTENDED: '', PUBKEY },
      CEREMONY,
      /no terminal to ask on: set EXPECT_FINGERPRINT and PRIVKEY\n/,
    ],
    [
      'nobody to ask what the HSM shows',
      { ...ALONE, UNATTENDED: '', PUBKEY, EXPECT_FINGERPRINT: 'SHA256:00' },
      CEREMONY,
      /no terminal to ask on: set PRIVKEY\n/,
    ],
    [
      'nobody to ask for the fingerprint',
      { ...ALONE, UNATTENDED: '', PUBKEY, PRIVKEY },
      CEREMONY,
      /no terminal to ask on: set EXPECT_FINGERPRINT\n/,
    ],
  ])('step 1: %s is exit 2', async (_, settings, args, why) => {
    const server = await startKms();
    const result = await ceremony(server, settings, args);
    expectFailure(result, 1, 2, why);
    expectNothing(result, server);
  });

  it.each(['jq', 'kmsx'])('step 1: %s is not there', async (missing) => {
    const server = await startKms();
    mkdirSync(path('tools'));
    const tools = ['dash', 'date', 'mkdir', 'rm', 'rmdir', 'sed', 'sync', 'mv', 'jq'];
    for (const tool of tools.filter((name) => name !== missing)) {
      const found = execFileSync('sh', ['-c', `command -v ${tool}`])
        .toString()
        .trim();
      symlinkSync(found, path('tools', tool));
    }
    if (missing !== 'kmsx') cpSync(path('bin', 'kmsx'), path('tools', 'kmsx'));
    const result = await ceremony(server, { ...ALONE, PATH: path('tools') });
    expectFailure(result, 1, 7, new RegExp(`error: ${missing} is not on the PATH `));
    expectNothing(result, server);
  });

  it.each([
    ['a folder', 'mkdir -m 755 ceremony'],
    ['a file', 'echo mine > ceremony'],
  ])('step 1: %s of that name stays as it is', async (_, make) => {
    const server = await startKms();
    execFileSync('sh', ['-c', make], { cwd: folder() });
    const earlier = statSync(path('ceremony'));
    const result = await ceremony(server);
    expectFailure(result, 1, 2, /ceremony exists already/);
    expect(result.stderr).toContain('ceremony is not of this ceremony and was not touched\n');
    expect(result.stderr).not.toContain('nothing is left');
    expect(statSync(path('ceremony'))).toMatchObject({ mode: earlier.mode, ino: earlier.ino });
    expect(server.made()).toBe(0);
  });

  it('step 1: the folder and the second backup of an earlier ceremony stay as they are', async () => {
    const server = await startKms();
    await complete(server);
    const earlier = {
      names: readdirSync(path('ceremony')),
      record: text('ceremony', 'record.json'),
      second: text('stick', 'backup-2.json'),
    };
    const stays = (result: RunResult): void => {
      expect(result.stderr).not.toContain('--force');
      expect({
        names: readdirSync(path('ceremony')),
        record: text('ceremony', 'record.json'),
        second: text('stick', 'backup-2.json'),
      }).toEqual(earlier);
      expect(server.made()).toBe(1);
    };

    const sameFolder = await ceremony(server, { ...ALONE, SECOND_BACKUP: 'stick/new.json' });
    expectFailure(sameFolder, 1, 2, /ceremony exists already/);
    expect(sameFolder.stderr).toContain('ceremony is of an earlier ceremony and was not touched\n');
    expect(sameFolder.stderr).not.toContain('nothing is left');
    stays(sameFolder);

    const sameBackup = await ceremony(server, ALONE, ['alias/rehearsal', 'another']);
    const why = /stick\/backup-2\.json exists already, and may be the only backup/;
    expectFailure(sameBackup, 1, 2, why);
    expect(existsSync(path('another'))).toBe(false);
    stays(sameBackup);

    symlinkSync('nowhere', path('stick', 'link.json'));
    const aLink = { ...ALONE, SECOND_BACKUP: 'stick/link.json' };
    const linked = await ceremony(server, aLink, ['alias/rehearsal', 'another']);
    expectFailure(linked, 1, 2, /stick\/link\.json exists already/);
  });

  it('step 1: the folder cannot be made', async () => {
    const server = await startKms();
    const result = await ceremony(server, ALONE, ['alias/rehearsal', 'nowhere/ceremony']);
    expectFailure(result, 1, 7, /nowhere\/ceremony cannot be made/);
    expectNothing(result, server);
  });

  it('step 2: kmsx makes no key pair', async () => {
    const server = await startKms();
    writeFileSync(path('passphrase.txt'), '\n');
    const result = await ceremony(server);
    expectFailure(result, 2, 2, /kmsx: error: .*passphrase/);
    expectNothing(result, server);
  });

  it('step 3: the public key is another, is none, or is not there', async () => {
    const server = await startKms();
    const settings = { ...ALONE, PRIVKEY, EXPECT_FINGERPRINT: await fingerprintOf(PUBKEY) };
    const other = testKeyPath('other-2048.pem');
    const swapped = await ceremony(server, { ...settings, PUBKEY: other });
    expectFailure(swapped, 3, 6, /other-2048\.pem is another key: expected SHA256:/);
    expectNothing(swapped, server);
    const none = await ceremony(server, { ...settings, PUBKEY: 'passphrase.txt' });
    expectFailure(none, 3, 2, /kmsx: error: .*passphrase\.txt/);
    expectNothing(none, server);
    const missing = await ceremony(server, { ...settings, PUBKEY: 'missing.pem' });
    expectFailure(missing, 3, 7, /kmsx: error: .*missing\.pem/);
    expectNothing(missing, server);
  });

  it('step 3: the pair is swapped after it was made', async () => {
    const server = await startKms();
    after('keygen', `cp '${PUBKEY}' '${path('ceremony')}/wrapping.pub.pem'`);
    const result = await ceremony(server);
    expectFailure(result, 3, 6, /wrapping\.pub\.pem is another key/);
    expectNothing(result, server);
  });

  it('step 4: the KMS key is unknown, is disabled, or is out of reach', async () => {
    const server = await startKms();
    const unknown = await ceremony(server, ALONE, ['alias/nobody', 'ceremony']);
    expectFailure(unknown, 4, 4, /KMS does not know this alias here/);
    expect(existsSync(path('ceremony'))).toBe(false);
    const KeyId = server.announcement.Keys[0]?.KeyId ?? '';
    await signedCall(server.announcement, 'DisableKey', { KeyId });
    const disabled = await ceremony(server);
    expectFailure(disabled, 4, 4, /kmsx: error: .*disabled/i);
    expect(existsSync(path('ceremony'))).toBe(false);
    const elsewhere = ['--endpoint', 'http://127.0.0.1:1', '--max-attempts', '1'];
    const away = await ceremony(server, ALONE, [...CEREMONY, ...elsewhere]);
    expectFailure(away, 4, 5, /kmsx: error: /);
    expect(readdirSync(folder()).sort()).toEqual(['bin', 'passphrase.txt', 'stick']);
  });

  it('step 4: these credentials may not', async () => {
    const server = await startKms();
    const result = await ceremony(server, { ...ALONE, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' });
    expectFailure(result, 4, 3, /kmsx: error: /);
    expectNothing(result, server);
  });

  it('step 1: the second backup exists; step 4: it cannot be there', async () => {
    const server = await startKms();
    writeFileSync(path('mine.json'), 'mine');
    const taken = await ceremony(server, { ...ALONE, SECOND_BACKUP: 'mine.json' });
    expectFailure(taken, 1, 2, /mine\.json exists already/);
    expectNothing(taken, server);
    expect(text('mine.json')).toBe('mine');
    const nowhere = await ceremony(server, { ...ALONE, SECOND_BACKUP: 'mine.json/backup.json' });
    expectFailure(nowhere, 4, 7, /kmsx: error: .*backup\.json/);
    expectNothing(nowhere, server);
  });

  it('step 5: KMS refuses after all, or the public key was swapped: nothing is left', async () => {
    const server = await startKms();
    beforeTheExport(`cp '${PUBKEY}' '${path('ceremony')}/wrapping.pub.pem'`);
    const swapped = await ceremony(server);
    expectFailure(swapped, 5, 6, /kmsx: error: .*fingerprint/i);
    expect(existsSync(path('ceremony'))).toBe(false);
    beforeTheExport('export ALIBABA_CLOUD_ACCESS_KEY_SECRET=wrong');
    const refused = await ceremony(server);
    expectFailure(refused, 5, 3, /kmsx: error: /);
    expect(existsSync(path('ceremony'))).toBe(false);
    expect(readdirSync(path('stick'))).toEqual([]);
  });

  it('never removes a file that is not its own', async () => {
    const server = await startKms();
    program('[ "$1" != inspect ] || { echo mine > ceremony/notes.txt; exit 7; }');
    const result = await ceremony(server);
    expectFailure(result, 3, 7, /ceremony, which has files of someone else, is left of/);
    expect(readdirSync(path('ceremony'))).toEqual(['notes.txt']);
  });
});

describe('a data key was made, and nothing of it is deleted', () => {
  const BACKUP_1 = ['ceremony/backup-1.json'];
  /** The second backup as it is, bound to its id, with the blob of the other ceremony in it. */
  const SWAP_BLOB = [
    'jq -c --slurpfile other another/backup-1.json',
    "'.CiphertextBlob = $other[0].CiphertextBlob' ceremony/backup-1.json > stick/backup-2.json",
  ].join(' ');

  it('step 5: KMS does not take the second backup', async () => {
    const server = await startKms('--fault', 'error:action=CreateSecret');
    const settings = { ...ALONE, SECOND_BACKUP: 'secret:backups/payments' };
    const result = await ceremony(server, settings, [...CEREMONY, '--max-attempts', '1']);
    expectFailure(result, 5, 5, /kmsx: error: secret:backups\/payments: .*backup-1\.json stands/);
    await expectStanding(result, server, { export: false, backups: BACKUP_1 });
  });

  it('step 5: the stick is pulled out after the dry run', async () => {
    const server = await startKms('--fault', 'delay:ms=2000,action=GenerateAndExportDataKey');
    beforeTheExport(onceItIsThere('stick/.backup-2.json', 'rm -r stick'));
    const result = await ceremony(server);
    expectFailure(result, 5, 7, /kmsx: error: .*backup-2\.json.*backup-1\.json stands/);
    await expectStanding(result, server, { export: false, backups: BACKUP_1 });
    await goOnByHand(server);
  });

  it('step 5: something came to be where the export goes', async () => {
    const server = await startKms('--fault', 'delay:ms=2000,action=GenerateAndExportDataKey');
    beforeTheExport(onceItIsThere('ceremony/.export.json', 'echo mine > ceremony/export.json'));
    const result = await ceremony(server);
    expectFailure(result, 5, 2, /kmsx: error: .*export\.json already exists/);
    expect(text('ceremony', 'export.json')).toBe('mine\n');
    await expectStanding(result, server, {});
  });

  it('step 6: a backup is of another data key', async () => {
    const server = await startKms();
    await makeAnother(server);
    before('verify-key', 'cp another/backup-1.json stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 6, 6, /kmsx: error: .*backup-2\.json/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 6: the CiphertextBlob of a backup is swapped for another data key’s', async () => {
    const server = await startKms();
    await makeAnother(server);
    before('verify-key', SWAP_BLOB);
    const result = await ceremony(server);
    expectFailure(result, 6, 4, /kmsx: hint: .*backup-2\.json does not open as it is/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 6: a backup is cut short', async () => {
    const server = await startKms();
    before('verify-key', 'head -c 300 ceremony/backup-1.json > stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 6, 2, /kmsx: error: .*backup-2\.json/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 6: the export is one that anybody can make who has the public key', async () => {
    const server = await startKms();
    const settings = await forge(server);
    before('verify-key', 'cp forged.json ceremony/export.json');
    const result = await ceremony(server, settings);
    expectFailure(result, 6, 6, /kmsx: error: /);
    await expectStanding(result, server, {});
  });

  it('step 6: KMS fails, or does not let these credentials verify', async () => {
    const server = await startKms('--fault', 'error:action=ExportDataKey');
    const result = await ceremony(server, ALONE, [...CEREMONY, '--max-attempts', '1']);
    expectFailure(result, 6, 5, /kmsx: error: .*InternalFailure/);
    await expectStanding(result, server, {});
  });

  it('step 7: the export is swapped after it was verified', async () => {
    const server = await startKms();
    const settings = await forge(server);
    before('unwrap-key', 'cp forged.json ceremony/export.json');
    const result = await ceremony(server, settings);
    expectFailure(result, 7, 6, /kmsx: error: .*check value/);
    await expectStanding(result, server, {});
  });

  it('step 7: the passphrase is another', async () => {
    const server = await startKms();
    before('unwrap-key', 'echo wrong > passphrase.txt');
    const result = await ceremony(server);
    expectFailure(result, 7, 6, /kmsx: error: .*passphrase/);
    await expectStanding(result, server, {});
  });

  it('step 8: the second backup is swapped after it was verified', async () => {
    const server = await startKms();
    await makeAnother(server);
    before('recover-key', 'cp another/backup-1.json stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 8, 6, /kmsx: error: .*check value/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 8: the CiphertextBlob of a backup is swapped for another data key’s', async () => {
    const server = await startKms();
    await makeAnother(server);
    before('recover-key', SWAP_BLOB);
    const result = await ceremony(server);
    expectFailure(result, 8, 4, /kmsx: hint: .*backup-2\.json does not open as it is/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 8: a backup is cut short', async () => {
    const server = await startKms();
    before('recover-key', 'head -c 300 ceremony/backup-1.json > stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 8, 2, /kmsx: error: .*stick\/backup-2\.json/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 8: these credentials may export and not decrypt', async () => {
    const { account, exporter } = await startWithExporter();
    const result = await ceremony(exporter);
    expectFailure(result, 8, 3, /kmsx: hint: a Deny statement in a RAM policy forbids kms:Decrypt/);
    await expectStanding(result, account, {});
  });

  it('step 9: the files do not belong together', async () => {
    const server = await startKms();
    await makeAnother(server);
    before('inspect', '[ ! -e ceremony/export.json ] || cp another-2.json stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 9, 6, /inspect says that they do not belong together/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 9: a file is none of what it should be', async () => {
    const server = await startKms();
    before('inspect', '[ ! -e ceremony/export.json ] || echo {} > stick/backup-2.json');
    const result = await ceremony(server);
    expectFailure(result, 9, 2, /kmsx: error: .*stick\/backup-2\.json/);
    await expectStanding(result, server, { backups: BACKUP_1 });
  });

  it('step 10: the record cannot be written', async () => {
    const server = await startKms();
    after('inspect', '[ ! -e ceremony/export.json ] || mkdir ceremony/record.part');
    const result = await ceremony(server);
    expectFailure(result, 10, 7, /the record cannot be written/);
    await expectStanding(result, server, {});
  });
});

/**
 * Makes forged.json, an export document for a wrapping key that exists: of a data key of the attacker's choosing, for which
 * the public key is enough. Gives the settings of a ceremony with that pair.
 */
async function forge(server: Server): Promise<Settings> {
  const fingerprint = await fingerprintOf(PUBKEY);
  const settings = { ...ALONE, PUBKEY, PRIVKEY, EXPECT_FINGERPRINT: fingerprint };
  await complete(server, { ...settings, SECOND_BACKUP: 'forger-2.json' }, [
    ...['alias/rehearsal', 'forger'],
  ]);
  const real = exportDocument('forger', 'export.json');
  const key = createPublicKey(readFileSync(PUBKEY));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const chosen = publicEncrypt({ key, padding, oaepHash: 'sha256' }, Buffer.alloc(32, 7));
  const ExportedDataKey = chosen.toString('base64');
  const Exports = real.Exports.map((entry) => ({ ...entry, ExportedDataKey }));
  writeFileSync(path('forged.json'), JSON.stringify({ ...real, ExportedDataKey, Exports }));
  return settings;
}

/** From the one backup that stands: an export, and the proof that both hold the same data key. */
async function goOnByHand(server: Server): Promise<void> {
  const run = (...args: string[]): Promise<string> =>
    kmsxOk([...args, ...server.endpoint], { cwd: path('ceremony'), env: server.env });
  const again = ['reexport-key', '--in', 'backup-1.json', '--pubkey', 'wrapping.pub.pem'];
  await run(...again, '--out', 'export.json');
  const opened = ['--privkey', 'wrapping.pem', '--passphrase-file', '../passphrase.txt'];
  const args = ['verify-key', '--in', 'export.json', ...opened, '--against', 'backup-1.json'];
  expect(JSON.parse(await run(...args))).toMatchObject({ Match: true });
}

/** An account, and a RAM user of it that may do all but decrypt. */
async function startWithExporter(): Promise<{ account: Kms; exporter: Kms }> {
  const keys = { AccessKeyId: 'LTAI5tExporter', AccessKeySecret: 'notAnActualSecretOfExporter' };
  const Statement = [
    { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' },
  ];
  const user = { ...keys, UserName: 'exporter', Policies: [{ Version: '1', Statement }] };
  const Accounts = [
    {
      AccountId: '1234567890123456',
      AccessKeys: [{}, user],
      Keys: [{ Aliases: ['alias/rehearsal'] }],
    },
  ];
  const seed = { Format: 'kmsx-local-kms-seed/1', Accounts };
  writeFileSync(path('seed.json'), JSON.stringify(seed));
  const account = await startKms('--seed', 'seed.json');
  const credentials = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: keys.AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.AccessKeySecret,
  };
  return { account, exporter: { ...account, env: { ...account.env, ...credentials } } };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !condition(); tries += 1) await delay(25);
  expect(condition()).toBe(true);
}

describe('a signal', () => {
  const CODES = [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;

  /** Sends a signal to the script and to all that it started, as a terminal does, or to the script alone. */
  async function interrupt(
    child: ChildProcessWithoutNullStreams,
    signal: NodeJS.Signals,
    whom: 'all' | 'script',
  ): Promise<RunResult> {
    const finished = finish(child);
    await until(() => existsSync(path('reached')));
    await delay(300);
    if (child.pid === undefined) throw new Error('it was not started');
    process.kill(whom === 'all' ? -child.pid : child.pid, signal);
    return await finished;
  }

  it.each(CODES)('%s before the export leaves nothing', async (signal, code) => {
    const server = await startKms();
    after('keygen', 'touch reached; sleep 2');
    for (const whom of ['all', 'script'] as const) {
      const result = await interrupt(start(server), signal, whom);
      expectFailure(result, 2, code, '');
      expectNothing(result, server);
      execFileSync('rm', [path('reached')]);
    }
  });

  it.each(CODES)('%s before the first answer leaves nothing', async (signal, code) => {
    const server = await startKms(
      '--fault',
      'delay:ms=20000,action=GenerateAndExportDataKey,after=1',
    );
    beforeTheExport('touch reached');
    const result = await interrupt(start(server), signal, 'all');
    expectFailure(result, 5, code, '');
    expectNoFile(result);
  });

  it.each(CODES)('%s after the export keeps all that stands', async (signal, code) => {
    const server = await startKms();
    after('export-key', '[ ! -e ceremony/export.json ] || { touch reached; sleep 2; }');
    const result = await interrupt(start(server), signal, 'script');
    expectFailure(result, 5, code, '');
    await expectStanding(result, server, {});
  });

  it('SIGTERM in the midst of verify-key, which KMS does not answer, keeps all that stands', async () => {
    const server = await startKms('--fault', 'hang:action=ExportDataKey,first=1');
    before('verify-key', 'touch reached');
    const result = await interrupt(start(server), 'SIGTERM', 'all');
    expectFailure(result, 6, 143, '');
    await expectStanding(result, server, {});
  });

  it('SIGKILL after the export leaves whole files and no record', async () => {
    const server = await startKms();
    before('verify-key', 'touch reached; sleep 5');
    const result = await interrupt(start(server), 'SIGKILL', 'all');
    expect(result.code).toBeNull();
    expect(readdirSync(path('ceremony')).sort()).toEqual([
      ...['backup-1.json', 'export.json', 'wrapping.pem', 'wrapping.pub.pem'],
    ]);
    const values = await recovered(server, 'ceremony/backup-1.json');
    expect(await recovered(server, 'stick/backup-2.json')).toBe(values);
  });
});

describe('docs/ceremony.md', () => {
  const walk = readFileSync(WALK, 'utf8');
  it('knows every exit code with which a test above lets a step fail', () => {
    const tests = readFileSync(fileURLToPath(import.meta.url), 'utf8');
    const seen = [...tests.matchAll(/expectFailure\(\w+, (\d+), (\d),/g)];
    expect(seen.length).toBeGreaterThan(30);
    for (const [, step = '', code = ''] of seen) {
      const [, codes = ''] = new RegExp(`^\\| ${step} [^|]*\\|([^|]*)\\|`, 'm').exec(walk) ?? [];
      expect(codesIn(codes), `step ${step}: ${codes}`).toContain(Number(code));
    }
  });

  /** `2, 4–6` as numbers. */
  const codesIn = (list: string): number[] =>
    list.split(',').flatMap((part) => {
      const [first = 0, last = first] = part.trim().split('–').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });

  it('knows every step of the script, and every file and setting', () => {
    const script = readFileSync(SCRIPT, 'utf8');
    const steps = script.match(/^  step ['a-z]/gm) ?? [];
    expect(steps).toHaveLength(10);
    for (let step = 1; step <= steps.length; step += 1) {
      expect(walk).toMatch(new RegExp(`^\\| ${step} `, 'm'));
    }
    for (const name of ['PUBKEY', 'PRIVKEY', 'EXPECT_FINGERPRINT', 'UNATTENDED', 'record.json']) {
      expect(walk).toContain(name);
    }
  });
});
