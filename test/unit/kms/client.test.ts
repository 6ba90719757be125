import { createHash, createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { DescribeKeyRequest, EncryptRequest } from '@alicloud/kms20160120';
import { Config } from '@alicloud/openapi-client';
import { describe, expect, test } from 'vitest';
import { knownCredentials } from '../../../src/credentials/credentials.ts';
import { localGateway } from '../../../src/kms/gateway.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import type { AttemptClock, AttemptReport } from '../../../src/kms/attempts.ts';
import { OfficialClient } from '../../../src/kms/official-client.ts';
import {
  ACCESS_KEY,
  clientOf,
  DECRYPT,
  failure,
  GENERATE,
  GENERATED,
  systemClock,
} from '../../support/kms/clients.ts';
import type { RecordedRequest, TestServer } from '../../support/network/servers.ts';
import { within } from '../../support/within.ts';
import { json, startServer } from '../../support/network/servers.ts';

const EXPORT = {
  ciphertextBlobBase64: Buffer.from('canary-ciphertext').toString('base64'),
  publicKeyBlobBase64: GENERATE.publicKeyBlobBase64,
  wrappingKeySpec: 'RSA_2048',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_1',
};
const DECRYPTED = {
  Plaintext: Buffer.alloc(32, 7).toString('base64'),
  KeyId: GENERATED.KeyId,
  KeyVersionId: GENERATED.KeyVersionId,
  RequestId: GENERATED.RequestId,
};

function answering(body: object, status = 200): Promise<TestServer> {
  return startServer((_, response) => {
    json(response, body, status);
  });
}

describe('a call', () => {
  test('GenerateAndExportDataKey goes out as one POST with its parameters in the query', async () => {
    const server = await answering(GENERATED);
    const answer = await clientOf(server.url).generateAndExportDataKey(GENERATE);
    expect(answer).toEqual({
      ciphertextBlobBase64: GENERATED.CiphertextBlob,
      exportedDataKeyBase64: GENERATED.ExportedDataKey,
      keyId: GENERATED.KeyId,
      keyVersionId: GENERATED.KeyVersionId,
      requestId: GENERATED.RequestId,
    });
    const [request] = server.requests;
    expect(server.requests).toHaveLength(1);
    expect(request?.method).toBe('POST');
    expect(request?.url.pathname).toBe('/');
    expect(request?.body).toBe('');
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
      KeyId: 'alias/rehearsal',
      PublicKeyBlob: GENERATE.publicKeyBlobBase64,
      WrappingKeySpec: 'RSA_2048',
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      KeySpec: 'AES_256',
      EncryptionContext: '{"canary-name":"canary-value"}',
    });
    expect(request?.headers).toMatchObject({
      'x-acs-action': 'GenerateAndExportDataKey',
      'x-acs-version': '2016-01-20',
      host: `127.0.0.1:${server.port}`,
    });
  });

  test('ExportDataKey and Decrypt go out with theirs', async () => {
    const server = await startServer((request, response) => {
      json(response, request.headers['x-acs-action'] === 'Decrypt' ? DECRYPTED : GENERATED);
    });
    const client = clientOf(server.url);
    const exported = await client.exportDataKey(EXPORT);
    expect(exported).not.toHaveProperty('ciphertextBlobBase64');
    expect(exported.exportedDataKeyBase64).toBe(GENERATED.ExportedDataKey);
    const decrypted = await client.decrypt(DECRYPT);
    expect(decrypted.plaintext.bytes).toEqual(Buffer.alloc(32, 7));
    expect(inspect(decrypted, { depth: 10 })).not.toContain(DECRYPTED.Plaintext);
    expect(server.requests.map(({ parameters }) => Object.fromEntries(parameters))).toEqual([
      {
        CiphertextBlob: EXPORT.ciphertextBlobBase64,
        PublicKeyBlob: EXPORT.publicKeyBlobBase64,
        WrappingKeySpec: 'RSA_2048',
        WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
      },
      {
        CiphertextBlob: DECRYPT.ciphertextBlobBase64,
        EncryptionContext: '{"canary-name":"canary-value"}',
      },
    ]);
  });

  test('carries NumberOfBytes as a number in text', async () => {
    const server = await answering(GENERATED);
    await clientOf(server.url).generateAndExportDataKey({
      ...GENERATE,
      keySpec: undefined,
      numberOfBytes: 1024,
    });
    const parameters = server.requests[0]?.parameters;
    expect(parameters?.get('NumberOfBytes')).toBe('1024');
    expect(parameters?.has('KeySpec')).toBe(false);
  });

  test('is signed with ACS3-HMAC-SHA256 over what the server receives', async () => {
    const server = await answering(GENERATED);
    const client = clientOf(server.url, {
      credentials: knownCredentials('test', { ...ACCESS_KEY, securityToken: 'test-token' }),
    });
    await client.generateAndExportDataKey(GENERATE);
    await client.generateAndExportDataKey({ ...GENERATE, encryptionContextJson: longContext() });
    for (const request of server.requests) {
      expect(request.headers['x-acs-security-token']).toBe('test-token');
      expect(request.headers.authorization).toBe(signatureOf(request));
    }
    const [first, second] = server.requests.map(({ headers }) => headers['x-acs-signature-nonce']);
    expect(first).not.toBe(second);
  });

  test.each([
    ['8,192 ASCII characters', longContext()],
    ['emoji', JSON.stringify({ k: '🔑'.repeat(4000) })],
    ['a name __proto__', '{"__proto__":"x","=":"&=+ %"}'],
  ])('carries a context of %s whole', async (_, encryptionContextJson) => {
    const server = await answering(GENERATED);
    await clientOf(server.url).generateAndExportDataKey({ ...GENERATE, encryptionContextJson });
    const [request] = server.requests;
    expect(request?.parameters.get('EncryptionContext')).toBe(encryptionContextJson);
    expect(request?.url.href.length).toBeLessThan(5000);
  });

  test('uses one connection for one call after another', async () => {
    const server = await answering(GENERATED);
    const client = clientOf(server.url);
    for (let index = 0; index < 3; index += 1) await client.exportDataKey(EXPORT);
    expect(server.connections()).toBe(1);
  });

  test('leaves no connection open after close', async () => {
    const server = await answering(GENERATED);
    const client = clientOf(server.url);
    await client.exportDataKey(EXPORT);
    await client.close();
    const other = clientOf(server.url);
    await other.exportDataKey(EXPORT);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });
});

