import { spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cleanEnv, finish, KMSX, kmsxOk } from '../../support/kmsx.ts';
import { PEOPLE, writePlan } from '../../support/ceremony/run-plans.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

/** Runs the program in a pseudo-terminal, and types a line at each prompt. */
async function onTerminal(
  args: readonly string[],
  typed: readonly string[] = [],
  ahead = '',
): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, KMSX, ...args].map((word) => `'${word}'`).join(' ');
  // The shell reads the first line of what is typed ahead: the rest waits before the program is there.
  const words = ahead === '' ? command : `read -r first; ${command}`;
  const child = spawn('script', ['-qec', words, '/dev/null'], {
    cwd: folder(),
    env: cleanEnv(folder()),
  });
  const finished = finish(child);
  if (ahead !== '') child.stdin.write(`\n${ahead}`);
  const waiting = [...typed];
  child.stdout.on('data', (chunk: Buffer) => {
    if (!chunk.toString().endsWith(': ') || waiting.length === 0) return;
    // The prompt is written before the terminal's echo goes off.
    void delay(100).then(() => child.stdin.write(waiting.shift() ?? ''));
  });
  const { code, stdout } = await finished;
  return { code, output: stdout };
}

describe('a plaintext key and a terminal', () => {
  it('do not meet, unless it is forced', async () => {
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    await kmsxOk([...args, '--gateway', 'local', '--out', 'e.json'], { cwd: folder() });
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'];
    const key = (await kmsxOk(unwrap, { cwd: folder() })).trim();
    for (const more of [[], ['--out', '/dev/tty'], ['--out', '/dev/stdout']]) {
      const refused = await onTerminal([...unwrap, ...more]);
      expect(refused.code, refused.output).toBe(2);
      expect(refused.output).not.toContain(key);
      expect(refused.output).toContain('is a terminal');
    }
    expect((await onTerminal([...unwrap, '--force-terminal'])).output).toContain(key);
    expect((await onTerminal([...unwrap, '--check-value-only'])).code).toBe(0);
  });
});

describe('help', () => {
  it.each([40, 60, 80, 100, 200])('fits a terminal of %i columns', async (columns) => {
    const kmsx = `'${process.execPath}' '${KMSX}'`;
    const words = `stty cols ${columns}; ${kmsx} keygen --help; ${kmsx} help terms; ${kmsx} || true`;
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      cwd: folder(),
      env: cleanEnv(folder()),
    });
    const { code, stdout } = await finish(child);
    expect(code, stdout).toBe(0);
    const lines = stdout.split(/\r?\n/).filter((line) => !line.startsWith('kmsx: '));
    expect(lines.length).toBeGreaterThan(80);
    const widest = Math.max(...lines.map(({ length }) => length));
    expect(widest).toBeLessThanOrEqual(Math.min(columns, 100));
    expect(widest).toBeGreaterThan(Math.min(columns, 100) - 8);
  });

  it('is as wide as COLUMNS says, where a terminal says nothing', async () => {
    const env = cleanEnv(folder(), { COLUMNS: '50' });
    const words = `stty cols 0; '${process.execPath}' '${KMSX}' help errors`;
    const child = spawn('script', ['-qec', words, '/dev/null'], { cwd: folder(), env });
    const { stdout } = await finish(child);
    const widest = Math.max(...stdout.split(/\r?\n/).map(({ length }) => length));
    expect(widest).toBeGreaterThan(44);
    expect(widest).toBeLessThanOrEqual(50);
  });

  it('is 80 columns wide where nothing says how wide', async () => {
    const words = `stty cols 0; '${process.execPath}' '${KMSX}' help errors`;
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      cwd: folder(),
      env: cleanEnv(folder()),
    });
    const { stdout } = await finish(child);
    const widest = Math.max(...stdout.split(/\r?\n/).map(({ length }) => length));
    expect(widest).toBeGreaterThan(72);
    expect(widest).toBeLessThanOrEqual(80);
  });
});

