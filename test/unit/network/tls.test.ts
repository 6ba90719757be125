import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { inspect } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KmsxError } from '../../../src/base/error.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import type { ClientOptions } from '../../../src/kms/client.ts';
import type { Gateway } from '../../../src/kms/gateway.ts';
import { testIo } from '../../support/test-io.ts';
import {
  clientOf,
  DECRYPT,
  failure,
  gatewayAt,
  GENERATED,
  testAuthorities,
} from '../../support/kms/clients.ts';
import type { CertificateName, TestServer } from '../../support/network/servers.ts';
import { within } from '../../support/within.ts';
import {
  closedPort,
  json,
  startProxy,
  startServer,
  startTcpServer,
  tlsFile,
} from '../../support/network/servers.ts';

const INSTANCE = 'kst-x.cryptoservice.kms.aliyuncs.com';

function kmsWith(certificate: CertificateName): Promise<TestServer> {
  return startServer((_, response) => {
    json(response, { ...GENERATED, Plaintext: 'eA==' });
  }, certificate);
}

/** A dedicated gateway as `--gateway kst-x` gives it, but for the port. */
function instanceAt(port: number): Gateway {
  return { ...gatewayAt(`${INSTANCE}:${port}`), kind: 'instance', onlyCaFile: true };
}

async function decrypt(
  gateway: Gateway | string,
  options: Partial<ClientOptions> = {},
): Promise<string> {
  const { plaintext } = await clientOf(gateway, options).decrypt(DECRYPT);
  return plaintext.bytes.toString();
}

function refusal(
  gateway: Gateway | string,
  options: Partial<ClientOptions> = {},
): Promise<KmsxError> {
  return failure(decrypt(gateway, options));
}

function assertNoContent(error: KmsxError): void {
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
  for (const secret of ['canary', 'testAK', DECRYPT.ciphertextBlobBase64, 'kmsx TEST']) {
    expect(shown).not.toContain(secret);
  }
}

/** The errors that nobody catches until the test ends: each would end the process. */
function uncaughtErrors(): unknown[] {
  const errors: unknown[] = [];
  const note = (error: unknown): void => {
    errors.push(error);
  };
  process.on('uncaughtExceptionMonitor', note);
  onTestFinished(() => {
    process.removeListener('uncaughtExceptionMonitor', note);
  });
  return errors;
}

