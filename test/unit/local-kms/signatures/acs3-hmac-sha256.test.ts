import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Call, SignedRequest } from '../../../support/local-kms/test-kms.ts';
import { TestKms, startTestGateway } from '../../../support/local-kms/test-kms.ts';

describe('the verifier', () => {
  let kms: TestKms;
  const query = { KeyId: 'alias/rehearsal', EncryptionContext: '{"a":"b c*~"}' };
  const good: Call = { action: 'GenerateDataKey', query };

  beforeAll(async () => {
    kms = await TestKms.start();
  });
  afterAll(() => kms.close());

  const at = (offsetMs: number): string =>
    new Date(Date.now() + offsetMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const minutes = (count: number): number => count * 60_000;
  const refusedAs = (status: number, code: string): unknown =>
    expect.objectContaining({
      status,
      body: expect.objectContaining({ Code: code }) as unknown,
    });
  const altered = (
    call: Call,
    change: (request: SignedRequest) => SignedRequest,
  ): Promise<Answer> => kms.send(change(kms.sign(call)));

  test.each(['GET', 'POST'])('takes a good request by %s', async (method) => {
    expect(await kms.send(kms.sign({ ...good, method }))).toMatchObject({ status: 200 });
  });

  test('takes parameters in a form, and in query and form', async () => {
    const form = kms.sign({ action: 'GenerateDataKey', form: query });
    expect(await kms.send(form)).toMatchObject({ status: 200 });
    const both = kms.sign({ ...good, form: { NumberOfBytes: '16' } });
    expect(await kms.send(both)).toMatchObject({ status: 200 });
  });

  test('takes further headers, signed or not, and names in any letter case', async () => {
    const request = kms.sign({ ...good, headers: { 'x-acs-credentials-provider': 'static_ak' } });
    const headers = { ...request.headers, accept: 'application/json', 'User-Agent': 'test' };
    expect(await kms.send({ ...request, headers })).toMatchObject({ status: 200 });
  });

  test('refuses a changed, added or removed parameter', async () => {
    for (const [from, to] of [
      ['rehearsal', 'rehearsel'],
      ['KeyId=', 'DryRun=true&KeyId='],
      ['KeyId=alias%2Frehearsal&', ''],
    ] as const) {
      const answer = await altered(good, (request) => ({
        ...request,
        path: request.path.replace(from, to),
      }));
      expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
    }
  });

  test('refuses another method than the signed one', async () => {
    const answer = await altered(good, (request) => ({ ...request, method: 'GET' }));
    expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
  });

  test.each([
    ['x-acs-action', 'Decrypt'],
    ['x-acs-version', '2016-01-21'],
    ['x-acs-signature-nonce', 'another'],
    ['host', 'kms.cn-hangzhou.aliyuncs.com'],
    ['x-acs-date', at(minutes(1))],
    ['x-acs-content-sha256', '0'.repeat(64)],
  ])('refuses a changed header %s', async (name, value) => {
    const answer = await altered(good, (request) => ({
      ...request,
      headers: { ...request.headers, [name]: value },
    }));
    expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
  });

  test('refuses a changed body', async () => {
    const answer = await altered({ action: 'GenerateDataKey', form: query }, (request) => ({
      ...request,
      body: request.body.replace('rehearsal', 'rehearsel'),
    }));
    expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
  });

  test('refuses a payload hash that is not the hash of the body, though it was signed', async () => {
    const headers = { 'x-acs-content-sha256': '0'.repeat(64) };
    const answer = await kms.send(kms.sign({ ...good, headers }));
    expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
  });

  test('refuses another secret', async () => {
    const answer = await kms.send(kms.sign({ ...good, accessKeySecret: 'x'.repeat(30) }));
    expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
  });

  test('refuses an unknown access key', async () => {
    const answer = await kms.send(kms.sign({ ...good, accessKeyId: 'LTAI5tUnknown' }));
    expect(answer).toEqual(refusedAs(404, 'InvalidAccessKeyId.NotFound'));
    expect(answer.body['Message']).toBe('Specified access key is not found.');
  });

  test('refuses a signature in capitals, one cut short and one of another length', async () => {
    for (const change of [
      (header: string) => header.replace(/[0-9a-f]+$/, (hex) => hex.toUpperCase()),
      (header: string) => header.slice(0, -1),
      (header: string) => `${header}0`,
    ]) {
      const answer = await altered(good, (request) => ({
        ...request,
        headers: {
          ...request.headers,
          authorization: change(request.headers['authorization'] ?? ''),
        },
      }));
      expect(answer).toEqual(refusedAs(400, 'SignatureDoesNotMatch'));
    }
  });

  test('shows what it signed, as the gateway does, and never the secret', async () => {
    const answer = await kms.send(kms.sign({ ...good, accessKeySecret: 'wrong' }));
    const message = String(answer.body['Message']);
    const canonical = /server CanonicalRequest is \[([^]*)\]$/.exec(message)?.[1] ?? '';
    const hash = createHash('sha256').update(canonical).digest('hex');
    expect(message).toContain(`server StringToSign is [ACS3-HMAC-SHA256\n${hash}]`);
    expect(canonical.split('\n').slice(0, 3)).toEqual([
      'POST',
      '/',
      'EncryptionContext=%7B%22a%22%3A%22b%20c%2A~%22%7D&KeyId=alias%2Frehearsal',
    ]);
    expect(answer.text).not.toContain(kms.announcement.AccessKeySecret);
  });

  test('refuses a nonce that was used, and forgets none of a refused request', async () => {
    const request = kms.sign(good);
    expect((await kms.send(request)).status).toBe(200);
    const again = await kms.send(request);
    expect(again).toEqual(refusedAs(400, 'SignatureNonceUsed'));
    expect(again.body['Message']).toBe('Specified signature nonce was used already.');

    const nonce = { 'x-acs-signature-nonce': 'n-1' };
    await kms.send(kms.sign({ ...good, headers: nonce, accessKeySecret: 'wrong' }));
    expect((await kms.send(kms.sign({ ...good, headers: nonce }))).status).toBe(200);
    expect(await kms.send(kms.sign({ ...good, headers: nonce }))).toEqual(
      refusedAs(400, 'SignatureNonceUsed'),
    );
  });

  test.each([-14, 14])('takes a date %d minutes off', async (offset) => {
    const headers = { 'x-acs-date': at(minutes(offset)) };
    expect((await kms.send(kms.sign({ ...good, headers }))).status).toBe(200);
  });

  test.each([-16, 16])('refuses a date %d minutes off', async (offset) => {
    const headers = { 'x-acs-date': at(minutes(offset)) };
    const answer = await kms.send(kms.sign({ ...good, headers }));
    expect(answer).toEqual(refusedAs(400, 'InvalidTimeStamp.Expired'));
    expect(answer.body['Message']).toBe('Specified time stamp or date value is expired.');
  });

  test.each([
    'now',
    '2026-01-02',
    '2026-02-30T00:00:00Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:05.000Z',
  ])('refuses the date %s', async (date) => {
    const answer = await kms.send(kms.sign({ ...good, headers: { 'x-acs-date': date } }));
    expect(answer).toEqual(refusedAs(400, 'InvalidTimeStamp.Format'));
  });

  const required = [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ];

  test.each(required)('refuses a request that leaves %s unsigned', async (name) => {
    const signedHeaders = required.filter((other) => other !== name);
    const answer = await kms.send(kms.sign({ ...good, signedHeaders }));
    expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
  });

  test.each(required.filter((name) => name !== 'host'))(
    'refuses a request without %s',
    async (name) => {
      const headers = { [name]: undefined };
      const parameters = { ...query, Action: 'GenerateDataKey', Version: '2016-01-20' };
      const answer = await kms.send(
        kms.sign({ action: 'GenerateDataKey', query: parameters, headers }),
      );
      const code = name === 'x-acs-date' ? 'IllegalTimestamp' : 'MissingParameter';
      expect(answer).toEqual(refusedAs(400, code));
      expect(answer.body['Message']).toContain(`"${name}"`);
    },
  );

  test('refuses an x-acs header that is there and not signed', async () => {
    const answer = await altered(good, (request) => ({
      ...request,
      headers: { ...request.headers, 'x-acs-extra': '1' },
    }));
    expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
  });

  test('refuses a form whose content-type is not signed', async () => {
    const form = { KeyId: 'alias/rehearsal' };
    const answer = await kms.send(
      kms.sign({ action: 'GenerateDataKey', form, signedHeaders: required }),
    );
    expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
  });

  test('refuses signed headers out of order, twice, absent, or in capitals', async () => {
    for (const signedHeaders of [
      required.toReversed(),
      ['host', ...required],
      [...required, 'x-acs-zone'],
      ['Host', ...required.slice(1)],
    ]) {
      const answer = await kms.send(kms.sign({ ...good, signedHeaders }));
      expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
    }
  });

  test('refuses a request without Authorization', async () => {
    const { authorization, ...headers } = kms.sign(good).headers;
    expect(authorization).toBeDefined();
    const answer = await kms.send({ ...kms.sign(good), headers });
    expect(answer).toEqual(refusedAs(400, 'MissingParameter'));
    expect(answer.body['Message']).toContain('"Authorization"');
  });

  test.each([
    'ACS3-HMAC-SHA256',
    'ACS3-HMAC-SHA256 Credential=A',
    'ACS3-HMAC-SHA256 Credential=A,SignedHeaders=host',
    'ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=0',
    'ACS3-HMAC-SHA256 Credential=A,SignedHeaders=host,Signature=0,Signature=0',
    'ACS3-HMAC-SHA3 Credential=A,SignedHeaders=host,Signature=0',
    'ACS4-HMAC-SHA256 Credential=A,SignedHeaders=host,Signature=0',
    'ACS4-HMAC-SM3 Credential=A,SignedHeaders=host,Signature=0',
    'AWS4-HMAC-SHA256 Credential=A,SignedHeaders=host,Signature=0',
    'Basic QTpC',
    '{}',
  ])('refuses the Authorization %s', async (authorization) => {
    const answer = await altered(good, (request) => ({
      ...request,
      headers: { ...request.headers, authorization },
    }));
    expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
  });

  test('refuses a security token, since its access key has none', async () => {
    const headers = { 'x-acs-security-token': 'token' };
    const answer = await kms.send(kms.sign({ ...good, headers }));
    expect(answer).toEqual(refusedAs(400, 'InvalidSecurityToken.MismatchWithAccessKey'));
  });

  test('refuses an x-acs-accesskey-id that is not the Credential', async () => {
    const answer = await kms.send(
      kms.sign({ ...good, headers: { 'x-acs-accesskey-id': 'other' } }),
    );
    expect(answer).toEqual(refusedAs(400, 'IncompleteSignature'));
  });

  test.each(['x-acs-action: GenerateDataKey', 'host: 127.0.0.1', 'content-type: text/plain'])(
    'refuses a second header %s',
    async (line) => {
      const request = kms.sign({ action: 'GenerateDataKey', form: query });
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
      const head = ['POST / HTTP/1.1', ...lines, line, `content-length: ${request.body.length}`];
      const answer = await kms.raw(`${head.join('\r\n')}\r\n\r\n${request.body}`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 .*"Code":"IncompleteSignature"/s);
    },
  );

  test('refuses everybody while its memory for nonces is full', async () => {
    const full = await startTestGateway((state) => state, 1);
    expect((await full.call('ListKeys')).status).toBe(200);
    const answer = await full.call('ListKeys');
    expect([answer.status, answer.body['Code']]).toEqual([400, 'Throttling.User']);
  });
});
