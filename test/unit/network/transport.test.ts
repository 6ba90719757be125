import { inspect } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import httpx from 'httpx';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KmsxError } from '../../../src/base/error.ts';
import { httpSeam } from '../../../src/network/http-seam.ts';
import type { Exchange, TransportOptions } from '../../../src/network/transport.ts';
import { Transport } from '../../../src/network/transport.ts';
import { clientOf, DECRYPT, failure, GENERATED } from '../../support/kms/clients.ts';
import { closedPort, json, startServer, startTcpServer } from '../../support/network/servers.ts';
import { within } from '../../support/within.ts';

function transportWith(options: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport({ connectTimeoutMs: 60_000, expects: 'kms', ...options });
  onTestFinished(() => transport.close());
  return transport;
}

/** One request as an SDK makes it. */
function get(
  transport: Transport,
  url: string,
  limits: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  return transport.exchange({ timeoutMs: 60_000, ...limits }, async () => {
    const response = await httpx.request(url, { method: 'GET' });
    return String(await httpx.read(response, 'utf8'));
  });
}

function decryptAt(url: string, timeoutMs = 60_000): Promise<KmsxError> {
  const limits = { maxAttempts: 1, timeoutMs, deadlineMs: 60_000 };
  return failure(clientOf(url, { limits }).decrypt(DECRYPT));
}

function assertNoContent(error: KmsxError): void {
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
  for (const secret of [
    'canary',
    'testAK',
    DECRYPT.ciphertextBlobBase64,
    'EncryptionContext',
    '/?',
  ]) {
    expect(shown).not.toContain(secret);
  }
}

describe('what is not KMS', () => {
  test.each([
    ['HTML', 200, 'text/html', '<html>canary</html>'],
    ['HTML with an error', 502, 'text/html', '<html>canary</html>'],
    ['broken JSON', 200, 'application/json', '{"Plaintext":"canary'],
    ['a JSON text that is no object', 200, 'application/json', '["canary"]'],
    ['nothing', 200, 'application/json', ''],
    ['XML', 403, 'text/xml;charset=utf-8', '<Error><Code>canary</Code></Error>'],
    ['JSON without a Code', 404, 'application/json', '{"error":"canary"}'],
  ])('is known by %s (status %i)', async (_, status, type, body) => {
    const server = await startServer((__, response) => {
      response.writeHead(status, { 'Content-Type': type }).end(body);
    });
    const error = await decryptAt(server.url);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'not-kms', httpStatus: status });
    assertNoContent(error);
  });

  test.each([
    [407, 'a proxy wants a login', 'NO_PROXY'],
    [429, 'throttles requests', '--max-attempts'],
    [502, 'could not reach KMS', 'try again later'],
    [503, 'has no KMS to send this to', 'try again later'],
    [504, 'waited for KMS in vain', '--timeout'],
    [404, 'this is not KMS', '--endpoint'],
    [418, 'this is not KMS', '--endpoint'],
  ])('is told with its status, and what that means: %i', async (status, meaning, hint) => {
    const server = await startServer((_, response) => {
      response.writeHead(status, { 'Content-Type': 'text/html' }).end('<html>canary</html>');
    });
    const error = await decryptAt(server.url);
    expect(error.message).toContain(`(HTTP ${status}): `);
    expect(error.message).toContain(meaning);
    expect(error.hints?.join(' ')).toContain(hint);
    assertNoContent(error);
  });

  test('is known by a redirect, which is not followed', async () => {
    const other = await startServer((_, response) => {
      json(response, GENERATED);
    });
    const server = await startServer((_, response) => {
      response.writeHead(307, { Location: `${other.url}/canary` }).end('{}');
    });
    const error = await decryptAt(server.url);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'not-kms', httpStatus: 307 });
    assertNoContent(error);
    expect(other.requests).toHaveLength(0);
  });

  test('is known by an answer of more than a megabyte, of which no more is read', async () => {
    let sent = 0;
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const send = (): void => {
        while (sent < 200 * 1024 * 1024 && !response.destroyed) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536, ' '))) {
            response.once('drain', send);
            return;
          }
        }
        response.end();
      };
      send();
    });
    const error = await decryptAt(server.url);
    expect(error).toMatchObject({ code: 'not-kms' });
    expect(error.message).toContain('1 MiB');
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  test('is known by a compressed answer: none was asked for', async () => {
    const server = await startServer((request, response) => {
      expect(request.headers['accept-encoding']).toBeUndefined();
      json(response, GENERATED, 200, { 'Content-Encoding': 'gzip' });
    });
    expect(await decryptAt(server.url)).toMatchObject({ code: 'not-kms' });
  });

  test('is known by what is not HTTP', async () => {
    const port = await startTcpServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    const error = await decryptAt(`http://127.0.0.1:${port}`);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'not-kms' });
    assertNoContent(error);
  });
});

