/* A server that speaks MySQL's protocol and wants what no store may have: a file of this machine, the password in clear, or under a key of the server's own. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planStore } from '../../../src/stores/login/plan.ts';
import { openDatabase } from '../../../src/stores/store.ts';
import { parseStoreUrl } from '../../../src/stores/login/url.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const PASSWORD = 'canary-password';
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
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
function greeting(plugin: string): Buffer {
  return packet(
    0,
    [10],
    '8.0.36\0',
    [1, 0, 0, 0],
    `${SALT}\0`,
    [0xdf, 0xf7, 45, 2, 0, 0xff, 0x00, 21],
    Buffer.alloc(10),
    `${MORE_SALT}\0${plugin}\0`,
  );
}

const OK = (sequence: number): Buffer => packet(sequence, [0, 0, 0, 2, 0, 0, 0]);

interface Heard {
  readonly url: string;
  /** All that the client sent. */
  all(): Buffer;
  close(): Promise<void>;
}

interface Habits {
  readonly plugin?: string;
  /** A folder for a socket in place of a port. */
  readonly socketFolder?: string;
}

/** Answers what a client sends: the login is the first. */
async function hostile(
  answer: (heard: Buffer, count: number) => Buffer,
  { plugin = 'mysql_native_password', socketFolder }: Habits = {},
): Promise<Heard> {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    let count = 0;
    socket.on('error', () => undefined);
    socket.write(greeting(plugin));
    socket.on('data', (chunk) => {
      heard.push(chunk);
      socket.write(answer(chunk, count));
      count += 1;
    });
  });
  if (socketFolder === undefined) server.listen(0, '127.0.0.1');
  else server.listen(join(socketFolder, 'mysqld.sock'));
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url:
      socketFolder === undefined
        ? `mysql://me@127.0.0.1:${address.port}/keys`
        : `mysql://me@/keys?host=${socketFolder}`,
    all: () => Buffer.concat(heard),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

async function open(url: string): ReturnType<typeof openDatabase> {
  const plan = await planStore(parseStoreUrl(url), {
    env: { MYSQL_PWD: PASSWORD, HOME: folder() },
    authorities: undefined,
    userId: process.geteuid?.(),
    warn: () => undefined,
  });
  return await openDatabase(plan, new AbortController().signal);
}

it('gets no file, and is offered none', async () => {
  const file = join(folder(), 'secret');
  writeFileSync(file, 'canary-file');
  // Every statement is answered with the wish for a file; what comes instead of it, with OK.
  const server = await hostile((chunk, count) => {
    if (count === 0) return OK(2);
    return chunk.length > 4 ? packet(1, [0xfb], file) : OK(3);
  });
  await expect(open(server.url)).rejects.toMatchObject({
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
  const server = await hostile((_, count) =>
    count === 0 ? packet(2, [0xfe], 'mysql_clear_password\0', SALT, '\0') : OK(4),
  );
  await expect(open(server.url)).rejects.toMatchObject({
    code: 'store-login-refused',
    message: expect.stringContaining('it wants the password in clear') as string,
  });
  await server.close();
  expect(server.all().length).toBeGreaterThan(50);
  expect(server.all().toString('latin1')).not.toContain(PASSWORD);
});

/** Ways to ask for the password under a key of the server's own, by the packets of each. */
const KEYS: readonly (readonly [string, Habits, readonly (readonly (string | number[])[])[]])[] = [
  [
    'full authentication after a switch',
    {},
    [[[0xfe], `caching_sha2_password\0${SALT}${MORE_SALT}\0`], [[1, 4]], [[1], PEM]],
  ],
  [
    'full authentication at once',
    { plugin: 'caching_sha2_password' },
    [[[0xfe], `caching_sha2_password\0${SALT}${MORE_SALT}\0`], [[1, 4]], [[1], PEM]],
  ],
  [
    'sha256_password after a switch',
    {},
    [
      [[0xfe], `sha256_password\0${SALT}${MORE_SALT}\0`],
      [[1], PEM],
    ],
  ],
  [
    'sha256_password at once',
    { plugin: 'sha256_password' },
    [
      [[0xfe], `sha256_password\0${SALT}${MORE_SALT}\0`],
      [[1], PEM],
    ],
  ],
];

it.each(KEYS)('gets no password under its own key: %s', async (_, habits, packets) => {
  const server = await hostile((chunk, count) => {
    const parts = packets[count];
    return parts === undefined ? OK((chunk[3] ?? 0) + 1) : packet((chunk[3] ?? 0) + 1, ...parts);
  }, habits);
  await expect(open(server.url)).rejects.toMatchObject({
    code: 'store-login-refused',
    message: expect.stringContaining('encrypted under a key that it sends') as string,
    hints: [expect.stringContaining('?host=/run/mysqld') as string],
  });
  await server.close();
  expect(server.all().toString('latin1')).not.toContain(PASSWORD);
  // The login, the answer to the switch, and the wish for the key: what is encrypted would be 256 bytes.
  expect(server.all().length).toBeLessThan(300);
});

/** Folders in which a socket of this user's lies, and whether it is used. */
const FOLDERS: readonly (readonly [number, boolean])[] = [
  [0o700, true],
  [0o755, true],
  [0o2775, true],
  [0o1777, true],
  [0o777, false],
  [0o757, false],
];

it.each(FOLDERS)('at a socket in a folder of mode %o: used %s', async (mode, isUsed) => {
  const place = join(folder(), 'run');
  mkdirSync(place);
  chmodSync(place, mode);
  const server = await hostile(
    (chunk, count) =>
      count === 0
        ? packet(2, [0xfe], `sha256_password\0${SALT}${MORE_SALT}\0`)
        : packet((chunk[3] ?? 0) + 1, [0xff, 0x15, 0x04], '#28000refused'),
    { socketFolder: place },
  );
  await expect(open(server.url)).rejects.toMatchObject({
    code: isUsed ? 'store-login-refused' : 'store-socket-untrusted',
  });
  await server.close();
  if (!isUsed) expect(server.all().length).toBe(0);
});