describe('TLS', () => {
  test('takes a server whose authority --ca-file has', async () => {
    const server = await kmsWith('localhost');
    const authorities = await testAuthorities();
    expect(await decrypt(server.url, { authorities })).toBe('x');
    expect(await decrypt(`https://localhost:${server.port}`, { authorities })).toBe('x');
  });

  test('is TLS 1.2 at least, also where NODE_OPTIONS (--tls-min-v1.0) would allow less', async () => {
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
    onTestFinished(() => {
      Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS });
    });
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' });
    const authorities = await testAuthorities();
    const old = tls.createServer({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      cert: readFileSync(tlsFile('localhost.pem')),
      key: readFileSync(tlsFile('localhost.key.pem')),
    });
    old.on('tlsClientError', () => undefined);
    onTestFinished(() => void old.close());
    const port = await new Promise<number>((resolve) => {
      old.listen(0, '127.0.0.1', () => {
        resolve((old.address() as AddressInfo).port);
      });
    });
    // Node itself would speak it.
    const ca = [...authorities.all];
    const spoken = tls.connect({ port, host: '127.0.0.1', ca, rejectUnauthorized: true });
    await once(spoken, 'secureConnect');
    spoken.destroy();
    const proxy = await startProxy(port);
    expect(await refusal(`127.0.0.1:${port}`, { authorities })).toMatchObject({
      code: 'tls-failed',
    });
    const env = { HTTPS_PROXY: proxy.url };
    const named = await refusal(`kms.example.com:${port}`, { authorities, env });
    const reason = expect.stringMatching(/VERSION|PROTOCOL/) as string;
    expect(named).toMatchObject({ code: 'tls-failed', details: { reason } });
  });

  test.each<[CertificateName, boolean, string]>([
    ['localhost', false, 'authority that is not trusted'],
    ['instance', true, 'another name'],
    ['address', true, 'another name'],
    ['expired', true, 'has expired'],
    ['self-signed', true, 'self-signed'],
  ])('refuses the certificate %s (with --ca-file: %s): %s', async (name, withFile, message) => {
    const server = await kmsWith(name);
    const options = withFile ? { authorities: await testAuthorities() } : {};
    const error = await refusal(server.url, options);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'tls-failed' });
    expect(error.message).toContain(message);
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.hints).toHaveLength(1);
    assertNoContent(error);
    expect(server.requests).toHaveLength(0);
  });

  test('is not tried again where a certificate is not trusted', async () => {
    const server = await kmsWith('self-signed');
    const limits = { maxAttempts: 5, timeoutMs: 60_000, deadlineMs: 60_000 };
    const error = await refusal(server.url, { limits });
    expect(error.message).not.toContain('attempts');
  });

  test('says that a server does not speak it', async () => {
    const port = await startTcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    expect(await refusal(`https://127.0.0.1:${port}`)).toMatchObject({
      kind: 'unavailable',
      code: 'tls-failed',
    });
  });

  test('to a dedicated gateway trusts the file alone', async () => {
    const server = await kmsWith('instance');
    const authorities = await testAuthorities();
    const resolve = [{ host: INSTANCE, port: server.port, address: '127.0.0.1' }];
    expect(await decrypt(instanceAt(server.port), { authorities, resolve })).toBe('x');
    const others = { all: authorities.all, ofFile: authorities.all.slice(0, 1) };
    const error = await refusal(instanceAt(server.port), { authorities: others, resolve });
    expect(error).toMatchObject({ code: 'tls-failed' });
  });

  test('under --resolve verifies the name and not the address', async () => {
    const authorities = await testAuthorities();
    const [right, wrong] = [await kmsWith('instance'), await kmsWith('localhost')];
    const options = {
      authorities,
      resolve: [right, wrong].map(({ port }) => ({ host: INSTANCE, port, address: '127.0.0.1' })),
    };
    expect(await decrypt(instanceAt(right.port), options)).toBe('x');
    expect(right.requests[0]?.headers.host).toBe(`${INSTANCE}:${right.port}`);
    const error = await refusal(instanceAt(wrong.port), options);
    expect(error.message).toContain('another name');
    expect(error.message).toContain(INSTANCE);
  });
});

test('has no option that switches verification off, in any command', async () => {
  const options = allOptions(await createFullProgram(testIo()));
  expect(options).toContain('--ca-file');
  const lax = /insecure|unsafe|verif|trust|skip|check-cert|no-tls|^-k$/;
  expect(options.filter((option) => lax.test(option))).toEqual([]);
});

function allOptions(command: Command): string[] {
  const own = command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']);
  return [...own, ...command.commands.flatMap(allOptions)];
}

