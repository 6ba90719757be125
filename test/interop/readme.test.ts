import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/terminal/exit-codes.ts';
import { cleanEnv, finish, KMSX, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const root = join(dirname(KMSX), '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = useTempFolder();
const localKms = useLocalKms();

interface Block {
  readonly script: string;
  /** What it prints, stderr and stdout together; `…` stands for anything on one line. */
  readonly output: string | undefined;
}

const blocks: Block[] = [...readme.matchAll(/```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)].map(
  ([, script = '', output]) => ({ script, output }),
);
const [demo, test, ...session] = blocks;

/** Printed between the blocks. */
const END = '[end of block]';

/** Turns an output with `…` for what changes into a pattern for the whole of it. */
function pattern(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^\\n]*')}$`);
}

/** The block for Alibaba Cloud, with the account and the KMS key of the rehearsal in place of yours. */
function onRehearsal(script: string): string {
  return script
    .replaceAll(/^export ALIBABA_CLOUD.*\n/gm, '')
    .replace('alias/payments', 'alias/rehearsal');
}

/** The last block is meant for Alibaba Cloud, which is no rehearsal; here it is one. */
function asIfReal(printed: string, output: string): string {
  const warning = /^kmsx: warning: this is a rehearsal: .*\n/m;
  return warning.test(output) ? printed : printed.replace(warning, '');
}

describe('the README', () => {
  it('begins with the two set-up commands, which CI runs', () => {
    expect(demo?.script).toBe('npm ci && npm run demo\n');
    expect(test?.script).toBe('npm ci && npm test\n');
    expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/^npm ci\nnpm test$/m);
  });

  it('has a demo that passes', () => {
    const output = execFileSync('npm', ['run', '--silent', 'demo'], {
      cwd: root,
      env: cleanEnv(folder()),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(JSON.parse(output.toString())).toMatchObject({ Passed: true });
  });

  it('shows a session that runs in one shell, and prints what it says', async () => {
    const { announcement, env } = await localKms({ cwd: folder() });
    const environment = cleanEnv(folder(), {
      ...env,
      KMSX_ENDPOINT: announcement.Endpoint,
      TMPDIR: folder(),
    });
    expect(session.length).toBeGreaterThan(4);
    const typed = session.map(({ script }) => onRehearsal(script)).join(`printf '${END}'\n`);
    const child = spawn('sh', ['-euc', `exec 2>&1\n${typed}`], { cwd: root, env: environment });
    child.stdin.end();
    const result = await finish(child);
    expect(result.code, result.stdout).toBe(0);
    const printed = result.stdout.split(END);
    expect(printed.length).toBe(session.length);
    for (const [index, { output = '' }] of session.entries()) {
      expect(asIfReal(printed[index] ?? '', output)).toMatch(pattern(onRehearsal(output)));
    }
  });

  it('has the exit codes of the program', () => {
    for (const { code, kind } of EXIT_CODES.filter((row) => row.code < 100)) {
      expect(readme).toMatch(new RegExp(`^\\| ${code} +\\| ${kind} *\\|`, 'm'));
    }
  });
});
