import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { gone } from './children.ts';
import { debianLibrary } from './debian-library.ts';
import type { TokenKind } from './token.ts';

const PID_FILE = '/var/run/pkcsslotd.pid';
/** What the token and its locks are kept in: the paths are compiled in. */
const STATE = ['/var/lib/opencryptoki', '/var/lock/opencryptoki'];
const SHARED_MEMORY = '/dev/shm/var.lib.opencryptoki.swtok';
/** The slot of the soft token in Debian's configuration. */
const SLOT = '3';
const FIRST_SO_PIN = '87654321';
const SO_PIN = '76543210';
const FIRST_PIN = '12345678';
const PIN = 'PIN 1234';

/**
 * The soft token of opencryptoki: it ignores SENSITIVE and EXTRACTABLE when it unwraps, and locks the PIN. There is one in a
 * machine, so one file alone has tests of it. Its daemon and its state go when the test ends; it needs root, as CI is.
 */
export const OPENCRYPTOKI: TokenKind = {
  name: 'opencryptoki',
  unwraps: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
  setUp: (folder) => {
    for (const [index, state] of STATE.entries()) {
      const own = join(folder, `opencryptoki-${index}`);
      cpSync(state, own, { recursive: true });
      run('chgrp', ['-R', 'pkcs11', own]);
      run('mount', ['--bind', own, state]);
      onTestFinished(() => {
        run('umount', [state]);
      });
    }
    run('pkcsslotd', []);
    onTestFinished(async () => {
      await stopDaemon();
      rmSync(SHARED_MEMORY, { force: true });
    });
    const configure = (...args: string[]): void => {
      run('pkcsconf', ['-c', SLOT, ...args], 'payments\n');
    };
    configure('-I', '-S', FIRST_SO_PIN);
    configure('-P', '-S', FIRST_SO_PIN, '-n', SO_PIN);
    configure('-u', '-S', SO_PIN, '-n', FIRST_PIN);
    configure('-p', '-U', FIRST_PIN, '-n', PIN);
    const module = debianLibrary('pkcs11/libopencryptoki.so');
    return { module, env: {}, label: 'payments', pin: PIN };
  },
};

function run(program: string, args: readonly string[], input = ''): void {
  execFileSync(program, args, { input, stdio: 'pipe' });
}

async function stopDaemon(): Promise<void> {
  const pid = Number(readFileSync(PID_FILE, 'utf8'));
  process.kill(pid);
  await gone(pid);
  if (existsSync(PID_FILE)) rmSync(PID_FILE);
}
