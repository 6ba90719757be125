import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupDocument } from '../../../../src/documents/backup-document.ts';
import type { RunResult } from '../../../support/run-result.ts';
import type { Server } from '../../../support/kmsx.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../../support/kmsx.ts';
import { signedCall } from '../../../support/local-kms/signed-call.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
const SECRET = 'secret:backups/payments';
const BOTH = ['--backup', SECRET, '--backup', 'b.json', '--out', 'e.json'];

const files = (): string[] => readdirSync(folder()).sort();
const text = (name: string): string => readFileSync(join(folder(), name), 'utf8');

/** A server of the test, and the actions that it was asked for. */
async function start(...args: string[]): Promise<Server & { asked(): string[] }> {
  const server = await localKms({ cwd: folder() }, args);
  const log: string[] = [];
  server.onLog((text) => log.push(text));
  const actions = /(?:GenerateAndExportDataKey|ExportDataKey|\w+Secret\w*)(?= )/g;
  return { ...server, asked: () => log.join('').match(actions) ?? [] };
}

function faults(...specs: string[]): string[] {
  return specs.flatMap((spec) => ['--fault', spec]);
}

async function run(server: Server, ...args: string[]): Promise<RunResult> {
  return await kmsx([...args, ...server.endpoint], { cwd: folder(), env: server.env });
}

