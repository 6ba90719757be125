/* A server that speaks MySQL's protocol and wants what no store may have: a file of this machine, the password in clear. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planStore } from '../../../src/stores/plan.ts';
import { openDatabase } from '../../../src/stores/store.ts';
import { parseStoreUrl } from '../../../src/stores/url.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const PASSWORD = 'canary-password';
const FLAGS = { LOCAL_FILES: 0x80, MULTI_STATEMENTS: 0x1_0000 };
const folder = useTempFolder();

function packet(
  sequence: number,
  ...parts: readonly (Buffer | string | readonly number[])[]
): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );
  const header = Buffer.alloc(4);
  header.writeUIntLE(body.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, body]);
}

const SALT = 'abcdefgh';
const MORE_SALT = 'ijklmnopqrst';

/** Protocol::HandshakeV10: everything is offered but TLS and compression. */
const GREETING = packet(
  0,
  [10],
  '8.0.36\0',
  [1, 0, 0, 0],
  `${SALT}\0`,
  [0xdf, 0xf7, 45, 2, 0, 0xff, 0x00, 21],
  Buffer.alloc(10),
  `${MORE_SALT}\0mysql_native_password\0`,
);
const OK = (sequence: number): Buffer => packet(sequence, [0, 0, 0, 2, 0, 0, 0]);

interface Heard {
  readonly port: number;
  /** All that the client sent. */
  all(): Buffer;
  close(): Promise<void>;
}

async function hostile(answer: (heard: Buffer, isLogin: boolean) => Buffer): Promise<Heard> {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    let isLogin = true;
    socket.on('error', () => undefined);
    socket.write(GREETING);
    socket.on('data', (chunk) => {
      heard.push(chunk);
      socket.write(answer(chunk, isLogin));
      isLogin = false;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    all: () => Buffer.concat(heard),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

async function open(port: number): ReturnType<typeof openDatabase> {
  const plan = await planStore(parseStoreUrl(`mysql://me@127.0.0.1:${port}/keys`), {
    env: { MYSQL_PWD: PASSWORD, HOME: folder() },
    authorities: undefined,
    warn: () => undefined,
  });
  return await openDatabase(plan, new AbortController().signal);
}

it('gets no file, and is offered none', async () => {
  const file = join(folder(), 'secret');
  writeFileSync(file, 'canary-file');
  // Every statement is answered with the wish for a file; what comes instead of it, with OK.
  const server = await hostile((chunk, isLogin) => {
    if (isLogin) return OK(2);
    return chunk.length > 4 ? packet(1, [0xfb], file) : OK(3);
  });
  await expect(open(server.port)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('LOCAL INFILE') as string,
  });
  await server.close();
  const flags = server.all().readUInt32LE(4);
  expect(flags & FLAGS.LOCAL_FILES).toBe(0);
  expect(flags & FLAGS.MULTI_STATEMENTS).toBe(0);
  expect(server.all().toString('latin1')).not.toContain('canary-file');
});

it('gets no password in clear', async () => {
  const server = await hostile((_, isLogin) =>
    isLogin ? packet(2, [0xfe], 'mysql_clear_password\0', SALT, '\0') : OK(4),
  );
  await expect(open(server.port)).rejects.toMatchObject({
    code: 'store-login-refused',
    message: expect.stringContaining('it wants the password in clear') as string,
  });
  await server.close();
  expect(server.all().length).toBeGreaterThan(50);
  expect(server.all().toString('latin1')).not.toContain(PASSWORD);
});
