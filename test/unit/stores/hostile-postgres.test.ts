/* A server that speaks PostgreSQL's protocol, and wants the password in a form that could be used elsewhere. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planStore } from '../../../src/stores/login/plan.ts';
import { openDatabase } from '../../../src/stores/store.ts';
import { parseStoreUrl } from '../../../src/stores/login/url.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

/** AuthenticationCleartextPassword, AuthenticationMD5Password (PostgreSQL's documentation, 55.7). */
const CLEAR = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const MD5 = Buffer.from([0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]);

/** What a server asks for, where it is, and whether it gets a digest; what is refused is told by these words. */
const WISHES: readonly (readonly [string, Buffer, 'port' | 'socket', string | undefined])[] = [
  ['the password in clear', CLEAR, 'port', 'it wants the password in clear'],
  ['the password in clear', CLEAR, 'socket', 'it wants the password in clear'],
  ['a digest by MD5', MD5, 'port', 'in a digest by MD5, and without TLS'],
  ['a digest by MD5', MD5, 'socket', undefined],
];

it.each(WISHES)('that wants %s', async (_, wish, place, refused) => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard.push(chunk);
      if (heard.length === 1) socket.write(wish);
      else socket.destroy();
    });
  });
  if (place === 'port') server.listen(0, '127.0.0.1');
  else server.listen(join(folder(), '.s.PGSQL.5432'));
  await once(server, 'listening');
  const url =
    place === 'port'
      ? `postgresql://me@127.0.0.1:${(server.address() as AddressInfo).port}/keys`
      : `postgresql://me@/keys?host=${folder()}`;
  const plan = await planStore(parseStoreUrl(url), {
    env: { PGPASSWORD: 'canary-password', HOME: folder() },
    authorities: undefined,
    userId: process.geteuid?.(),
    warn: () => undefined,
  });
  await expect(openDatabase(plan, new AbortController().signal)).rejects.toMatchObject(
    refused === undefined
      ? { code: 'store-unreachable' }
      : {
          code: 'store-login-refused',
          message: expect.stringContaining(refused) as string,
        },
  );
  server.close();
  await once(server, 'close');
  expect(heard.length).toBe(refused === undefined ? 2 : 1);
  expect(Buffer.concat(heard).toString('latin1')).not.toContain('canary');
});