async function succeed(server: Server, ...args: string[]): Promise<RunResult> {
  const result = await run(server, ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

/** Runs what must fail, and gives the error that it says. */
async function fail(server: Server, ...args: string[]): Promise<Failure> {
  const result = await run(server, ...args, '--error-format', 'json');
  expect(result.stdout).toBe('');
  const line = result.stderr.trimEnd().split('\n').at(-1) ?? '';
  const { Error } = JSON.parse(line) as { Error: Omit<Failure, 'code'> };
  return { code: result.code, ...Error };
}

interface Failure {
  readonly code: number | null;
  readonly Code: string;
  readonly Message: string;
  readonly Hint: string;
}

/** What KMS keeps under a name; undefined if nothing. */
async function secretOf(server: Server, name = 'backups/payments'): Promise<string | undefined> {
  const listed = await signedCall(server.announcement, 'ListSecrets');
  if (!JSON.stringify(listed).includes(`"SecretName":"${name}"`)) return undefined;
  const value = await signedCall(server.announcement, 'GetSecretValue', { SecretName: name });
  return String(value['SecretData']);
}

async function createSecret(server: Server, SecretData: string): Promise<void> {
  const secret = { SecretName: 'backups/payments', VersionId: 'v1', SecretData };
  await signedCall(server.announcement, 'CreateSecret', secret);
}

const checkValues = (file: string): Promise<string> =>
  kmsxOk(['unwrap-key', '--privkey', PRIVKEY, '--in', file, '--check-value-only'], {
    cwd: folder(),
  });

/** A RAM user that may do these things and no more. */
async function startWithUser(...actions: string[]): Promise<Server> {
  const statement = { Effect: 'Allow', Action: actions.map((a) => `kms:${a}`), Resource: '*' };
  const user = {
    AccessKeyId: 'LTAI5tUser',
    AccessKeySecret: 'notAnActualSecretOfUser',
    UserName: 'user',
    Policies: [{ Version: '1', Statement: [statement] }],
  };
  const account = {
    AccountId: '1234567890123456',
    AccessKeys: [{}, user],
    Keys: [{ Aliases: ['alias/rehearsal'] }],
  };
  const seed = { Format: 'kmsx-local-kms-seed/1', Accounts: [account] };
  writeFileSync(join(folder(), 'seed.json'), JSON.stringify(seed));
  const server = await localKms({ cwd: folder() }, ['--seed', 'seed.json']);
  const credentials = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: user.AccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: user.AccessKeySecret,
  };
  return { ...server, env: { ...server.env, ...credentials } };
}

describe('--backup secret:NAME', () => {
  it('keeps the backup document in KMS, and --in reads it from there', async () => {
    const server = await start();
    await succeed(server, ...EXPORT, '--bind', '--context', 'purpose=ä', ...BOTH);
    expect(`${(await secretOf(server)) ?? ''}\n`).toBe(text('b.json'));
    const again = ['reexport-key', '--in', SECRET, '--pubkey', PUBKEY, '--out', 'again.json'];
    await succeed(server, ...again);
    expect(await checkValues('again.json')).toBe(await checkValues('e.json'));
    const asked = server.asked();
    expect(asked.indexOf('DescribeSecret')).toBeLessThan(asked.indexOf('GenerateAndExportDataKey'));
    expect(asked.filter((action) => action === 'CreateSecret')).toHaveLength(1);
  });

  it('is read by every command that opens a backup, with the context that it has', async () => {
    const server = await start();
    await succeed(server, ...EXPORT, '--bind', '--backup', SECRET, '--out', 'e.json');
    const values = await checkValues('e.json');
    const recovered = (from: string): Promise<RunResult> =>
      succeed(server, 'recover-key', '--in', from, '--check-value-only');
    expect((await recovered(SECRET)).stdout).toBe(values);
    const verify = ['verify-key', '--privkey', PRIVKEY, '--in', 'e.json', '--against', SECRET];
    expect(JSON.parse((await succeed(server, ...verify)).stdout)).toMatchObject({ Match: true });
    const old = JSON.parse((await secretOf(server)) ?? '') as BackupDocument;
    const anew = ['reencrypt-key', '--in', SECRET, '--to-key-id', 'alias/rehearsal'];
    const context = ['--to-context', 'anew=', '--to-context', `kmsx:id=${old.DataKeyId ?? ''}`];
    await succeed(server, ...anew, ...context, '--backup', 'secret:backups/anew');
    expect((await recovered('secret:backups/anew')).stdout).toBe(values);
    expect(JSON.parse((await secretOf(server, 'backups/anew')) ?? '')).toMatchObject({
      DataKeyId: old.DataKeyId,
    });
  });

  it('may be the only backup, and is no reason to warn of a missing one', async () => {
    const server = await start();
    const { stdout, stderr } = await succeed(server, ...EXPORT, '--backup', SECRET);
    expect(stderr).not.toContain('without --backup');
    const { CiphertextBlob } = JSON.parse(stdout) as BackupDocument;
    expect(JSON.parse((await secretOf(server)) ?? '')).toMatchObject({ CiphertextBlob });
  });

  it('is a document of any context that KMS takes', async () => {
    const server = await start();
    const overhead = JSON.stringify({ n: '' }).length;
    writeFileSync(join(folder(), 'c.json'), JSON.stringify({ n: '密'.repeat(8192 - overhead) }));
    await succeed(server, ...EXPORT, '--context-file', 'c.json', ...BOTH);
    const kept = (await secretOf(server)) ?? '';
    expect(`${kept}\n`).toBe(text('b.json'));
    expect(Buffer.byteLength(kept)).toBeGreaterThan(24_000);
  });

  it('is the bare CiphertextBlob with --backup-format blob, and --context repeats its context', async () => {
    const server = await start();
    const bare = ['--backup-format', 'blob', '--context', 'a=b', '--backup', SECRET];
    await succeed(server, ...EXPORT, ...bare, '--out', 'e.json');
    const { CiphertextBlob } = JSON.parse(text('e.json')) as BackupDocument;
    expect(await secretOf(server)).toBe(CiphertextBlob);
    const again = ['reexport-key', '--in', SECRET, '--pubkey', PUBKEY];
    await succeed(server, ...again, '--context', 'a=b');
    expect(await fail(server, ...again)).toMatchObject({ code: 4 });
  });

  it('works with --gateway local, from one run to the next', async () => {
    const local = ['--gateway', 'local'];
    const cwd = folder();
    await kmsxOk([...EXPORT, '--backup', SECRET, '--out', 'e.json', ...local], { cwd });
    const again = ['reexport-key', '--in', SECRET, '--pubkey', PUBKEY, '--out', 'again.json'];
    await kmsxOk([...again, ...local], { cwd });
    expect(await checkValues('again.json')).toBe(await checkValues('e.json'));
  });

  it('is a file where the name says so: ./secret:NAME', async () => {
    const server = await start();
    await succeed(server, ...EXPORT, '--backup', './secret:x', '--out', 'e.json');
    expect(files()).toEqual(['e.json', 'secret:x']);
    await succeed(server, 'reexport-key', '--in', './secret:x', '--pubkey', PUBKEY);
    expect(server.asked().filter((action) => action.includes('Secret'))).toEqual([]);
  });
});

describe('a secret that exists', () => {
  it('is found before a data key is made, and stays as it is: exit 4', async () => {
    const server = await start();
    await createSecret(server, 'of somebody else');
    for (const more of [[], ['--force'], ['--dry-run']]) {
      const error = await fail(server, ...EXPORT, ...BOTH, ...more);
      expect(error).toMatchObject({
        code: 4,
        Code: 'secret-exists',
        Message: `${SECRET} already exists`,
      });
      expect(error.Hint).toContain('give another name');
    }
    expect(server.asked()).not.toContain('GenerateAndExportDataKey');
    expect(await secretOf(server)).toBe('of somebody else');
    expect(files()).toEqual([]);
  });

  it('that could not be asked for is never written into, and the file stands', async () => {
    const server = await startWithUser('GenerateAndExportDataKey', 'CreateSecret');
    await createSecret(server, 'of somebody else');
    const error = await fail(server, ...EXPORT, ...BOTH);
    expect(error).toMatchObject({ code: 4, Code: 'secret-exists' });
    expect(error.Message).toBe(
      `${SECRET} exists; kmsx could not read whether it holds this backup; the backup b.json stands`,
    );
    expect(error.Hint).toMatch(
      /ListSecretVersionIds .* kmsx-[0-9a-f]{32} .*\n?.*reexport-key --in b\.json/,
    );
    expect(files()).toEqual(['b.json', 'seed.json']);
    expect(await secretOf(server)).toBe('of somebody else');
  });

  it('that can be read is told apart from this backup', async () => {
    const allowed = ['GenerateAndExportDataKey', 'CreateSecret', 'GetSecretValue'];
    const server = await startWithUser(...allowed);
    await createSecret(server, 'of somebody else');
    const { stderr } = await run(server, ...EXPORT, ...BOTH);
    expect(stderr).toContain(
      `kmsx: warning: whether ${SECRET} exists could not be asked: no permission for DescribeSecret\n`,
    );
    expect(stderr).toContain(`kmsx: error: ${SECRET} already exists; the backup b.json stands\n`);
    expect(files()).toEqual(['b.json', 'seed.json']);
  });
});

describe('an answer of CreateSecret that does not arrive', () => {
  it.each([
    'cut:action=CreateSecret,when=after,first=1',
    'cut-body:action=CreateSecret,first=1',
    'garbage:action=CreateSecret,first=1,form=html',
    'cut:action=CreateSecret,when=after',
    'cut:action=CreateSecret,when=before,first=2',
    'throttle:action=CreateSecret,first=1',
  ])('is made up for, and the secret is known as its own: %s', async (spec) => {
    const server = await start(...faults(spec));
    await succeed(server, ...EXPORT, ...BOTH);
    expect(`${(await secretOf(server)) ?? ''}\n`).toBe(text('b.json'));
    expect(files()).toEqual(['b.json', 'e.json']);
  });

  it('after all attempts is exit 5: no export, and the file stands to go on from', async () => {
    const server = await start(...faults('cut:action=CreateSecret,when=before,first=2'));
    const twice = ['--max-attempts', '2'];
    const error = await fail(server, ...EXPORT, ...BOTH, ...twice);
    expect(error).toMatchObject({ code: 5, Code: 'network-failed' });
    expect(error.Message).toMatch(/^secret:backups\/payments: .*; the backup b\.json stands$/);
    expect(error.Hint).toContain(`kmsx reexport-key --in b.json --pubkey ${PUBKEY}`);
    expect(files()).toEqual(['b.json']);
    expect(await secretOf(server)).toBeUndefined();
    await succeed(server, 'reexport-key', '--in', 'b.json', '--pubkey', PUBKEY);
  });

  it('and cannot be read back says that nobody knows, and how to find out', async () => {
    const specs = ['cut:action=CreateSecret,when=after', 'error:action=GetSecretValue'];
    const server = await start(...faults(...specs));
    const error = await fail(server, ...EXPORT, ...BOTH, '--max-attempts', '1');
    expect(error.code).toBe(5);
    expect(error.Message).toMatch(/; it may have been made; the backup b\.json stands$/);
    expect(error.Hint).toContain('ListSecretVersionIds');
    expect(files()).toEqual(['b.json']);
  });
});

describe('several backups', () => {
  it.each([
    [['--backup', 'a.json', '--backup', '/dev/full'], 'the backup a.json stands', 7],
    [
      ['--backup', 'a.json', '--backup', 'b.json', '--backup', '/dev/full'],
      'the backups a.json and b.json stand',
      7,
    ],
  ])('of which one cannot be written: no export, and %j', async (backups, standing, code) => {
    const server = await start();
    const error = await fail(server, ...EXPORT, ...backups, '--backup', SECRET, '--out', 'e.json');
    expect(error).toMatchObject({ code, Code: 'disk-full' });
    expect(error.Message).toContain(`; ${standing}`);
    expect(files()).toEqual(standing.match(/[ab]\.json/g));
    expect(server.asked()).not.toContain('CreateSecret');
  });

  it('of which the second secret is refused: the first one and the file stand', async () => {
    const server = await start(...faults('error:action=CreateSecret,after=1'));
    const backups = ['--backup', 'a.json', '--backup', SECRET, '--backup', 'secret:second'];
    const twice = ['--max-attempts', '2'];
    const error = await fail(server, ...EXPORT, ...backups, '--out', 'e.json', ...twice);
    expect(error).toMatchObject({ code: 5, Code: 'InternalFailure' });
    expect(error.Message).toContain(`secret:second: KMS had an internal failure`);
    expect(error.Message).toContain(`; the backups a.json and ${SECRET} stand`);
    expect(files()).toEqual(['a.json']);
    expect(await secretOf(server)).toBe(text('a.json').trimEnd());
    expect(await secretOf(server, 'second')).toBeUndefined();
  });

  it('stand where the export cannot be written, and a secret alone is where to go on', async () => {
    const server = await start();
    const key = `acs:kms:cn-local:${await accountOf(server)}:alias/rehearsal`;
    const args = ['export-key', '--key-id', key, '--pubkey', PUBKEY, '--backup', SECRET];
    const error = await fail(server, ...args, '--out', '/dev/full');
    expect(error).toMatchObject({ code: 7, Code: 'disk-full' });
    expect(error.Message).toContain(`; the backup ${SECRET} stands`);
    expect(error.Hint).toContain(
      `kmsx reexport-key --in ${SECRET} --pubkey ${PUBKEY} --region cn-local`,
    );
    await succeed(server, 'reexport-key', '--in', SECRET, '--pubkey', PUBKEY);
  });

  it('on standard output and in KMS need --out, and go on from the one that can be read', async () => {
    const server = await start();
    const backups = ['--backup', '-', '--backup', SECRET];
    const { stdout } = await succeed(server, ...EXPORT, ...backups, '--out', 'e.json');
    expect(stdout).toBe(`${(await secretOf(server)) ?? ''}\n`);
    const other = ['--backup', '-', '--backup', 'secret:other', '--out', '/dev/full'];
    const result = await run(server, ...EXPORT, ...other);
    expect(result.code).toBe(7);
    expect(result.stderr).toContain('the backups standard output and secret:other stand');
    expect(result.stderr).toContain('kmsx reexport-key --in secret:other');
  });
});

async function accountOf(server: Server): Promise<string> {
  const [key] = server.announcement.Keys;
  const described = await signedCall(server.announcement, 'DescribeKey', {
    KeyId: key?.KeyId ?? '',
  });
  return /acs:kms:[^:]+:(\d+):/.exec(JSON.stringify(described))?.[1] ?? '';
}

describe('before KMS is called', () => {
  it.each([
    [['--backup', 'secret:'], 'secret-name-malformed'],
    [['--backup', 'secret:acs/x'], 'secret-name-malformed'],
    [['--backup', 'secret:a b'], 'secret-name-malformed'],
    [['--backup', `secret:${'n'.repeat(193)}`], 'secret-name-malformed'],
    [['--backup', SECRET, '--backup', SECRET], 'output-twice'],
    [['--backup', SECRET, '--gateway', 'kst-test'], 'operation-not-offered'],
    [
      ['--backup', SECRET, '--endpoint', 'https://kst-test.cryptoservice.kms.aliyuncs.com:8443'],
      'operation-not-offered',
    ],
  ])('what cannot be is refused: %j', async (args, Code) => {
    const result = await kmsx([...EXPORT, ...args, '--error-format', 'json'], { cwd: folder() });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(result.stderr)).toMatchObject({ Error: { Code } });
    expect(files()).toEqual([]);
  });

  it('a name of --in is checked too', async () => {
    const args = [
      'reexport-key',
      '--in',
      'secret:ä',
      '--pubkey',
      PUBKEY,
      '--region',
      'cn-hangzhou',
    ];
    const result = await kmsx(args, { cwd: folder() });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("a file of that name is './secret:ä'");
  });
});

