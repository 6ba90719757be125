import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SIGNAL_EXIT_CODES } from '../../src/terminal/exit-codes.ts';
import { finish, startKmsx } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import {
  pbes2,
  pbkdf2,
  scrypt,
  tripleDes,
  withMacIterations,
} from '../unit/wrapping/private-key/encrypted-key.ts';
import { testKey } from '../unit/wrapping/support.ts';

const folder = useTempFolder();
const MOST = 10_000_000;

/** Waits until a process has worked for longer than its start takes. */
async function atWork(child: ChildProcessWithoutNullStreams): Promise<void> {
  for (;;) {
    const fields =
      readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    if (ticks > 100 || child.exitCode !== null) return;
    await delay(20);
  }
}

describe('a signal during the most costly key derivation that is allowed', () => {
  it.each<[string, 'SIGINT' | 'SIGTERM', () => Buffer]>([
    ['PBKDF2', 'SIGINT', () => pbes2(pbkdf2(MOST))],
    ['scrypt', 'SIGTERM', () => pbes2(scrypt(2 ** 20, 8, 16))],
    ['PBE-SHA1-3DES', 'SIGINT', () => tripleDes(MOST)],
    [
      'the MAC of PKCS#12',
      'SIGTERM',
      () => withMacIterations(testKey('rsa-2048-modern.p12'), MOST),
    ],
  ])('ends the program, and nothing is left: %s, %s', async (_, signal, file) => {
    writeFileSync(join(folder(), 'key'), file());
    writeFileSync(join(folder(), 'in'), Buffer.alloc(256).toString('base64'));
    const algorithm = ['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
    const inputs = ['--privkey', 'key', '--in', 'in', '--passphrase-file', '-'];
    const args = ['unwrap-key', ...inputs, ...algorithm, '--out', 'out'];
    const child = startKmsx(args, { cwd: folder() });
    child.stdin.end('a passphrase\n');
    const ended = finish(child);
    await atWork(child);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: SIGNAL_EXIT_CODES[signal], stdout: '' });
    expect(readdirSync(folder()).sort()).toEqual(['in', 'key']);
  });
});
