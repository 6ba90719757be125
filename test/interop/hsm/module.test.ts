/* What is no module, and a module that crashes, hangs and talks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { childrenOf, gone } from '../../support/hsm/real/children.ts';
import { debianLibrary } from '../../support/hsm/real/debian-library.ts';
import type { Mischief, Shim } from '../../support/hsm/real/shim.ts';
import { shimAround } from '../../support/hsm/real/shim.ts';
import { SOFTHSM, softHsmObjects } from '../../support/hsm/real/softhsm.ts';
import { exportOk, importArgs, importOk, makePair } from '../../support/hsm/real/steps.ts';
import { stageOf } from '../../support/hsm/real/token.ts';
import { finish, kmsx, startKmsx } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('list-tokens', () => {
  const list = (module: string): Promise<RunResult> =>
    kmsx(['list-tokens', '--module', module], { cwd: folder() });

  it('loads no text file', async () => {
    writeFileSync(join(folder(), 'my module.so'), 'not a library\n');
    const result = await list('my module.so');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: the module cannot be loaded: ');
    const path = join(folder(), 'my module.so');
    expect(result.stderr).toContain(
      `kmsx: hint: file '${path}' shows whether it is a shared library`,
    );
  });

  it('takes no library that is no module', async () => {
    const result = await list(debianLibrary('libc.so.6'));
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toMatch(/kmsx: error: the module cannot be loaded: .*C_GetFunctionList/);
  });

  it('finds no file', async () => {
    const result = await list('/usr/lib/none.so');
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('kmsx: error: the module /usr/lib/none.so does not exist\n');
  });
});

describe('a module', () => {
  let shim: Shim;
  let objects: readonly string[];

  beforeEach(async () => {
    const at = stageOf(SOFTHSM.setUp(folder()), folder());
    await makePair(at, 'wrapping');
    await exportOk(at, 'wrapping', 'first');
    shim = shimAround(at);
    objects = softHsmObjects(folder());
  });

  const start = (mischief: Mischief, ...more: readonly string[]): ReturnType<typeof startKmsx> => {
    const at = shim.stage(mischief);
    return startKmsx([...importArgs(at, 'first', 'payments-2026'), ...more], at.run);
  };

  it('that talks says nothing on standard output', async () => {
    const { Imports } = await importOk(shim.stage(), 'first', 'payments-2026');
    expect(Imports).toHaveLength(1);
    expect(shim.calls().slice(-3)).toEqual(['C_Logout', 'C_CloseSession', 'C_Finalize']);
  });

  it.each(['C_Initialize', 'C_Login', 'C_UnwrapKey', 'C_CopyObject'])(
    'that crashes in %s is told, and nothing is kept',
    async (at) => {
      const result = await finish(start({ at, do: 'crash' }));
      expect(result).toMatchObject({ code: 7, stdout: '' });
      expect(result.stderr).toMatch(/kmsx: error: the module ended during \w+ \(SIGSEGV\)\n/);
      expect(result.stderr).toContain('kmsx: hint: nothing was kept in the token unless ');
      expect(softHsmObjects(folder())).toEqual(objects);
    },
  );

  it.each(['C_Initialize', 'C_UnwrapKey'])('that hangs in %s ends by --timeout', async (at) => {
    const result = await finish(start({ at, do: 'hang' }, '--timeout', '1'));
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toMatch(/kmsx: error: the module gave no answer to \w+ in 1 s\n/);
    expect(result.stderr).toContain(
      'kmsx: hint: give --timeout SECONDS if the token needs longer\n',
    );
    expect(softHsmObjects(folder())).toEqual(objects);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that hangs ends by %s', async (signal, code) => {
    const kmsxProcess = start({ at: 'C_UnwrapKey', do: 'hang' });
    const result = finish(kmsxProcess);
    await shim.hanging();
    const [host = 0] = childrenOf(kmsxProcess.pid ?? 0);
    kmsxProcess.kill(signal);
    expect(await result).toMatchObject({ code, stdout: '' });
    await gone(host);
    expect(softHsmObjects(folder())).toEqual(objects);
  });

  it('that hangs is gone when kmsx alone was killed', async () => {
    const kmsxProcess = start({ at: 'C_UnwrapKey', do: 'hang' }, '--timeout', '2');
    const result = finish(kmsxProcess);
    await shim.hanging();
    const [host = 0] = childrenOf(kmsxProcess.pid ?? 0);
    expect(host).not.toBe(0);
    kmsxProcess.kill('SIGKILL');
    await result;
    await gone(host);
  });

  it('gets the PIN by the pipe alone, no variable of kmsx, and may not dump core', async () => {
    const at = shim.stage({ at: 'C_UnwrapKey', do: 'hang' });
    const pin = at.token.pin;
    const env = { ...at.run.env, KMSX_PKCS11_MODULE: at.token.module };
    const kmsxProcess = startKmsx(importArgs(at, 'first', 'payments-2026'), { ...at.run, env });
    const result = finish(kmsxProcess);
    await shim.hanging();
    const [host = 0, ...others] = childrenOf(kmsxProcess.pid ?? 0);
    expect(others).toEqual([]);
    const proc = (pid: number, name: string): string =>
      readFileSync(`/proc/${pid}/${name}`, 'utf8');
    for (const pid of [kmsxProcess.pid ?? 0, host]) {
      const words = `${proc(pid, 'cmdline')}\0${proc(pid, 'environ')}`.split('\0');
      expect(words.filter((word) => word.includes(pin))).toEqual([]);
    }
    expect(proc(host, 'environ')).not.toContain('KMSX_');
    expect(proc(host, 'limits')).toMatch(/^Max core file size +1 +1 /m);
    kmsxProcess.kill('SIGTERM');
    const { stdout, stderr } = await result;
    expect(stdout + stderr).not.toContain(pin);
  });
});