describe('a dry run', () => {
  it('makes no secret, and says that CreateSecret was not asked about', async () => {
    const server = await start();
    const { stdout } = await succeed(server, ...EXPORT, ...BOTH, '--dry-run');
    expect(JSON.parse(stdout)).toMatchObject({
      WouldSucceed: true,
      NotChecked: ['CreateSecret'],
    });
    expect(await secretOf(server)).toBeUndefined();
    expect(server.asked()).not.toContain('CreateSecret');
    expect(files()).toEqual([]);
  });
});

describe('without the permission', () => {
  it('to make a secret: exit 3, no export, and the file stands', async () => {
    const server = await startWithUser('GenerateAndExportDataKey', 'DescribeSecret');
    const error = await fail(server, ...EXPORT, ...BOTH);
    expect(error).toMatchObject({ code: 3, Code: 'Forbidden.NoPermission' });
    expect(error.Message).toContain(
      'have no permission for CreateSecret; the backup b.json stands',
    );
    expect(error.Hint).toMatch(/^allow kms:CreateSecret .*for the RAM user /);
    expect(error.Hint).toMatch(/ acs:kms:cn-local:[^ ]+:secret\b/);
    expect(files()).toEqual(['b.json', 'seed.json']);
  });

  it('to read one: exit 3 with the permission that is missing', async () => {
    const server = await startWithUser('ExportDataKey');
    await createSecret(server, 'of somebody else');
    const error = await fail(server, 'reexport-key', '--in', SECRET, '--pubkey', PUBKEY);
    expect(error).toMatchObject({ code: 3, Code: 'Forbidden.NoPermission' });
    expect(error.Hint).toMatch(
      /^allow kms:GetSecretValue on acs:kms:cn-local:\d+:secret\/\S+ for the RAM user /,
    );
  });
});

