/* What the system gives a process may be missing: a working directory, descriptors, a file where a file belongs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../support/run-result.ts';
import { shell } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const run = (line: string): Promise<RunResult> => shell(line, { cwd: folder() });

const EXPORT = `$KMSX export-key --key-id alias/rehearsal --gateway local --pubkey ${PUBKEY}`;

describe('a working directory that was removed', () => {
  const inRemoved = (line: string): Promise<RunResult> =>
    run(`mkdir gone && cd gone && rmdir ../gone && ${line}`);

  it.each([
    ['an input', '$KMSX inspect file'],
    ['an output', '$KMSX keygen --no-passphrase --privkey-out a --pubkey-out b'],
    ['an output of KMS', `${EXPORT} --out file`],
    ['a folder of state', '$KMSX local-kms --state folder'],
    ['a folder of a rehearsal', '$KMSX rehearse --keep folder'],
    ['a passphrase', '$KMSX keygen --privkey-out /dev/null --pubkey-out - --passphrase-file p'],
  ])('is told where a relative path needs it: %s', async (_, line) => {
    const result = await inRemoved(line);
    expect([2, 7]).toContain(result.code);
    expect(result.stderr).not.toContain('defect');
    expect(`${result.stdout}${result.stderr}`).toMatch(
      /the working directory was removed: \S+ cannot be found/,
    );
  });

  it.each([
    ['a text', '$KMSX help terms'],
    ['an input', `$KMSX inspect ${PUBKEY}`],
    ['a rehearsal', '$KMSX rehearse'],
    ['a path from the root', `${EXPORT} --out "$HOME/e.json"`],
  ])('is not needed for %s', async (_, line) => {
    const result = await inRemoved(line);
    expect(result.code, result.stderr).toBe(0);
  });
});

describe('too few file descriptors', () => {
  it.each([20, 24, 28, 32, 36, 40, 44, 48])('are told, and nothing is left: %i', async (limit) => {
    const { code, stderr } = await run(`ulimit -n ${limit}; ${EXPORT} --backup b --out e`);
    expect(stderr).not.toMatch(/defect|at async/);
    if (code === 0) return;
    expect(code).toBe(7);
    expect(stderr).toContain('there are too few file descriptors (EMFILE)\n');
    expect(stderr).toContain('hint: ulimit -n 1024');
    expect(readdirSync(folder()).filter((name) => name !== '.local')).toEqual([]);
  });
});

describe('something else where the embedded KMS keeps its state', () => {
  const KINDS: readonly [string, (path: string) => void][] = [
    ['a named pipe', (path) => execFileSync('mkfifo', [path])],
    ['a folder', mkdirSync],
    [
      'a device',
      (path) => {
        symlinkSync('/dev/zero', path);
      },
    ],
  ];
  const PLACES = ['state', 'state/state.json', 'state/lock.1'];
  const rows = KINDS.flatMap(([kind, make]) => PLACES.map((place) => ({ kind, make, place })));

  it.each(rows.filter(({ kind, place }) => !(kind === 'a folder' && place === 'state')))(
    'is exit 7 at once, and stays: $kind as $place',
    async ({ make, place }) => {
      if (place !== 'state') mkdirSync(join(folder(), 'state'));
      make(join(folder(), place));
      const result = await run('timeout -s KILL 60 $KMSX local-kms --state state');
      expect(result).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toMatch(
        /is not a (?:regular file|folder)\n|cannot be read \(EISDIR\)\n/,
      );
      expect(readdirSync(folder(), { recursive: true })).toContain(place);
    },
  );
});
