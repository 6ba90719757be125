import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { dirname, join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { isFaultMistake, parseFaults } from '../../../../src/local-kms/faults/parse-fault.ts';
import type { LocalKms, LocalKmsOptions } from '../../../../src/local-kms/start-local-kms.ts';
import { startLocalKms } from '../../../../src/local-kms/start-local-kms.ts';
import { localKmsOptions } from '../../../support/local-kms/test-kms.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { within } from '../../../support/within.ts';

const INSTANCE = 'kst-test.cryptoservice.kms.aliyuncs.com';
const tempFolder = useTempFolder();
const servers: LocalKms[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(
  options: Partial<LocalKmsOptions> = {},
  ...specs: string[]
): Promise<LocalKms> {
  const faults = parseFaults(specs, true);
  if (isFaultMistake(faults)) throw new Error(faults.mistake);
  const kms = await startLocalKms(localKmsOptions({ tls: true, faults, ...options }));
  servers.push(kms);
  return kms;
}

function caFileOf({ announcement }: LocalKms): string {
  if (announcement.CaFile === undefined) throw new Error('no CaFile');
  return announcement.CaFile;
}

function portOf({ announcement }: LocalKms): number {
  return Number(new URL(announcement.Endpoint).port);
}

/** Opens a connection that trusts the announced authority; gives the socket, or the code of the error. */
function open(kms: LocalKms, options: ConnectionOptions = {}): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: portOf(kms),
      ca: readFileSync(caFileOf(kms)),
      servername: INSTANCE,
      ...options,
    });
    socket.once('secureConnect', () => {
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}

/** `trusted`, or why the connection was not. */
async function verdict(kms: LocalKms, options: ConnectionOptions = {}): Promise<string> {
  const socket = await open(kms, options);
  if (typeof socket === 'string') return socket;
  socket.destroy();
  return 'trusted';
}

/** Everything that comes after these bytes until the server closes. */
async function exchange(kms: LocalKms, bytes: string): Promise<string> {
  const socket = await open(kms);
  if (typeof socket === 'string') throw new Error(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

describe('with TLS', () => {
  it.each([INSTANCE, 'localhost', 'kms.cn-local.aliyuncs.com', 'kms-vpc.cn-local.aliyuncs.com'])(
    'is trusted as %s by its own authority',
    async (servername) => {
      expect(await verdict(await start(), { servername })).toBe('trusted');
    },
  );

  it('is trusted by its address, and under no other name, and by no other authority', async () => {
    const kms = await start();
    expect(await verdict(kms, { servername: '' })).toBe('trusted');
    expect(await verdict(kms, { servername: 'kms.cn-hangzhou.aliyuncs.com' })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    expect(await verdict(kms, { ca: [] })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const other = await start();
    expect(await verdict(kms, { ca: readFileSync(caFileOf(other)) })).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  it('speaks TLS 1.2 and 1.3 and nothing older', async () => {
    const kms = await start();
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(await verdict(kms, { minVersion: version, maxVersion: version })).toBe('trusted');
    }
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    expect(await verdict(kms, old)).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
  });

  it('answers what is no request in KMS’s shape, as without TLS', async () => {
    const text = await exchange(await start(), 'hello\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(text).toContain('"Code":"ParseRequestParameterException"');
  });

  it('drops a connection that speaks no TLS, and lives on', async () => {
    const kms = await start();
    const socket = connectTcp(portOf(kms), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await verdict(kms)).toBe('trusted');
  });

  it('closes at once, though a handshake is under way and a connection idle', async () => {
    const kms = await start();
    const half = connectTcp(portOf(kms), '127.0.0.1');
    half.on('error', () => undefined);
    await new Promise((resolve) => half.once('connect', resolve));
    const idle = await open(kms);
    if (typeof idle === 'string') throw new Error(idle);
    await within(1000, kms.close());
  });
});

describe('the file of the authority', () => {
  it('holds one certificate, no private key, and goes with the server', async () => {
    const kms = await start();
    const path = caFileOf(kms);
    const text = readFileSync(path, 'utf8');
    expect(text.match(/-----BEGIN /g)).toHaveLength(1);
    const certificate = new X509Certificate(text);
    expect(certificate.ca).toBe(true);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    await kms.close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('lies in the folder of the state, where the next server replaces it', async () => {
    const stateFolder = tempFolder();
    const first = await start({ stateFolder });
    const path = join(stateFolder, 'ca.pem');
    expect(caFileOf(first)).toBe(path);
    const before = readFileSync(path, 'utf8');
    await first.close();
    expect(readFileSync(path, 'utf8')).toBe(before);
    const second = await start({ stateFolder });
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    expect(await verdict(second)).toBe('trusted');
  });

  it('is not announced without TLS', async () => {
    const kms = await start({ tls: false });
    expect(kms.announcement).not.toHaveProperty('CaFile');
    expect(kms.announcement.Endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});

describe('a wrong certificate', () => {
  it.each([
    ['authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['date', 'CERT_HAS_EXPIRED'],
  ])(
    'by %s is shown to the connections that were chosen, and to no others',
    async (wrong, code) => {
      const kms = await start({}, `certificate:wrong=${wrong},after=1,first=2`);
      const verdicts = [];
      for (let count = 0; count < 5; count += 1) verdicts.push(await verdict(kms));
      expect(verdicts).toEqual(['trusted', code, code, 'trusted', 'trusted']);
    },
  );

  it('is shown to a client that would resume a session, too', async () => {
    const kms = await start({}, 'certificate:after=1');
    const socket = await open(kms, { maxVersion: 'TLSv1.2' });
    if (typeof socket === 'string') throw new Error(socket);
    const session = socket.getSession();
    socket.destroy();
    expect(session).toBeDefined();
    expect(await verdict(kms, { maxVersion: 'TLSv1.2', ...(session && { session }) })).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });
});
