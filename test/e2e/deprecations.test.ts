/* Node.js warns of old code in the SDKs, the newer the more: programs that read standard error want none of it. */
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const folder = useTempFolder();

it('deprecation warnings of Node.js are not printed, nor thrown', async () => {
  const asked = ['--pending-deprecation', '--throw-deprecation'];
  const child = spawn(process.execPath, [...asked, KMSX, 'rehearse'], {
    cwd: folder(),
    env: cleanEnv(folder()),
  });
  child.stdin.end();
  const { code, stderr } = await finish(child);
  expect(code, stderr).toBe(0);
  expect(stderr.split('\n').filter((line) => !/^(kmsx: .*)?$/.test(line))).toEqual([]);
});
