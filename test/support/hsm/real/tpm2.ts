import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { cleanEnv } from '../../kmsx.ts';
import { gone } from './children.ts';
import { debianLibrary } from './debian-library.ts';
import type { TokenKind } from './token.ts';

const PIN = 'PIN of the TPM';
const TRIES = 20;

/** tpm2-pkcs11 on a TPM of software (swtpm), which goes when the test ends: it decrypts, and does not unwrap. */
export const TPM2: TokenKind = {
  name: 'tpm2-pkcs11',
  unwraps: [],
  setUp: (folder) => {
    const store = join(folder, 'tpm-store');
    mkdirSync(store);
    const port = startTpm(join(folder, 'tpm'));
    const env = {
      TPM2_PKCS11_STORE: store,
      TPM2_PKCS11_TCTI: `swtpm:host=127.0.0.1,port=${port}`,
    };
    const module = debianLibrary('libtpm2_pkcs11.so.1');
    const names = ['--label', 'payments', '--pin', PIN, '--so-pin', 'PIN of the officer'];
    execFileSync('softhsm2-util', ['--module', module, '--init-token', '--free', ...names], {
      env: cleanEnv(folder, env),
      stdio: 'pipe',
    });
    return { module, env, label: 'payments', pin: PIN };
  },
};

/** Starts a TPM on the first of some ports that is free, with its control channel on the next, as the module has it. */
function startTpm(state: string): number {
  mkdirSync(state);
  const pidFile = join(state, 'pid');
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(20_000, 30_000);
    const channels = ['--server', `type=tcp,port=${port}`, '--ctrl', `type=tcp,port=${port + 1}`];
    const how = ['--flags', 'not-need-init,startup-clear', '--daemon', '--pid', `file=${pidFile}`];
    try {
      const args = ['socket', '--tpm2', '--tpmstate', `dir=${state}`, ...channels, ...how];
      execFileSync('swtpm', args, { stdio: 'pipe' });
    } catch (error) {
      if (tries === TRIES) throw error;
      continue;
    }
    const pid = Number(readFileSync(pidFile, 'utf8'));
    onTestFinished(async () => {
      process.kill(pid);
      await gone(pid);
    });
    return port;
  }
}