describe('the network', () => {
  test('where nobody listens', async () => {
    const port = await closedPort();
    const error = await decryptAt(`http://127.0.0.1:${port}`);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'network-failed' });
    expect(error.message).toContain(`127.0.0.1:${port} refuses connections`);
    assertNoContent(error);
  });

  test('where the connection is closed in place of an answer', async () => {
    const port = await startTcpServer((socket) => {
      socket.once('data', () => socket.destroy());
    });
    const error = await decryptAt(`http://127.0.0.1:${port}`);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'network-failed' });
    expect(error.message).toContain('was cut');
    assertNoContent(error);
  });

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Plaintext"'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"Pl\r\n'],
  ])('where an answer %s is cut short', async (_, text) => {
    const port = await startTcpServer((socket) => {
      socket.once('data', () => socket.end(text));
    });
    const error = await decryptAt(`http://127.0.0.1:${port}`);
    expect(error).toMatchObject({ kind: 'unavailable', code: 'network-failed' });
    assertNoContent(error);
  });

  test.each([
    ['no answer comes', ''],
    ['the headers do not end', 'HTTP/1.1 200 OK\r\nX-Slow: '],
    ['the body does not end', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'],
  ])('where %s in time', async (_, text) => {
    const port = await startTcpServer((socket) => {
      socket.once('data', () => socket.write(text));
    });
    const error = await within(2000, decryptAt(`http://127.0.0.1:${port}`, 300));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'timed-out' });
    expect(error.message).toContain(`no answer from 127.0.0.1:${port} within 0.3 s`);
    assertNoContent(error);
  });

  test('where an answer comes in drops, time is counted for the whole of it', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const error = await within(2000, decryptAt(server.url, 400));
    expect(error).toMatchObject({ code: 'timed-out' });
  });

  test('where a TLS handshake hangs, the connect time-out ends it', async () => {
    const port = await startTcpServer(() => undefined);
    const transport = transportWith({ connectTimeoutMs: 200 });
    const error = await failure(get(transport, `https://127.0.0.1:${port}/?canary`));
    expect(error).toMatchObject({ code: 'timed-out', details: { reason: 'KMSX_CONNECT_TIMEOUT' } });
    expect(error.message).toContain('no connection');
    assertNoContent(error);
  });

  test('where a TLS handshake hangs in a tunnel, the connect time-out ends it too', async () => {
    const port = await startTcpServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    });
    const transport = transportWith({
      connectTimeoutMs: 200,
      proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
    });
    const error = await failure(get(transport, 'https://kms.example.com/?canary'));
    expect(error).toMatchObject({ code: 'timed-out', details: { reason: 'KMSX_CONNECT_TIMEOUT' } });
    assertNoContent(error);
  });

  test('where the attempt ends before the connection, the error says which of the two', async () => {
    const port = await startTcpServer(() => undefined);
    const url = `https://127.0.0.1:${port}/`;
    const error = await failure(get(transportWith(), url, { timeoutMs: 200 }));
    expect(error.message).toBe(`no connection to 127.0.0.1:${port} within 0.2 s`);
  });

  test('a slow answer is waited for as long as the attempt may take', async () => {
    const server = await startServer((_, response) => {
      setTimeout(() => {
        json(response, { slow: true });
      }, 1500);
    });
    const transport = transportWith({ connectTimeoutMs: 1000 });
    expect(await get(transport, server.url)).toBe('{"slow":true}');
  });
});

describe('an interrupted exchange', () => {
  test('ends at once, with the reason', async () => {
    const abort = new AbortController();
    const server = await startServer(() => {
      abort.abort(new Error('interrupted'));
    });
    const promise = get(transportWith(), server.url, { signal: abort.signal });
    await expect(within(1500, promise)).rejects.toThrow('interrupted');
  });

  test('does not begin where it is interrupted already', async () => {
    const server = await startServer((_, response) => {
      json(response, {});
    });
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(get(transportWith(), server.url, { signal })).rejects.toThrow('interrupted');
    expect(server.requests).toHaveLength(0);
  });

  test('inside another ends with the outer one, whatever its own time', async () => {
    const server = await startServer(() => undefined);
    const inner = transportWith();
    const outer = transportWith().exchange({ timeoutMs: 200 }, () => get(inner, server.url));
    expect((await within(2000, failure(outer))).code).toBe('timed-out');
  });
});