describe('--in secret:NAME', () => {
  it('of a secret that is not there is exit 4', async () => {
    const server = await start();
    const error = await fail(server, 'reexport-key', '--in', SECRET, '--pubkey', PUBKEY);
    expect(error).toMatchObject({
      code: 4,
      Code: 'Forbidden.ResourceNotFound',
      Message: `${SECRET}: KMS does not know this secret here`,
    });
    expect(error.Hint).toMatch(/^this embedded KMS may not have the secret/);
  });

  it('of a secret that is no backup is exit 2, and shows nothing of it', async () => {
    const server = await start();
    await createSecret(server, 'canary-pass-phrase');
    const result = await run(server, 'reexport-key', '--in', SECRET, '--pubkey', PUBKEY);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`${SECRET} is neither a document nor standard base64`);
    expect(result.stderr).not.toContain('canary');
  });

  it('of a backup that was cut short is exit 2', async () => {
    const server = await start();
    await succeed(server, ...EXPORT, '--backup', 'b.json', '--out', 'e.json');
    await createSecret(server, text('b.json').slice(0, -40));
    const error = await fail(server, 'reexport-key', '--in', SECRET, '--pubkey', PUBKEY);
    expect(error).toMatchObject({ code: 2, Code: 'json-malformed' });
  });

  it('must agree with --context', async () => {
    const server = await start();
    await succeed(server, ...EXPORT, '--context', 'a=b', ...BOTH);
    const again = ['reexport-key', '--in', SECRET, '--pubkey', PUBKEY];
    await succeed(server, ...again, '--context', 'a=b');
    expect(await fail(server, ...again, '--context', 'a=c')).toMatchObject({
      code: 2,
      Code: 'options-conflict',
    });
  });

  it('is read from a dedicated gateway too, which only takes none', async () => {
    const server = await start('--tls', '--state', 'state');
    const instance = 'kst-test.cryptoservice.kms.aliyuncs.com';
    const { port } = new URL(server.announcement.Endpoint);
    const tls = ['--ca-file', join(folder(), 'state/ca.pem')];
    const { env } = server;
    const made = [
      '--backup',
      SECRET,
      '--out',
      'e.json',
      '--endpoint',
      server.announcement.Endpoint,
    ];
    await kmsxOk([...EXPORT, ...made, ...tls], { cwd: folder(), env });
    const dedicated = [
      ...['--endpoint', `https://${instance}:${port}`],
      ...['--resolve', `${instance}:${port}:127.0.0.1`],
    ];
    const again = ['reexport-key', '--in', SECRET, '--pubkey', PUBKEY, '--out', 'again.json'];
    await kmsxOk([...again, ...dedicated, ...tls], { cwd: folder(), env });
    expect(await checkValues('again.json')).toBe(await checkValues('e.json'));
  });
});
