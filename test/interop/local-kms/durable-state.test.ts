import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { killWhileKeysAreMade } from '../../support/local-kms/kill-loop.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

it('loses no acknowledged key in sixty kills', { timeout: 300_000 }, async () => {
  expect(await killWhileKeysAreMade(folder(), 60)).toBeGreaterThan(60);
});

/* It needs root, as CI is: each program is in a PID namespace of its own, as in a container. */
it('takes no file from a run in another PID namespace', async () => {
  const file = (name: string): string => join(folder(), name);
  // The shell is process 1 of the namespace, `before` starts others: so the program has another number in each,
  // and one that no thread of the other has.
  const apart = (before: string, ...args: readonly string[]): ReturnType<typeof spawn> =>
    spawn(
      'unshare',
      [
        '--pid',
        '--fork',
        'sh',
        '-c',
        `${before}; "$@"; exit "$?"`,
        'sh',
        process.execPath,
        KMSX,
        ...args,
      ],
      { cwd: folder(), env: cleanEnv(folder()) },
    );
  const wait = async (child: ReturnType<typeof spawn>): ReturnType<typeof finish> =>
    await finish(child as Parameters<typeof finish>[0]);
  const make = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
  const args = [...make, '--pubkey', PUBKEY, '--backup', 'b.json'];
  execFileSync('mkfifo', [file('pipe')]);
  const first = apart(
    'for each in $(seq 50); do /bin/true; done',
    ...args,
    '--backup',
    'pipe',
    '--out',
    'e.json',
  );
  const finished = wait(first);
  if (first.stderr !== null) await once(first.stderr, 'data'); // it waits for a reader of the pipe
  const temporaries = readdirSync(folder()).filter((name) => name.endsWith('.tmp'));
  expect(temporaries).toHaveLength(1);

  const asked = await wait(apart(':', ...args, '--dry-run'));
  expect(asked.code, asked.stderr).toBe(0);
  expect(readdirSync(folder())).toEqual(expect.arrayContaining(temporaries));

  const read = readFileSync(file('pipe'), 'utf8');
  const result = await finished;
  expect(result.code, result.stderr).toBe(0);
  expect(readFileSync(file('b.json'), 'utf8')).toBe(read);
});
