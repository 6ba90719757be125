import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestKms } from '../../../support/local-kms/test-kms.ts';
import { within } from '../../../support/within.ts';

let kms: TestKms;
beforeEach(async () => {
  kms = await TestKms.start();
});
afterEach(() => kms.close());

interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, string>;
}

/** Reads answers off a connection, one after the other, and checks that each is well-formed and KMS's. */
function readAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    if (rest.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) {
      rest = rest.slice('HTTP/1.1 100 Continue\r\n\r\n'.length);
      continue;
    }
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) [A-Za-z ]+$/.exec(statusLine)?.[1];
    if (end === -1 || status === undefined) throw new Error(`no answer: ${rest.slice(0, 200)}`);
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
    );
    const length = Number(headers['content-length']);
    const body = JSON.parse(rest.slice(end + 4, end + 4 + length)) as Record<string, string>;
    expect(headers).toMatchObject({
      'content-type': 'application/json;charset=utf-8',
      'x-kmsx-embedded-kms': '1',
      'x-acs-request-id': body['RequestId'],
    });
    expect(body['RequestId']).toMatch(/^[0-9A-F-]{36}$/);
    if (status !== '200') {
      expect(Object.keys(body)).toEqual(['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
    }
    answers.push({ status: Number(status), headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

async function answersTo(bytes: Buffer | string, halfClose = true): Promise<string[]> {
  const text = await kms.raw(bytes, { halfClose });
  return readAnswers(text).map(({ status, body }) => `${status} ${body['Code'] ?? ''}`.trim());
}

function signedText(action = 'ListKeys', headers: Record<string, string> = {}): string {
  const request = kms.sign({ action });
  const all = { ...request.headers, 'content-length': '0', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${request.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

describe('every request gets an answer of KMS', () => {
  const MALFORMED = '400 ParseRequestParameterException';

  test.each([
    ['no HTTP', 'hello\r\n\r\n', MALFORMED],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), MALFORMED],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', MALFORMED],
    ['HTTP/0.9', 'GET /\r\n\r\n', '400 MissingParameter'],
    ['a request cut short', 'POST / HTTP/1.1\r\nHost: a', MALFORMED],
    ['a body cut short', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab', MALFORMED],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na',
      MALFORMED,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      MALFORMED,
    ],
    ['a bad chunk', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', MALFORMED],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\u0000b\r\n\r\n', MALFORMED],
    ['a header that is folded', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n', MALFORMED],
    ['another method', 'PUT / HTTP/1.1\r\nHost: a\r\n\r\n', '403 UnsupportedHTTPMethod'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', '403 UnsupportedHTTPMethod'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '403 UnsupportedHTTPMethod'],
    ['another path', 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n', '404 InvalidAction.NotFound'],
    ['a whole URL', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n', '404 InvalidAction.NotFound'],
    [
      'an upgrade',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
      '400 MissingParameter',
    ],
    [
      'an expectation that is none',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n',
      '400 MissingParameter',
    ],
    [
      '100-continue',
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n',
      '400 MissingParameter',
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', '400 MissingParameter'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', '400 MissingParameter'],
    ['a query that cannot be decoded', 'GET /?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n', MALFORMED],
    [
      'a parameter twice',
      'GET /?KeyId=1&KeyId=1 HTTP/1.1\r\nHost: a\r\n\r\n',
      '400 InvalidParameter',
    ],
    ['a body with GET', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na', MALFORMED],
    [
      'a body of no known type',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b',
      MALFORMED,
    ],
    [
      'a body of JSON',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      MALFORMED,
    ],
    [
      'a form in another charset',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded; charset=gbk\r\nContent-Length: 3\r\n\r\na=b',
      MALFORMED,
    ],
    [
      'a form with raw bytes',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\na=\u00e9',
      MALFORMED,
    ],
    ['101 headers', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`, MALFORMED],
    ['3,000 headers', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(3000)}\r\n`, MALFORMED],
  ])('%s', async (_what, bytes, answer) => {
    expect(await answersTo(bytes)).toEqual([answer]);
  });

  test('HEAD, which has no body to say so', async () => {
    const text = await kms.raw('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n.*x-kmsx-embedded-kms: 1\r\n.*\r\n\r\n$/s);
  });

  test('headers beyond 256 KiB', async () => {
    const huge = `GET /?a=${'x'.repeat(300 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(await answersTo(huge)).toEqual([MALFORMED]);
  });

  test.each([
    ['of 257 KiB', 257 * 1024],
    ['of 5 MiB', 5 * 1024 * 1024],
  ])('a body %s', async (_what, length) => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(length, 'x')]);
    expect(await answersTo(bytes)).toEqual([MALFORMED]);
  });

  test('a body without end is cut off', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: kms.port });
      let sent = 0;
      const more = (error?: Error | null): void => {
        if (error) return;
        sent += chunk.length;
        if (sent > 64 * 1024 * 1024) resolve('taken');
        else socket.write(chunk, more);
      };
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve('cut off');
      });
      socket.resume();
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', more);
    });
    expect(outcome).toBe('cut off');
    expect((await kms.call('ListKeys')).status).toBe(200);
  });

  test('an EncryptionContext of 8,192 characters in the query, each three bytes of UTF-8', async () => {
    const EncryptionContext = `{"a":"${'密'.repeat(8192 - 8)}"}`;
    const made = await kms.succeed('GenerateDataKey', { KeyId: kms.keyId, EncryptionContext });
    const { CiphertextBlob = '', Plaintext } = made;
    const opened = await kms.call('Decrypt', {}, { form: { CiphertextBlob, EncryptionContext } });
    expect(opened.body['Plaintext']).toBe(Plaintext);
  });
});

describe('a connection', () => {
  test('carries one request after another', async () => {
    const bytes =
      signedText() + signedText('ListAliases') + signedText('Nope', { connection: 'close' });
    expect(await answersTo(bytes, false)).toEqual(['200', '200', '404 InvalidAction.NotFound']);
  });

  test('with rubbish after a good request: both are answered, in order, then it ends', async () => {
    const rsa = kms.sign({
      action: 'CreateKey',
      query: { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT' },
    });
    const lines = Object.entries(rsa.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const slow = `POST ${rsa.path} HTTP/1.1\r\n${lines.join('')}Content-Length: 0\r\n\r\n`;
    expect(await answersTo(`${slow}rubbish\r\n\r\n`, false)).toEqual([
      '200',
      '400 ParseRequestParameterException',
    ]);
  });

  test('that goes on with rubbish is refused and logged once', async () => {
    const socket = connect({ host: '127.0.0.1', port: kms.port });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.resume();
    for (let count = 0; count < 20; count += 1) {
      socket.write('rubbish\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await closed;
    expect(kms.log).toHaveLength(1);
  });

  test('may be dropped at any moment', async () => {
    const text = signedText();
    for (let length = 0; length <= text.length; length += 40) {
      const socket = connect({ host: '127.0.0.1', port: kms.port });
      socket.on('error', () => undefined);
      socket.write(text.slice(0, length), () => {
        socket.resetAndDestroy();
      });
      await new Promise((resolve) => socket.on('close', resolve));
    }
    expect((await kms.call('ListKeys')).status).toBe(200);
  });

  test('is taken on 127.0.0.1 only', async () => {
    const reach = (host: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host, port: kms.port });
        socket.on('connect', () => {
          socket.destroy();
          resolve('open');
        });
        socket.on('error', () => {
          resolve('refused');
        });
      });
    expect(await reach('127.0.0.1')).toBe('open');
    expect(await reach('127.0.0.2')).toBe('refused');
    expect(await reach('::1')).toBe('refused');
  });
});

describe('close', () => {
  test('lets a running request finish, and takes no other', async () => {
    const running = kms.call('CreateKey', { KeySpec: 'RSA_3072', KeyUsage: 'ENCRYPT/DECRYPT' });
    // Requests are taken in order: once later ones are answered, this one runs.
    for (let count = 0; count < 3; count += 1) await kms.call('ListKeys');
    const closed = kms.close();
    await expect(kms.call('ListKeys')).rejects.toThrow('ECONNREFUSED');
    expect((await running).status).toBe(200);
    await closed;
    await kms.close();
  });

  test('ends idle and half-sent connections at once', async () => {
    const ended = [
      '',
      'POST / HTT',
      'POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc',
      signedText(),
    ].map(
      (bytes) =>
        new Promise((resolve) => {
          const socket = connect({ host: '127.0.0.1', port: kms.port }, () => socket.write(bytes));
          socket.resume();
          socket.on('error', () => undefined);
          socket.on('close', resolve);
        }),
    );
    await kms.call('ListKeys');
    await within(2_000, Promise.all([kms.close(), ...ended]));
  });

  test('happens by itself when the signal aborts', async () => {
    const controller = new AbortController();
    const other = await TestKms.start({ signal: controller.signal });
    controller.abort();
    await other.close();
    await expect(other.call('ListKeys')).rejects.toThrow('ECONNREFUSED');
  });
});

test('a port that is taken is an error of its own', async () => {
  await expect(TestKms.start({ port: kms.port })).rejects.toThrow(
    expect.objectContaining({
      code: 'port-taken',
      message: `cannot listen on port ${kms.port} of 127.0.0.1 (EADDRINUSE)`,
    }) as Error,
  );
});

test('the log has one line for each request and nothing of what it held', async () => {
  const canary = 'canary-7f3a';
  await kms.call('Encrypt', {
    KeyId: kms.keyId,
    Plaintext: Buffer.from(canary).toString('base64'),
    EncryptionContext: JSON.stringify({ [canary]: canary }),
  });
  await kms.call('Decrypt', { CiphertextBlob: canary });
  await kms.call(`\u001b[31m${canary}`.replace('\u001b', '%1B'));
  await kms.raw(`GET /${canary} HTTP/1.1\r\nHost: a\r\nx-acs-action: a\tb\r\n\r\n`);
  await kms.raw(`${canary}\r\n\r\n`);
  const { AccessKeySecret } = kms.announcement;
  expect(kms.log).toHaveLength(5);
  for (const line of kms.log) {
    expect(line).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z (?:[A-Za-z]+|-) \d{3} (?:[A-Za-z.]+|-) [0-9A-F-]{36} \d+ms$/,
    );
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line).not.toContain(canary);
    expect(line).not.toContain(AccessKeySecret);
    expect(line).not.toContain(Buffer.from(canary).toString('base64'));
  }
});

describe('fuzz', () => {
  const SEED = 20_261_124;
  const CASES = 800;

  /** Mulberry32: small, and the same cases each time. */
  function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
  }

  const FRAGMENTS = [
    '\r\n', '\n', '\u0000', '%', '%zz', '&', '=', '?', '#', ' ', ';', ',', '\t', '/', '..', 'é',
    'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n',
    'Authorization: ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b\r\n',
    'x-acs-date: 2026-01-02T03:04:05Z\r\n', 'Upgrade: h2c\r\nConnection: Upgrade\r\n',
    '__proto__=1&', 'KeyId=&', 'HTTP/9.9', 'CONNECT a:1', '0\r\n\r\n', 'Host: \r\n', '\u001b[31m',
  ]; // prettier-ignore

  function mutate(original: Buffer, pick: (below: number) => number): Buffer {
    let bytes = original;
    for (let count = 1 + pick(4); count > 0; count -= 1) {
      const at = pick(bytes.length + 1);
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      switch (pick(6)) {
        case 0:
          bytes = Buffer.concat([before, after.subarray(1 + pick(20))]);
          break;
        case 1:
          bytes = Buffer.concat([before, Buffer.from([pick(256)]), after.subarray(1)]);
          break;
        case 2:
          bytes = before;
          break;
        case 3:
          bytes = Buffer.concat([before, before.subarray(pick(at + 1)), after]);
          break;
        default:
          bytes = Buffer.concat([
            before,
            Buffer.from(FRAGMENTS[pick(FRAGMENTS.length)] ?? ''),
            after,
          ]);
      }
    }
    return bytes;
  }

  test('eight hundred malformed requests: each is answered as KMS answers, and the server lives', async () => {
    const pick = random(SEED);
    let cases = 0;
    const worker = async (): Promise<void> => {
      while (cases < CASES) {
        cases += 1;
        const request = kms.sign({
          action: 'GenerateDataKey',
          ...(pick(2) === 0 ? { query: { KeyId: kms.keyId } } : { form: { KeyId: kms.keyId } }),
        });
        const lines = Object.entries(request.headers).map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        const head = `POST ${request.path} HTTP/1.1\r\n${lines.join('')}`;
        const text = `${head}content-length: ${request.body.length}\r\n\r\n${request.body}`;
        const bytes = mutate(Buffer.from(text), pick);
        const answer = await kms.raw(bytes);
        try {
          const answers = readAnswers(answer);
          expect(answers.length > 0 || /^\s*$/.test(bytes.toString('latin1'))).toBe(true);
        } catch (error) {
          throw new Error(
            `after ${JSON.stringify(bytes.toString('latin1'))}: ${JSON.stringify(answer)}`,
            { cause: error },
          );
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(cases).toBe(CASES);
    expect((await kms.call('ListKeys')).status).toBe(200);
    for (const line of kms.log) expect(line).not.toMatch(/ 5\d\d /);
  });
});
