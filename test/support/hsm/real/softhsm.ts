import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv } from '../../kmsx.ts';
import type { RealToken, TokenKind } from './token.ts';

const PIN = 'PIN of the token';

/** SoftHSM 2: it says that it unwraps OAEP, and takes SHA-1 only. */
export const SOFTHSM: TokenKind = {
  name: 'SoftHSM',
  unwraps: ['RSAES_OAEP_SHA_1'],
  setUp: (folder) => softHsm(folder, 'payments'),
};

/** Adds a token to the SoftHSM of a folder. */
function softHsm(folder: string, label: string): RealToken {
  const tokens = join(folder, 'softhsm');
  mkdirSync(tokens, { recursive: true });
  const configuration = join(folder, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  const env = { SOFTHSM2_CONF: configuration };
  const made = ['--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', '87654321'];
  execFileSync('softhsm2-util', made, { env: cleanEnv(folder, env), stdio: 'pipe' });
  return { module: '/usr/lib/softhsm/libsofthsm2.so', env, label, pin: PIN };
}

/** The files of the objects in the SoftHSM of a folder. */
export function softHsmObjects(folder: string): string[] {
  const files = readdirSync(join(folder, 'softhsm'), { recursive: true, encoding: 'utf8' });
  return files.filter((name) => name.endsWith('.object') && !name.endsWith('token.object')).sort();
}