describe('a proxy', () => {
  test('carries the request to the right server: its own name asked for and verified', async () => {
    const server = await kmsWith('instance');
    const proxy = await startProxy(server.port);
    const options = { authorities: await testAuthorities(), env: { HTTPS_PROXY: proxy.url } };
    expect(await decrypt(instanceAt(443), options)).toBe('x');
    expect(proxy.targets).toEqual([`${INSTANCE}:443`]);
    expect(server.requests[0]?.headers.host).toBe(INSTANCE);
  });

  test.each<[string, CertificateName, string]>([
    ['for another name', 'localhost', 'another name'],
    ['for an address', 'address', 'another name'],
    ['that nobody signed', 'self-signed', 'self-signed'],
  ])('does not hide a certificate %s', async (_, name, message) => {
    const server = await kmsWith(name);
    const proxy = await startProxy(server.port);
    const options = { authorities: await testAuthorities(), env: { HTTPS_PROXY: proxy.url } };
    const error = await refusal(instanceAt(443), options);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'tls-failed' });
    expect(error.message).toContain(message);
    expect(server.requests).toHaveLength(0);
    assertNoContent(error);
  });

  test('does not hide an authority that --ca-file has not', async () => {
    const server = await kmsWith('instance');
    const proxy = await startProxy(server.port);
    const error = await refusal(instanceAt(443), { env: { HTTPS_PROXY: proxy.url } });
    expect(error).toMatchObject({ code: 'tls-failed' });
    expect(server.requests).toHaveLength(0);
  });

  test('verifies a server that is named by its address by that address', async () => {
    const authorities = await testAuthorities();
    const right = await kmsWith('address');
    const rightProxy = await startProxy(right.port);
    const target = 'https://192.0.2.1';
    expect(await decrypt(target, { authorities, env: { HTTPS_PROXY: rightProxy.url } })).toBe('x');
    const wrong = await kmsWith('localhost');
    const wrongProxy = await startProxy(wrong.port);
    const error = await refusal(target, { authorities, env: { HTTPS_PROXY: wrongProxy.url } });
    expect(error.message).toContain('another name');
    expect(wrong.requests).toHaveLength(0);
  });

  test('keeps its tunnel for the next call', async () => {
    const server = await kmsWith('instance');
    const proxy = await startProxy(server.port);
    const client = clientOf(instanceAt(443), {
      authorities: await testAuthorities(),
      env: { HTTPS_PROXY: proxy.url },
    });
    for (let index = 0; index < 3; index += 1) await client.decrypt(DECRYPT);
    expect(proxy.targets).toHaveLength(1);
    expect(server.connections()).toBe(1);
  });

  test('gets user and password, which nobody else does', async () => {
    const server = await kmsWith('instance');
    const proxy = await startProxy(server.port);
    const env = { HTTPS_PROXY: `http://us%40er:canary%3Apass@127.0.0.1:${proxy.port}` };
    expect(await decrypt(instanceAt(443), { authorities: await testAuthorities(), env })).toBe('x');
    const login = Buffer.from('us@er:canary:pass').toString('base64');
    expect(proxy.authorizations).toEqual([`Basic ${login}`]);
    expect(JSON.stringify(server.requests[0]?.headers)).not.toContain(login);
  });

  test.each([407, 403, 502])(
    'that answers %i is named, and its answer is not taken for KMS',
    async (status) => {
      const proxy = await startProxy(1, { status });
      const env = { HTTPS_PROXY: `http://canary:canary@127.0.0.1:${proxy.port}` };
      const error = await refusal(instanceAt(443), { env });
      expect(error).toMatchObject({ kind: 'unavailable', code: 'proxy-failed' });
      expect(error.message).toContain(`the proxy 127.0.0.1:${proxy.port}`);
      expect(error.message).toContain(String(status));
      assertNoContent(error);
    },
  );

  test('that is not there is named', async () => {
    const port = await closedPort();
    const error = await refusal(instanceAt(443), { env: { HTTPS_PROXY: `127.0.0.1:${port}` } });
    expect(error).toMatchObject({ kind: 'unavailable', code: 'proxy-failed' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['hangs up', (socket) => socket.end(), 'was cut (ECONNRESET)'],
    ['resets', (socket) => socket.resetAndDestroy(), 'was cut (ECONNRESET)'],
    ['speaks no HTTP', (socket) => socket.write('canary\r\n\r\n'), 'is not a proxy'],
    ['sends no header', (socket) => socket.write('\r\n\r\n'), 'is not a proxy'],
    [
      'sends a broken header',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncanary\r\n\r\n'),
      'is not a proxy',
    ],
  ])('that %s is named', async (_, answer, message) => {
    const uncaught = uncaughtErrors();
    const port = await startTcpServer((socket) => {
      socket.once('data', () => {
        answer(socket);
      });
    });
    const error = await refusal(instanceAt(443), { env: { HTTPS_PROXY: `127.0.0.1:${port}` } });
    expect(error).toMatchObject({ kind: 'unavailable', code: 'proxy-failed' });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.message).toContain(message);
    assertNoContent(error);
    expect(uncaught).toEqual([]);
  });

  test('that hangs is given up', async () => {
    const port = await startTcpServer(() => undefined);
    const limits = { maxAttempts: 1, timeoutMs: 300, deadlineMs: 20_000 };
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const error = await within(2000, refusal(instanceAt(443), { env, limits }));
    expect(error).toMatchObject({ code: 'timed-out' });
  });

  test.each<[string, { early?: string; late?: string }, string]>([
    ['goes silent', {}, 'timed-out'],
    ['answers in something else than TLS', { late: 'canary, no TLS record\n' }, 'tls-failed'],
    ['brings bytes before TLS began', { early: 'canary, no TLS record\n' }, 'timed-out'],
    ['sends half a TLS record', { late: '\x16\x03\x03\x40' }, 'timed-out'],
  ])('whose tunnel %s fails like any server', async (_, { early = '', late }, code) => {
    const uncaught = uncaughtErrors();
    let tunnels = 0;
    const port = await startTcpServer((socket) => {
      socket.once('data', () => {
        tunnels += 1;
        socket.write(`HTTP/1.1 200 OK\r\n\r\n${early}`);
        if (late !== undefined) socket.once('data', () => socket.write(late, 'latin1'));
      });
    });
    const attempts: string[] = [];
    const error = await refusal(instanceAt(443), {
      env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
      limits: {
        maxAttempts: 2,
        timeoutMs: code === 'timed-out' ? 600 : 60_000,
        deadlineMs: 60_000,
      },
      onAttempt: (action) => attempts.push(action),
    });
    expect(error).toMatchObject({ kind: 'unavailable', code });
    assertNoContent(error);
    expect(tunnels).toBe(code === 'timed-out' ? 2 : 1);
    expect(attempts).toHaveLength(tunnels);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(uncaught).toEqual([]);
  });

  test.each([
    ['cuts the tunnel', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['ends the tunnel', (socket: Socket) => socket.end(), 'ECONNRESET'],
  ])('that %s amid the handshake may be asked again', async (_, cut, reason) => {
    const uncaught = uncaughtErrors();
    let tunnels = 0;
    const port = await startTcpServer((socket) => {
      socket.once('data', () => {
        tunnels += 1;
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.once('data', () => cut(socket));
      });
    });
    const error = await refusal(instanceAt(443), {
      env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
      limits: { maxAttempts: 2, timeoutMs: 1000, deadlineMs: 20_000 },
    });
    expect(error).toMatchObject({ code: 'network-failed', details: { reason } });
    expect(tunnels).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(uncaught).toEqual([]);
  });

  test('whose tunnel is silent is given up with the client, quietly', async () => {
    const uncaught = uncaughtErrors();
    const closed: Promise<void>[] = [];
    const port = await startTcpServer((socket) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    });
    const client = clientOf(instanceAt(443), {
      env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
      limits: { maxAttempts: 1, timeoutMs: 200, deadlineMs: 20_000 },
    });
    expect(await failure(client.decrypt(DECRYPT))).toMatchObject({ code: 'timed-out' });
    await client.close();
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
    expect(uncaught).toEqual([]);
  });

  test('reached by https is verified too', async () => {
    const server = await kmsWith('instance');
    const authorities = await testAuthorities();
    const right = await startProxy(server.port, { certificate: 'localhost' });
    const env = { HTTPS_PROXY: right.url };
    expect(await decrypt(instanceAt(443), { authorities, env })).toBe('x');
    const wrong = await startProxy(server.port, { certificate: 'sts' });
    const limits = { maxAttempts: 5, timeoutMs: 60_000, deadlineMs: 60_000 };
    const options = { authorities, limits, env: { HTTPS_PROXY: wrong.url } };
    const error = await refusal(instanceAt(443), options);
    expect(error).toMatchObject({ code: 'proxy-failed' });
    expect(error.message).toContain('for another name');
    expect(error.message).not.toContain('attempts');
    expect(error.hints?.[0]).toContain('--ca-file');
    expect(wrong.targets).toEqual([]);
  });

  test('is not asked for loopback addresses', async () => {
    const server = await kmsWith('localhost');
    const proxy = await startProxy(server.port);
    const options = { authorities: await testAuthorities(), env: { ALL_PROXY: proxy.url } };
    expect(await decrypt(server.url, options)).toBe('x');
    expect(await decrypt(`https://localhost:${server.port}`, options)).toBe('x');
    expect(proxy.targets).toEqual([]);
  });

  test('that kmsx does not use is refused before anything is sent', () => {
    const env = { HTTPS_PROXY: 'socks5://127.0.0.1:1080' };
    expect(() => clientOf(instanceAt(443), { env })).toThrow(
      expect.objectContaining({ code: 'proxy-unsupported', kind: 'usage' }),
    );
  });
});
