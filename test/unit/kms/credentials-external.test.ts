import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CredentialOptions, ResolvedCredentials } from '../../../src/kms/credentials.ts';
import { splitCommand } from '../../../src/kms/process-command.ts';
import { homeWith, keysOf, profiles, resolveIn } from '../../support/credential-home.ts';
import { failure } from './clients.ts';

const PRINTED = {
  mode: 'StsToken',
  access_key_id: 'printed-id',
  access_key_secret: 'printed-secret',
  sts_token: 'printed-token',
};
const KEYS = {
  accessKeyId: 'printed-id',
  accessKeySecret: 'printed-secret',
  securityToken: 'printed-token',
};

/** A profile whose command is this Node.js with a script. */
async function running(
  script: string,
  options: Partial<CredentialOptions> & { fileMode?: number } = {},
): Promise<ResolvedCredentials> {
  const home = homeWith({});
  writeFileSync(join(home, 'script.mjs'), script);
  const command = `"${process.execPath}" '${join(home, 'script.mjs')}'`;
  const { fileMode = 0o600, ...rest } = options;
  const files = { ...profiles({ mode: 'External', process_command: command }), mode: fileMode };
  return resolveIn(files, rest);
}

function printing(value: object | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `process.stdout.write(${JSON.stringify(text)});`;
}

