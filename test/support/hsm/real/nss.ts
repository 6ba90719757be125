import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianLibrary } from './debian-library.ts';
import type { TokenKind } from './token.ts';

const PIN = 'a PIN of NSS';

/** NSS softokn, whose token is a database that C_Initialize is told of. */
export const NSS: TokenKind = {
  name: 'NSS',
  unwraps: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
  setUp: (folder) => {
    const database = join(folder, 'nss');
    const pinFile = join(folder, 'nss-pin.txt');
    mkdirSync(database);
    writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
    execFileSync('certutil', ['-N', '-d', `sql:${database}`, '-f', pinFile], { stdio: 'pipe' });
    return {
      module: debianLibrary('libsoftokn3.so'),
      parameters: `configdir='sql:${database}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=`,
      env: {},
      label: 'NSS Certificate DB',
      pin: PIN,
    };
  },
};
