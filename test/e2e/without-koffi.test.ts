/* koffi is optional: where it is not installed, all but modules works, and those say what to install. */
import { spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../support/kmsx.ts';
import type { RunResult } from '../support/run-result.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();

beforeEach(() => {
  const root = join(dirname(KMSX), '..');
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, name), join(folder(), 'kmsx', name), { recursive: true });
  }
});

async function run(...args: readonly string[]): Promise<RunResult> {
  const program = join(folder(), 'kmsx', 'bin', 'kmsx.js');
  const env = cleanEnv(folder());
  const child = spawn(process.execPath, [program, ...args], { cwd: folder(), env });
  child.stdin.end();
  return await finish(child);
}

it('tells a command that needs a module what to install', async () => {
  writeFileSync(join(folder(), 'module.so'), '');
  const result = await run('list-tokens', '--module', 'module.so');
  expect(result).toMatchObject({ code: 7, stdout: '' });
  expect(result.stderr).toContain(
    'kmsx: error: koffi, which calls modules, is not installed here (',
  );
  expect(result.stderr).toContain('kmsx: hint: npm install koffi where kmsx is installed');
});

it('leaves the life of a key that needs none as it is', async () => {
  const files = ['--backup', 'backup.json', '--out', 'export.json'];
  const key = ['--key-id', 'alias/rehearsal', '--gateway', 'local', '--pubkey', PUBKEY];
  const exported = await run('export-key', ...key, ...files);
  expect(exported.code, exported.stderr).toBe(0);
  const opened = ['--in', 'export.json', '--privkey', PRIVKEY, '--check-value-only'];
  const unwrapped = await run('unwrap-key', ...opened);
  expect(unwrapped.code, unwrapped.stderr).toBe(0);
  const recovered = await run(
    ...['recover-key', '--in', 'backup.json', '--gateway', 'local', '--check-value-only'],
  );
  expect(JSON.parse(recovered.stdout)).toMatchObject(JSON.parse(unwrapped.stdout) as object);
});