describe('External', () => {
  test('takes what the command prints, and runs it when credentials are needed and no sooner', async () => {
    const log = join(homeWith({}), 'log');
    const credentials = await running(
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); ${printing(PRINTED)}`,
    );
    expect(() => readFileSync(log)).toThrow('ENOENT');
    expect(await keysOf(credentials)).toEqual(KEYS);
    expect(await keysOf(credentials)).toEqual(KEYS);
    expect(readFileSync(log, 'utf8')).toBe('x');
  });

  test.each<[string, object]>([
    ['AK', { mode: 'AK', access_key_id: 'a', access_key_secret: 'b' }],
    ['no mode', { access_key_id: 'a', access_key_secret: 'b' }],
  ])('takes a permanent access key of %s', async (_, printed) => {
    expect(await keysOf(await running(printing(printed)))).toMatchObject({ accessKeyId: 'a' });
  });

  test('runs the command again three minutes before the credentials end', async () => {
    const log = join(homeWith({}), 'log');
    let now = new Date('2026-11-23T08:00:00Z');
    const printed = { ...PRINTED, expiration: '2026-11-23T09:00:00Z' };
    const credentials = await running(
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(log)}, 'x'); ${printing(printed)}`,
      { now: () => now },
    );
    await keysOf(credentials);
    now = new Date('2026-11-23T08:56:59Z');
    await keysOf(credentials);
    expect(readFileSync(log, 'utf8')).toBe('x');
    now = new Date('2026-11-23T08:57:00Z');
    await keysOf(credentials);
    expect(readFileSync(log, 'utf8')).toBe('xx');
  });

  test('gives the command the environment, and neither stdin nor a shell', async () => {
    const script = `
      import { readFileSync } from 'node:fs';
      const stdin = readFileSync(0, 'utf8');
      const printed = ${JSON.stringify(PRINTED)};
      process.stdout.write(JSON.stringify({ ...printed, access_key_id: process.env.MARK + stdin.length }));`;
    const credentials = await running(script, { env: { MARK: 'from-the-environment-' } });
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'from-the-environment-0');
    const home = homeWith({});
    const command = `echo a ; touch ${home}/b $(touch ${home}/c) | touch ${home}/d > ${home}/e`;
    const shell = await resolveIn(profiles({ mode: 'External', process_command: command }), {
      env: { PATH: process.env['PATH'] },
    });
    await failure(keysOf(shell));
    expect(readdirSync(home)).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      'fails',
      `${printing('canary')} console.error('canary'); process.exitCode = 3;`,
      'ended with status 3',
    ],
    [
      'is killed',
      `process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9999);`,
      'was killed by SIGTERM',
    ],
    ['prints no JSON', printing('canary'), 'did not print JSON'],
    [
      'prints half of it',
      printing({ ...PRINTED, access_key_secret: '' }),
      'did not print JSON with',
    ],
    [
      'prints another mode',
      printing({ ...PRINTED, mode: 'canary' }),
      'another mode than AK and StsToken',
    ],
    ['prints no token', printing({ ...PRINTED, sts_token: '' }), 'printed no sts_token'],
    ['prints without end', printing('canary'.repeat(20_000)), 'says more than 65536 bytes'],
    [
      'prints white space in a secret',
      printing({ ...PRINTED, access_key_secret: 'canary x' }),
      'white space',
    ],
  ])('a command that %s is an error that shows nothing of it', async (_, script, message) => {
    const error = await failure(keysOf(await running(script)));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain(message);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('a command that hangs is killed, with what it started', async () => {
    const script = `
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 5000)'], { stdio: 'inherit' });
      setTimeout(() => {}, 5000);`;
    const credentials = await running(script, { timeoutMs: 400 });
    const began = performance.now();
    const error = await failure(keysOf(credentials));
    expect(performance.now() - began).toBeLessThan(2000);
    expect(error.message).toContain('the command did not end within 0.4 s');
  });

  test('a program that is not there', async () => {
    const files = profiles({ mode: 'External', process_command: '/nowhere/canary --token canary' });
    const error = await failure(keysOf(await resolveIn(files)));
    expect(error.message).toContain('the command cannot be run (ENOENT)');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test.each(['1', 'true', 'TRUE'])(
    'is refused where ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is %s, and so is CredentialsURI',
    async (value) => {
      const env = { ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS: value };
      const error = await failure(running(printing(PRINTED), { env }));
      expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
      expect(error.message).toContain('ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set');
      const uri = profiles({ mode: 'CredentialsURI', credentials_uri: 'http://127.0.0.1:1/' });
      expect(await failure(resolveIn(uri, { env }))).toMatchObject({ code: 'credentials-failed' });
      const ambient = { ...env, ALIBABA_CLOUD_CREDENTIALS_URI: 'http://127.0.0.1:1/' };
      const missing = await failure(resolveIn({}, { env: ambient }));
      expect(missing.message).toContain(
        'credentials URI (ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set)',
      );
    },
  );

  test.each([0o620, 0o602])(
    'is refused where others can write the file (mode %o)',
    async (mode) => {
      const error = await failure(running(printing(PRINTED), { fileMode: mode }));
      expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
      expect(error.message).toContain('others can write ~/.aliyun/config.json');
    },
  );
});

describe('a process_command', () => {
  test.each<[string, readonly string[]]>([
    ['tool  --a\tb\n c', ['tool', '--a', 'b', 'c']],
    [`"/opt/my tool" '--name=a b'`, ['/opt/my tool', '--name=a b']],
    [`tool "" ''`, ['tool', '', '']],
    [`tool a"b c"'d e'f`, ['tool', 'ab cd ef']],
    ['tool a\\ b \\"', ['tool', 'a b', '"']],
    [`tool "a\\"b\\\\c\\$d\\e"`, ['tool', 'a"b\\c$d\\e']],
    [`tool 'a\\b'`, ['tool', 'a\\b']],
    ['tool a\\\nb "c\\\nd"', ['tool', 'ab', 'cd']],
    ['tool a;b|c $(d) ~ *', ['tool', 'a;b|c', '$(d)', '~', '*']],
  ])('is split into words as the aliyun command-line tool does: %j', (command, words) => {
    expect(splitCommand(command, 'x')).toEqual(words);
  });

  test.each([`tool "canary`, `tool 'canary`, 'tool canary\\', '  ', '""', 'tool canary\0'])(
    '%j is refused, with nothing of it in the message',
    async (command) => {
      const files = profiles({ mode: 'External', process_command: command });
      const error = await failure(resolveIn(files));
      expect(error).toMatchObject({ kind: 'usage', code: 'credentials-file-malformed' });
      expect(error.message).not.toContain('canary');
    },
  );

  test('of quoted words gives the words back', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replaceAll('\0', ''));
    const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(word), (program, args) => {
        const command = [program, ...args].map(quote).join(' ');
        expect(splitCommand(command, 'x')).toEqual([program, ...args]);
      }),
    );
  });
});
