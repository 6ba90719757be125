import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  CredentialOptions,
  ResolvedCredentials,
} from '../../../src/credentials/credentials.ts';
import { splitCommand } from '../../../src/credentials/sources/external.ts';
import {
  homeWith,
  keysOf,
  profiles,
  resolveIn,
} from '../../support/credentials/credential-home.ts';
import { clientOf, DECRYPT, failure } from '../../support/kms/clients.ts';

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

/** Longer than any test may take: who waits for it fails. */
const LONG_MS = 600_000;
/** How long a command gets that is to be ended. */
const LIMIT_MS = 1500;

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
      'a mode other than AK and StsToken',
    ],
    ['prints no token', printing({ ...PRINTED, sts_token: '' }), 'printed no sts_token'],
    ['prints without end', printing('canary'.repeat(20_000)), 'printed more than 65536 bytes'],
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
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, ${LONG_MS})'], { stdio: 'inherit' });
      setTimeout(() => {}, ${LONG_MS});`;
    const credentials = await running(script, { timeoutMs: 400 });
    const error = await failure(keysOf(credentials));
    expect(error.message).toContain('the command did not end within 0.4 s');
  });

  /** Starts a process that would outlive its parent, and tells its id in a file. */
  function leaving(home: string, stdio: 'inherit' | 'ignore'): string {
    return `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const left = spawn(process.execPath, ['-e', 'setTimeout(() => {}, ${LONG_MS})'], { stdio: '${stdio}' });
      left.unref();
      writeFileSync(${JSON.stringify(join(home, 'left'))}, String(left.pid));`;
  }

  function leftIn(home: string): number {
    return Number(readFileSync(join(home, 'left'), 'utf8'));
  }

  /** Waits until a process has ended, whether or not its parent has taken notice. */
  async function untilGone(pid: number): Promise<void> {
    const path = `/proc/${pid}/stat`;
    while (existsSync(path) && !readFileSync(path, 'utf8').includes(') Z')) await delay(20);
  }

  test('what the command leaves running, with its stdout, is not waited for, and lives on', async () => {
    const home = homeWith({});
    const credentials = await running(`${leaving(home, 'inherit')} ${printing(PRINTED)}`);
    expect(await keysOf(credentials)).toEqual(KEYS);
    process.kill(leftIn(home), 'SIGKILL');
  });

  test.each(['the time of an attempt', 'the deadline', 'a signal'])(
    '%s ends the command and all that it started',
    async (how) => {
      const home = homeWith({});
      const left = join(home, 'left');
      // A shell, so that both processes run long before the time is up.
      const command = `sh -c 'sleep 600 & echo $! > "${left}"; sleep 600'`;
      const interrupt = new AbortController();
      const { signal } = interrupt;
      const env = { PATH: process.env['PATH'] };
      const files = profiles({ mode: 'External', process_command: command });
      const timeoutMs = how === 'the time of an attempt' ? LIMIT_MS : LONG_MS;
      const credentials = await resolveIn(files, { env, timeoutMs, signal });
      const deadlineMs = how === 'the deadline' ? LIMIT_MS : LONG_MS;
      const limits = { maxAttempts: 5, timeoutMs: LONG_MS, deadlineMs };
      const client = clientOf('http://127.0.0.1:1', { credentials, limits, signal });
      const expected =
        how === 'a signal'
          ? { message: 'stopped' }
          : {
              kind: 'unavailable',
              code: 'timed-out',
              message: expect.stringMatching(
                // Of the deadline, some is used up before the command runs.
                how === 'the deadline'
                  ? /did not end within [01]\.\d s$/
                  : /did not end within 1\.5 s$/,
              ) as string,
            };
      const ended = expect(client.decrypt(DECRYPT)).rejects.toMatchObject(expected);
      while (!existsSync(left) || readFileSync(left, 'utf8') === '') await delay(20);
      if (how === 'a signal') interrupt.abort(new Error('stopped'));
      await ended;
      await untilGone(leftIn(home));
    },
  );

  test('the command has no terminal, and a process group of its own', async () => {
    const script = `
      import { readFileSync } from 'node:fs';
      const [, , , group, session, terminal] = /^(\\d+) .*\\) (\\w) \\d+ (\\d+) (\\d+) (-?\\d+)/.exec(readFileSync('/proc/self/stat', 'utf8'));
      const own = [group, session].every((id) => id === String(process.pid)) && terminal === '0';
      process.stdout.write(JSON.stringify({ ...${JSON.stringify(PRINTED)}, access_key_id: own ? 'own' : 'shared' }));`;
    expect(await keysOf(await running(script))).toHaveProperty('accessKeyId', 'own');
  });

  test('a program that does not exist', async () => {
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
      expect(error.message).toContain('other users can change ~/.aliyun/config.json');
    },
  );
});

describe('a process_command of a file that another user could change is not run', () => {
  const me = process.geteuid?.() ?? 0;

  function homeThatRuns(): { home: string; mark: string } {
    const mark = join(homeWith({}), 'mark');
    const command = `touch '${mark}'`;
    return { home: homeWith(profiles({ mode: 'External', process_command: command })), mark };
  }

  async function expectRefused(home: string, mark: string, userId = me): Promise<void> {
    const env = { PATH: process.env['PATH'] };
    const error = await failure(resolveIn(home, { env, userId }));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain('other users can change ~/.aliyun/config.json');
    expect(existsSync(mark)).toBe(false);
  }

  test.each([0o777, 0o775, 0o772])('where others can write its folder (mode %o)', async (mode) => {
    const { home, mark } = homeThatRuns();
    chmodSync(join(home, '.aliyun'), mode);
    await expectRefused(home, mark);
  });

  test('where others can write a folder above, but for one with the sticky bit', async () => {
    const { home, mark } = homeThatRuns();
    chmodSync(home, 0o777);
    await expectRefused(home, mark);
    chmodSync(home, 0o1777);
    const env = { PATH: process.env['PATH'] };
    await failure(keysOf(await resolveIn(home, { env, userId: me })));
    expect(existsSync(mark)).toBe(true);
  });

  test.each(['the file', 'its folder', 'a link to its folder'])(
    'where %s is somebody else’s',
    async (what) => {
      const { home, mark } = homeThatRuns();
      if (what === 'a link to its folder') {
        renameSync(join(home, '.aliyun'), join(home, 'real'));
        symlinkSync('real', join(home, '.aliyun'));
      }
      const folder = join(home, '.aliyun');
      // Only root can give a file away; for others, all of it belongs to another user.
      if (me === 0)
        lchownSync(what === 'the file' ? join(folder, 'config.json') : folder, 4242, 4242);
      await expectRefused(home, mark, me === 0 ? 0 : me + 1);
    },
  );

  test('where a link leads to a folder that others can write', async () => {
    const { home, mark } = homeThatRuns();
    const shared = homeWith({});
    mkdirSync(join(shared, 'open'));
    chmodSync(join(shared, 'open'), 0o777);
    const path = join(home, '.aliyun', 'config.json');
    renameSync(path, join(shared, 'open', 'config.json'));
    symlinkSync(join(shared, 'open', 'config.json'), path);
    await expectRefused(home, mark);
  });

  test('where a link on the way is in a folder that others can write', async () => {
    const { home, mark } = homeThatRuns();
    const shared = homeWith({});
    mkdirSync(join(shared, 'open'));
    renameSync(join(home, '.aliyun'), join(home, 'real'));
    symlinkSync(join(home, 'real'), join(shared, 'open', 'middle'));
    symlinkSync(join(shared, 'open', 'middle'), join(home, '.aliyun'));
    chmodSync(join(shared, 'open'), 0o777);
    await expectRefused(home, mark);
  });
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