describe('--no-input', () => {
  it('asks for nothing on a terminal', async () => {
    const argv = ['keygen', '--no-input', '--privkey-out', 'k', '--pubkey-out', 'p'];
    const refused = await onTerminal(argv, ['geheim\r', 'geheim\r']);
    expect(refused.code, refused.output).toBe(2);
    expect(refused.output).toMatch(/^kmsx: error: a passphrase is needed, and --no-input/);
    const waiting = await onTerminal(['inspect', '-', '--no-input']);
    expect(waiting.code, waiting.output).toBe(2);
    expect(waiting.output).toContain('standard input is a terminal');
    for (const name of ['/dev/tty', '/dev/./stdin']) {
      const byName = await onTerminal([...argv, '--passphrase-file', name]);
      expect(byName.code, byName.output).toBe(2);
      expect(byName.output).toContain(`${name} is a terminal`);
    }
  });
});

describe('a passphrase prompt', () => {
  const KEYGEN = ['keygen', '--privkey-out', 'k.pem', '--pubkey-out', 'k.pub'];

  it('takes a passphrase without showing it, twice for a new key', async () => {
    const made = await onTerminal(KEYGEN, ['geheim\u00e4x\u007f\r', 'geheim\u00e4\r']);
    expect(made.code, made.output).toBe(0);
    expect(made.output).not.toContain('geheim');
    expect(readFileSync(join(folder(), 'k.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', 'k.pub'];
    await kmsxOk([...args, '--gateway', 'local', '--out', 'e.json'], { cwd: folder() });
    const unwrap = ['unwrap-key', '--privkey', 'k.pem', '--in', 'e.json', '--check-value-only'];
    expect((await onTerminal(unwrap, ['geheim\u00e4\r'])).code).toBe(0);
    const wrong = await onTerminal(unwrap, ['other\r']);
    expect(wrong.code).toBe(6);
    expect(wrong.output).not.toContain('other');
  });

  it('shows a name that would move the cursor as escapes', async () => {
    const name = 'k\u001b[2J\u009b31mEVIL.pem';
    const made = await onTerminal(KEYGEN, ['geheim\r', 'geheim\r']);
    expect(made.code, made.output).toBe(0);
    renameSync(join(folder(), 'k.pem'), join(folder(), name));
    writeFileSync(join(folder(), 'e.txt'), Buffer.alloc(256, 1).toString('base64'));
    const algorithm = ['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
    const unwrap = ['unwrap-key', '--privkey', name, '--in', 'e.txt', '--check-value-only'];
    const { output } = await onTerminal([...unwrap, ...algorithm], ['geheim\r']);
    expect(output).toContain('passphrase of k\\u001b[2J\\u009b31mEVIL.pem: ');
    expect(output).not.toContain('\u001b[2J');
  });

  it('ends with 130 at Ctrl-C, and leaves nothing behind', async () => {
    expect((await onTerminal(KEYGEN, ['half\u0003'])).code).toBe(130);
    expect(() => readFileSync(join(folder(), 'k.pem'))).toThrow('ENOENT');
  });

  it('asks again for two passphrases that differ', async () => {
    const result = await onTerminal(KEYGEN, ['one\r', 'two\r', 'one\r', 'one\r']);
    expect(result.code, result.output).toBe(0);
    expect(result.output).toContain('they differ; new passphrase of k.pem: ');
  });
});

describe('the people of a ceremony', () => {
  const run = ['ceremony', 'run', 'plan.yaml', '--folder', 'day', '--gateway', 'local'];
  const recipient = { Name: 'hsm', Pubkey: PUBKEY, Privkey: PRIVKEY };
  const yes = (count: number): string[] => Array<string>(count).fill('Yes\r');

  it('type, and see what they type', async () => {
    const made = await kmsxOk(['inspect', PUBKEY], { cwd: folder() });
    const { PublicKeyFingerprint } = JSON.parse(made) as { PublicKeyFingerprint: string };
    const ExpectFingerprint = PublicKeyFingerprint;
    writePlan(folder(), { Recipients: [{ ...recipient, ExpectFingerprint }] });
    const { code, output } = await onTerminal(run, yes(PEOPLE.length + 3));
    expect(code, output).toBe(0);
    expect(output).toContain('Type Yes, No or deviation: Yes');
    expect(output).toContain('The practice is complete: Payments 2026');
  });

  it('are asked: what was typed before a question is no answer to it', async () => {
    writePlan(folder(), { Recipients: [{ Name: 'hsm', MakePair: true }] });
    const { code, output } = await onTerminal(run, ['No\r'], 'Yes\nYes\nYes');
    expect(code, output).toBe(6);
    expect(output).toContain('No was typed before it began');
  });

  it('go on later, when somebody presses Ctrl-C', async () => {
    writePlan(folder(), { Recipients: [{ Name: 'hsm', MakePair: true }] });
    const { code, output } = await onTerminal(run, ['Yes\r', 'Yes\r', '\u0003']);
    expect(code, output).toBe(130);
    expect(output).toContain('kmsx ceremony run plan.yaml --folder day --gateway local --resume');
  });
});

describe('local-kms', () => {
  /** Runs it in a pseudo-terminal until it has said how to stop it, and does that. */
  async function untilStopped(
    options: string,
  ): Promise<{ code: number | null; screen: string; variables: Record<string, string> }> {
    const words = `stty cols 100; exec '${process.execPath}' '${KMSX}' local-kms ${options}`;
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      cwd: folder(),
      env: cleanEnv(folder()),
    });
    const finished = finish(child);
    let screen = '';
    const variables: Record<string, string> = {};
    let isStopped = false;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      screen += chunk.toString();
      const exported = [...screen.matchAll(/^ *export (\w+)=(\S+)\r$/gm)];
      const isWhole = screen.includes('stops it') && (options !== '' || exported.length === 4);
      if (!isWhole || isStopped) continue;
      for (const [, name = '', value = ''] of exported) variables[name] = value;
      if (exported.length > 0) {
        const listed = await kmsxOk(['list-keys', '--quiet'], { cwd: folder(), env: variables });
        expect(JSON.parse(listed)).toMatchObject({ Aliases: ['alias/rehearsal'] });
      }
      child.stdin.write('\u0003');
      isStopped = true;
    }
    return { code: (await finished).code, screen, variables };
  }

  it('says where it listens, what to export, and how to stop it', async () => {
    const { code, screen, variables } = await untilStopped('');
    expect(code, screen).toBe(0);
    expect(screen).toMatch(
      /^The embedded KMS listens on http:\/\/127\.0\.0\.1:\d+; Ctrl-C stops it\r\n/,
    );
    expect(screen).toContain('In another terminal');
    expect(variables['KMSX_ENDPOINT']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.each([
    ['--env', 'a shell that sources the lines printed reaches it; '],
    ['--env > kms.env', 'a shell that sources the lines printed reaches it; '],
    ['> kms.json', ''],
    ['--json', ''],
  ])('says so beside what is for programs: %s', async (options, how) => {
    const { code, screen } = await untilStopped(options);
    expect(code, screen).toBe(0);
    const [, said = ''] = /^kmsx: (.*)\r$/m.exec(screen) ?? [];
    const pattern = `^the embedded KMS listens on http://127\\.0\\.0\\.1:\\d+; ${how}Ctrl-C or kill \\d+ stops it$`;
    expect(said).toMatch(new RegExp(pattern));
  });

  it('says nothing of it with --quiet', async () => {
    const words = `'${process.execPath}' '${KMSX}' local-kms --quiet -- echo stops it`;
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      cwd: folder(),
      env: cleanEnv(folder()),
    });
    child.stdin.end();
    expect(await finish(child)).toMatchObject({ code: 0, stdout: 'stops it\r\n' });
  });
});