describe('an answer', () => {
  const generate = (client: KmsClient): Promise<unknown> =>
    client.generateAndExportDataKey(GENERATE);
  const decrypt = (client: KmsClient): Promise<unknown> => client.decrypt(DECRYPT);

  test.each<[string, object, (client: KmsClient) => Promise<unknown>]>([
    ['without CiphertextBlob', { ...GENERATED, CiphertextBlob: undefined }, generate],
    ['without ExportedDataKey', { ...GENERATED, ExportedDataKey: undefined }, generate],
    ['without KeyId', { ...GENERATED, KeyId: undefined }, generate],
    ['without KeyVersionId', { ...GENERATED, KeyVersionId: '' }, generate],
    ['without RequestId', { ...GENERATED, RequestId: undefined }, generate],
    ['with a null', { ...GENERATED, CiphertextBlob: null }, generate],
    ['with a number', { ...GENERATED, CiphertextBlob: 12_345_678 }, generate],
    ['with a list', { ...GENERATED, ExportedDataKey: ['YQ=='] }, generate],
    ['with an object', { ...GENERATED, KeyId: {} }, generate],
    ['that is no base64', { ...GENERATED, CiphertextBlob: 'canary-value!' }, generate],
    ['with base64 of the other alphabet', { ...GENERATED, ExportedDataKey: '-_-_' }, generate],
    ['with base64 cut short', { ...GENERATED, ExportedDataKey: 'YWJ' }, generate],
    ['with nothing', {}, generate],
    ['without Plaintext', { ...DECRYPTED, Plaintext: undefined }, decrypt],
    ['with a Plaintext that is a number', { ...DECRYPTED, Plaintext: 1234 }, decrypt],
    ['with a Plaintext that is no base64', { ...DECRYPTED, Plaintext: 'canary' }, decrypt],
  ])('%s is refused', async (_, body, call) => {
    const server = await answering(body);
    const error = await failure(call(clientOf(server.url)));
    expect(error).toMatchObject({ kind: 'kms', code: 'answer-malformed' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  const text = JSON.stringify(GENERATED);
  test.each<[string, string]>([
    ['KeyId', text.replace('{', '{"KeyId":"canary",')],
    ['ExportedDataKey', text.replace('}', `,"ExportedDataKey":"${GENERATED.ExportedDataKey}"}`)],
    ['an escaped KeyId', text.replace('{', '{"Key\\u0049d":"canary",')],
    ['a name that nobody knows', text.replace('{', '{"canary":1,"canary":1,')],
    ['a name deep within', text.replace('{', '{"New":[{"canary":1,"canary":2}],')],
    ['a Code', text.replace('{', '{"Code":"Rejected.Disabled","Code":"canary",')],
  ])('with %s twice is refused, and not asked for again', async (_, body) => {
    const server = await startServer((__, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
    });
    const limits = { maxAttempts: 3, timeoutMs: 60_000, deadlineMs: 60_000 };
    const error = await failure(generate(clientOf(server.url, { limits })));
    expect(error).toMatchObject({
      kind: 'kms',
      code: 'answer-malformed',
      requestId: GENERATED.RequestId,
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
    expect(server.requests).toHaveLength(1);
  });

  test('with the same name in two objects is taken', async () => {
    const server = await answering({ ...GENERATED, A: { KeyId: 'a' }, B: [{ KeyId: 'b' }, {}] });
    await expect(generate(clientOf(server.url))).resolves.toHaveProperty('keyId', GENERATED.KeyId);
  });

  test('that is an error with a name twice is refused too', async () => {
    const server = await startServer((_, response) => {
      const body = '{"Code":"Rejected.Disabled","RequestId":"id-1","a":1,"a":2}';
      response.writeHead(409, { 'Content-Type': 'application/json' }).end(body);
    });
    const error = await failure(generate(clientOf(server.url)));
    expect(error).toMatchObject({ code: 'answer-malformed', requestId: 'id-1' });
  });

  test('with more fields than are known is taken', async () => {
    const server = await answering({ ...GENERATED, New: { a: [1] } });
    await expect(generate(clientOf(server.url))).resolves.toHaveProperty('keyId', GENERATED.KeyId);
  });

  test('with an error and status 200 is an error', async () => {
    const server = await answering({
      Code: 'Rejected.Disabled',
      Message: 'canary',
      RequestId: 'id-1',
    });
    expect(await failure(generate(clientOf(server.url)))).toMatchObject({
      kind: 'kms',
      code: 'Rejected.Disabled',
      requestId: 'id-1',
    });
  });

  test.each([
    ['the gateway', { RequestId: 'id-1', HostId: 'h', Code: 'InvalidParameter', Message: 'm' }],
    ['the documentation', { HttpStatus: 400, Code: 'InvalidParameter', RequestId: 'id-1' }],
    ['lower case', { code: 'InvalidParameter', message: 'm', requestId: 'id-1' }],
  ])('with an error in the shape of %s gives its Code and RequestId', async (_, body) => {
    const server = await answering(body, 400);
    expect(await failure(generate(clientOf(server.url)))).toMatchObject({
      kind: 'kms',
      code: 'InvalidParameter',
      requestId: 'id-1',
      httpStatus: 400,
    });
  });

  test('that echoes the request is not repeated', async () => {
    const server = await startServer((request, response) => {
      const echo = `${request.url.href} ${JSON.stringify(request.headers)} canary-secret-0123456789`;
      const body = {
        Code: 'SignatureDoesNotMatch',
        Message: `Specified signature is not matched with our calculation. server string to sign is:${echo}`,
        RequestId: 'id-1',
        HostId: echo,
        Recommend: echo,
        AccessDeniedDetail: { echo },
      };
      json(response, body, 400);
    });
    const error = await failure(generate(clientOf(server.url)));
    expect(error).toMatchObject({ kind: 'credentials', code: 'SignatureDoesNotMatch' });
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
    for (const secret of ['canary', 'testAK', 'alias/rehearsal', GENERATE.publicKeyBlobBase64]) {
      expect(shown).not.toContain(secret);
    }
  });

  test('of an embedded KMS makes the client say that it is a rehearsal', async () => {
    const server = await startServer((_, response) => {
      json(response, GENERATED, 200, { 'x-kmsx-embedded-kms': '1' });
    });
    const client = clientOf(localGateway(server.url, 'cn-local'));
    expect(client).toMatchObject({ endpoint: server.url, region: 'cn-local', isRehearsal: false });
    await client.exportDataKey(EXPORT);
    expect(client.isRehearsal).toBe(true);
  });

  test('of an embedded KMS does so with an error too, and that of KMS never', async () => {
    const embedded = await startServer((_, response) => {
      json(response, { Code: 'Rejected.Disabled' }, 409, { 'x-kmsx-embedded-kms': '1' });
    });
    const client = clientOf(embedded.url);
    await failure(client.exportDataKey(EXPORT));
    expect(client.isRehearsal).toBe(true);
    const real = clientOf((await answering(GENERATED)).url);
    await real.exportDataKey(EXPORT);
    expect(real.isRehearsal).toBe(false);
  });
});

describe('a dry run', () => {
  const runs: [string, (client: KmsClient) => Promise<unknown>][] = [
    ['GenerateAndExportDataKey', (client) => client.dryRun.generateAndExportDataKey(GENERATE)],
    ['ExportDataKey', (client) => client.dryRun.exportDataKey(EXPORT)],
    ['Decrypt', (client) => client.dryRun.decrypt(DECRYPT)],
  ];

  test.each(runs)(
    'of %s asks with DryRun and takes DryRunOperationError for yes',
    async (action, run) => {
      const server = await answering({ Code: 'DryRunOperationError', RequestId: 'id-1' }, 400);
      expect(await run(clientOf(server.url))).toEqual({ wouldSucceed: true, requestId: 'id-1' });
      const [request] = server.requests;
      expect(request?.headers['x-acs-action']).toBe(action);
      expect(request?.parameters.get('DryRun')).toBe('true');
      expect(request?.parameters.size).toBeGreaterThan(2);
    },
  );

  test('takes it for yes with status 200 and without a RequestId', async () => {
    const server = await answering({ Code: 'DryRunOperationError' });
    const answer = await clientOf(server.url).dryRun.decrypt(DECRYPT);
    expect(answer).toEqual({ wouldSucceed: true });
  });

  test.each([
    ['ValidationError', 400, 'kms'],
    ['AccessDeniedError', 403, 'credentials'],
    ['Forbidden.KeyNotFound', 404, 'kms'],
  ])('gives the error %s that the call would give', async (code, status, kind) => {
    const server = await answering({ Code: code, RequestId: 'id-1' }, status);
    const error = await failure(clientOf(server.url).dryRun.generateAndExportDataKey(GENERATE));
    expect(error).toMatchObject({ code, kind });
  });

  test.each([
    [GENERATED, runs[0]?.[1]],
    [DECRYPTED, runs[2]?.[1]],
  ])('that was carried out is an error, and its result is lost', async (body, run) => {
    const server = await answering(body);
    const error = await failure(run?.(clientOf(server.url)) ?? Promise.resolve());
    expect(error).toMatchObject({ kind: 'kms', code: 'answer-malformed' });
    expect(error.message).toContain('carried out');
    expect(inspect(error, { depth: 10 })).not.toContain(DECRYPTED.Plaintext);
  });

  test('is not asked for by a real call', async () => {
    const server = await answering(GENERATED);
    await clientOf(server.url).generateAndExportDataKey(GENERATE);
    expect(server.requests[0]?.parameters.has('DryRun')).toBe(false);
  });
});

describe('attempts', () => {
  const limits = { maxAttempts: 3, timeoutMs: 60_000, deadlineMs: 60_000 };

  function waits(): {
    clock: AttemptClock;
    slept: number[];
  } {
    const slept: number[] = [];
    const clock = {
      ...systemClock(),
      random: () => 0.5,
      sleep: (ms: number) => {
        slept.push(ms);
        return Promise.resolve();
      },
    };
    return { clock, slept };
  }

  test('go on until KMS answers, and are reported', async () => {
    let count = 0;
    const server = await startServer((_, response) => {
      count += 1;
      if (count === 1) json(response, { Code: 'Rejected.Throttling', RequestId: 'id-1' }, 400);
      else if (count === 2) response.destroy();
      else json(response, GENERATED);
    });
    const reports: [string, AttemptReport][] = [];
    const { clock, slept } = waits();
    const client = clientOf(server.url, {
      limits,
      clock,
      onAttempt: (action, report) => reports.push([action, report]),
    });
    await client.exportDataKey(EXPORT);
    expect(slept).toEqual([100, 200]);
    expect(reports.map(([action, { outcome, requestId }]) => [action, outcome, requestId])).toEqual(
      [
        ['ExportDataKey', 'Rejected.Throttling', 'id-1'],
        ['ExportDataKey', 'network-failed', undefined],
        ['ExportDataKey', 'ok', GENERATED.RequestId],
      ],
    );
    const nonces = server.requests.map(({ headers }) => headers['x-acs-signature-nonce']);
    expect(new Set(nonces).size).toBe(3);
  });

  test('are as many as the limits allow, and the error says how many', async () => {
    const server = await answering({ Code: 'ServiceUnavailableTemporary', RequestId: 'id-1' }, 503);
    const { clock } = waits();
    const error = await failure(clientOf(server.url, { limits, clock }).exportDataKey(EXPORT));
    expect(server.requests).toHaveLength(3);
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'ServiceUnavailableTemporary',
      requestId: 'id-1',
    });
    expect(error.message).toMatch(/\(3 attempts, \d\.\d s\)$/);
  });

  test('wait as long as Retry-After says', async () => {
    let count = 0;
    const server = await startServer((_, response) => {
      count += 1;
      if (count === 1) json(response, { Code: 'Throttling' }, 429, { 'Retry-After': '7' });
      else json(response, GENERATED);
    });
    const { clock, slept } = waits();
    await clientOf(server.url, { limits, clock }).exportDataKey(EXPORT);
    expect(slept).toEqual([7000]);
  });

  test('are one where KMS refuses for good', async () => {
    const server = await answering({ Code: 'Forbidden.NoPermission', RequestId: 'id-1' }, 403);
    await failure(clientOf(server.url, { limits }).exportDataKey(EXPORT));
    expect(server.requests).toHaveLength(1);
  });

  test('stop at once when they are interrupted, also between two of them', async () => {
    const abort = new AbortController();
    const server = await startServer((_, response) => {
      json(response, { Code: 'Throttling' }, 429, { 'Retry-After': '15' });
      setTimeout(() => {
        abort.abort(new Error('interrupted'));
      }, 50);
    });
    const client = clientOf(server.url, { limits, signal: abort.signal });
    await expect(within(3000, client.exportDataKey(EXPORT))).rejects.toThrow('interrupted');
  });
});

describe('OfficialClient', () => {
  function sdkFor(server: TestServer): OfficialClient {
    return new OfficialClient(
      new Config({
        endpoint: `127.0.0.1:${server.port}`,
        protocol: 'http',
        credential: knownCredentials('test', ACCESS_KEY).credential,
      }),
    );
  }

  test("keeps the official class's own operations, with the signature of today", async () => {
    const server = await answering({
      KeyMetadata: { KeyId: 'key-1', KeyState: 'Enabled', CreationDate: '2026-01-02T03:04:05Z' },
      RequestId: 'id-1',
    });
    const answer = await sdkFor(server).describeKey(new DescribeKeyRequest({ keyId: 'alias/a' }));
    expect(answer.keyMetadata.keyState).toBe('Enabled');
    const [request] = server.requests;
    expect(request?.headers.authorization).toBe(request && signatureOf(request));
    expect(request?.parameters.get('KeyId')).toBe('alias/a');
  });

  test('sends a context that is an object as one JSON text', async () => {
    const server = await answering({ ...GENERATED, Plaintext: 'eA==' });
    const request = new EncryptRequest({
      keyId: 'alias/a',
      plaintext: 'eA==',
      encryptionContext: { k: 'v', l: 'w' },
    });
    await sdkFor(server).encrypt(request);
    expect(server.requests[0]?.parameters.get('EncryptionContext')).toBe('{"k":"v","l":"w"}');
    expect([...(server.requests[0]?.parameters.keys() ?? [])].sort()).toEqual([
      'EncryptionContext',
      'KeyId',
      'Plaintext',
    ]);
  });
});

function longContext(): string {
  return JSON.stringify({ k: 'v'.repeat(8192 - '{"k":""}'.length) });
}

/** The Authorization header that the published algorithm gives for a request, made without any SDK. */
function signatureOf(request: RecordedRequest): string {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...request.url.searchParams]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const names = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-acs-') || name === 'host' || name === 'content-type')
    .sort();
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const payload = sha256(request.body);
  expect(request.headers['x-acs-content-sha256']).toBe(payload);
  const canonical = [request.method, '/', query, headers, names.join(';'), payload].join('\n');
  const signature = createHmac('sha256', ACCESS_KEY.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  return `ACS3-HMAC-SHA256 Credential=${ACCESS_KEY.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
}