describe('the seam in httpx', () => {
  test('is made once', () => {
    const seam = httpSeam();
    const { request, read } = httpx;
    expect(httpSeam()).toBe(seam);
    expect(httpx.request).toBe(request);
    expect(httpx.read).toBe(read);
  });

  test('leaves requests from outside of an exchange to httpx', async () => {
    httpSeam();
    const server = await startServer((_, response) => {
      response.writeHead(302, { Location: '/', 'Content-Type': 'text/html' }).end('as it is');
    });
    const response = await httpx.request(server.url, {});
    expect(response.statusCode).toBe(302);
    expect(String(await httpx.read(response, 'utf8'))).toBe('as it is');
  });

  test('keeps two exchanges apart that run at the same time', async () => {
    const server = await startServer((request, response) => {
      setTimeout(
        () => {
          json(response, { path: request.url.pathname }, 200, { 'X-Path': request.url.pathname });
        },
        request.url.pathname === '/slow' ? 100 : 10,
      );
    });
    const one = (transport: Transport, path: string): Promise<[string, unknown]> =>
      transport.exchange({ timeoutMs: 60_000 }, async (exchange: Exchange) => {
        const response = await httpx.request(`${server.url}${path}`, {});
        const body = String(await httpx.read(response, 'utf8'));
        return [body, exchange.answer?.headers['x-path']];
      });
    const slow = transportWith();
    const results = await Promise.all([
      one(slow, '/slow'),
      one(transportWith(), '/fast'),
      one(slow, '/three'),
    ]);
    expect(results).toEqual([
      ['{"path":"/slow"}', '/slow'],
      ['{"path":"/fast"}', '/fast'],
      ['{"path":"/three"}', '/three'],
    ]);
  });

  test('tells marked requests by their mark, wherever they are made', async () => {
    const server = await startServer((request, response) => {
      json(response, { path: request.url.pathname }, 200, { 'X-Path': request.url.pathname });
    });
    const ask = async (path: string, headers: Readonly<Record<string, string>>): Promise<string> =>
      String(await httpx.read(await httpx.request(`${server.url}${path}`, { headers }), 'utf8'));
    const transport = transportWith({ isMarked: true });
    const limits = { timeoutMs: 60_000 };
    const answers = await transport.exchange(limits, (one) =>
      transport.exchange(limits, async (two) => {
        const bodies = [await ask('/one', one.headers), await ask('/two', two.headers)];
        await ask('/none', {});
        return [...bodies, one.answer?.headers['x-path'], two.answer?.headers['x-path']];
      }),
    );
    expect(answers).toEqual(['{"path":"/one"}', '{"path":"/two"}', '/one', '/two']);
    const names = server.requests.slice(0, 2).map(({ headers }) => Object.keys(headers).sort());
    expect(names).toEqual([
      ['connection', 'host'],
      ['connection', 'host'],
    ]);
  });

  test('keeps status and headers of an answer that was refused', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(503, { 'Retry-After': '9', 'Content-Type': 'text/html' }).end('<p>');
    });
    let seen: Exchange | undefined;
    await failure(
      transportWith().exchange({ timeoutMs: 60_000 }, (exchange) => {
        seen = exchange;
        return httpx.request(server.url, {});
      }),
    );
    expect(seen?.answer).toMatchObject({ status: 503, headers: { 'retry-after': '9' } });
  });
});

describe('connections', () => {
  test('of one transport are not those of another', async () => {
    const server = await startServer((_, response) => {
      json(response, {});
    });
    const [a, b] = [transportWith(), transportWith()];
    await get(a, server.url);
    await get(b, server.url);
    await get(a, server.url);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, 1]);
  });

  test('that the server closed while they were idle are made anew', async () => {
    const server = await startServer((_, response) => {
      response.once('finish', () => {
        setTimeout(() => response.socket?.destroy(), 20);
      });
      json(response, {});
    });
    const transport = transportWith();
    await get(transport, server.url);
    await delay(100);
    expect(await get(transport, server.url)).toBe('{}');
  });

  test('under another name than their address go where --resolve says', async () => {
    const server = await startServer((_, response) => {
      json(response, {});
    });
    const transport = transportWith({
      resolve: [{ host: 'kms.example.com', port: server.port, address: '127.0.0.1' }],
    });
    await get(transport, `http://kms.example.com:${server.port}/`);
    expect(server.requests[0]?.headers.host).toBe(`kms.example.com:${server.port}`);
  });
});
