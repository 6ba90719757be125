import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { KMS_ERRORS } from '../../../src/answers/error-table/table.ts';
import { isRetryable, kmsError, retryAfterMs } from '../../../src/answers/errors.ts';
import {
  networkError,
  notKmsError,
  ProxyFailure,
  timeoutError,
} from '../../../src/network/errors.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const CONTEXT = { action: 'Decrypt', host: 'kms.cn-hangzhou.aliyuncs.com', now: NOW };

function errorOf(
  body: object,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): KmsxError {
  return kmsError({ status, headers, body: Buffer.from(JSON.stringify(body)) }, CONTEXT);
}

describe('kmsError', () => {
  test.each([
    [
      "the gateway's shape",
      {
        RequestId: 'id-1',
        HostId: 'kms.cn-hangzhou.aliyuncs.com',
        Code: 'Forbidden.KeyNotFound',
        Message: 'The specified Key is not found.',
        Recommend: 'https://api.aliyun.com/troubleshoot?q=canary',
      },
    ],
    [
      "the documentation's shape",
      {
        HttpStatus: 404,
        Code: 'Forbidden.KeyNotFound',
        Message: 'The specified Key is not found.',
        RequestId: 'id-1',
      },
    ],
    [
      'lower case',
      { code: 'Forbidden.KeyNotFound', message: 'canary', requestId: 'id-1', hostId: 'canary' },
    ],
  ])('reads %s', (_, body) => {
    const error = errorOf(body, 404);
    expect(error).toMatchObject({
      kind: 'kms',
      code: 'Forbidden.KeyNotFound',
      message: 'KMS does not know this key here',
      requestId: 'id-1',
      httpStatus: 404,
    });
    expect(error.hints?.[0]).toContain('kmsx list-keys');
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test.each<[string, string, number, string, boolean]>([
    ['the public gateway', 'kms.cn-hangzhou.aliyuncs.com', 404, 'Forbidden.KeyNotFound', true],
    ['the public gateway', 'kms.cn-hangzhou.aliyuncs.com:443', 400, 'UnsupportedOperation', true],
    ['the public gateway', 'kms.cn-hangzhou.aliyuncs.com', 403, 'Forbidden.New', true],
    ['the public gateway', 'kms.cn-hangzhou.aliyuncs.com', 409, 'Rejected.Disabled', false],
    ['the public gateway', 'kms.cn-hangzhou.aliyuncs.com', 400, 'Something.New', false],
    ['the VPC gateway', 'kms-vpc.cn-hangzhou.aliyuncs.com', 404, 'Forbidden.KeyNotFound', false],
    ['an instance', 'kst-x.cryptoservice.kms.aliyuncs.com', 404, 'Forbidden.KeyNotFound', false],
    ['the embedded KMS', '127.0.0.1:8080', 404, 'Forbidden.KeyNotFound', false],
  ])(
    'of %s (%s, %i) %s may be about an instance closed to the Internet: %s',
    (_, host, status, Code, expected) => {
      const body = Buffer.from(JSON.stringify({ Code, RequestId: 'id' }));
      const error = kmsError({ status, headers: {}, body }, { ...CONTEXT, host });
      const hints = error.hints ?? [];
      expect(hints).toHaveLength(expected ? 2 : 1);
      expect(hints.some((hint) => hint.includes('access from the Internet'))).toBe(expected);
    },
  );

  test.each(Object.keys(KMS_ERRORS))(
    'never sends to the real cloud by aliyun for a refusal of the embedded KMS: %s',
    (Code) => {
      const answer = errorOf({ Code, RequestId: 'id' }, 404, { 'x-kmsx-embedded-kms': '1' });
      expect(answer).toMatchObject({ isEmbedded: true });
      expect(answer.hints?.length).toBeGreaterThan(0);
      for (const hint of answer.hints ?? []) expect(hint).not.toMatch(/\baliyun [a-z]/);
    },
  );

  test.each(['Forbidden.KeyNotFound', 'Forbidden.AliasNotFound'])(
    'says for %s how to see the keys of the embedded KMS, which may be another one',
    (Code) => {
      const { hints } = errorOf({ Code }, 404, { 'x-kmsx-embedded-kms': '1' });
      expect(hints?.join(' ')).toContain('kmsx list-keys with the same --gateway or --endpoint');
      const real = errorOf({ Code }, 404);
      expect(real.hints?.join(' ')).toMatch(
        /kmsx list-keys .*this region and account|this region and account.* kmsx list-keys/,
      );
      expect(real).toMatchObject({ isEmbedded: false });
    },
  );

  test('names the operation in hints', () => {
    const error = errorOf({ Code: 'Forbidden.NoPermission', RequestId: 'id-1' }, 403);
    expect(error.kind).toBe('credentials');
    expect(error.hints?.[0]).toContain('kms:Decrypt');
  });

  test('says the Code in the message where there is no RequestId', () => {
    expect(errorOf({ Code: 'Rejected.Disabled' }, 409).message).toBe(
      'the KMS key is disabled (Code Rejected.Disabled)',
    );
  });

  test.each([
    [401, 'credentials'],
    [403, 'credentials'],
    [400, 'kms'],
    [418, 'kms'],
    [429, 'unavailable'],
    [503, 'unavailable'],
  ])('judges an unknown code by its status %i', (status, kind) => {
    expect(errorOf({ Code: 'Something.New', RequestId: 'id' }, status)).toMatchObject({
      kind,
      code: 'Something.New',
    });
  });

  test('takes every Throttling.… for throttling, whatever the status', () => {
    expect(errorOf({ Code: 'Throttling.Wall', RequestId: 'id' }, 400).kind).toBe('unavailable');
  });

  test('does not take a name that every object has for a code of the table', () => {
    expect(errorOf({ Code: 'constructor', RequestId: 'id' }, 400).kind).toBe('kms');
    expect(errorOf({ Code: 'toString', RequestId: 'id' }, 503).kind).toBe('unavailable');
  });

  test.each([
    [{}],
    [{ error: 'not found' }],
    [{ Code: 7 }],
    [{ Code: 'a code with spaces' }],
    [{ Code: 'x'.repeat(200) }],
    [{ Code: '<b>' }],
  ])('takes %j for the answer of somebody else', (body) => {
    expect(errorOf(body, 404)).toMatchObject({ kind: 'unavailable', code: 'not-kms' });
  });

  test('names a parameter or a state where the message does, and nothing else of it', () => {
    const parameter = errorOf({
      Code: 'InvalidParameter',
      Message: 'The parameter EncryptionContext canary is not valid.',
      RequestId: 'id',
    });
    expect(parameter.message).toBe(
      'KMS does not accept a parameter of the request (EncryptionContext)',
    );
    const missing = errorOf({
      Code: 'MissingParameter',
      Message: 'The parameter "KeyId" is needed but not provided.',
      RequestId: 'id',
    });
    expect(missing.message).toContain('(KeyId)');
    const state = errorOf({
      Code: 'Rejected.Unavailable',
      Message: 'The request was rejected because the key state is PendingDeletion.',
      RequestId: 'id',
    });
    expect(state.message).toContain('(PendingDeletion)');
  });

  test('says how far the clocks are apart', () => {
    const body = { Code: 'InvalidTimeStamp.Expired', RequestId: 'id' };
    const behind = errorOf(body, 400, { date: 'Fri, 02 Jan 2026 03:34:05 GMT' });
    expect(behind.message).toContain('the clock here is 30 min behind');
    const ahead = errorOf(body, 400, { date: 'Fri, 02 Jan 2026 02:04:05 GMT' });
    expect(ahead.message).toContain('the clock here is 60 min ahead');
    expect(errorOf(body, 400, { date: 'canary' }).message).not.toContain('clock here');
  });

  test('never repeats what an answer says, whatever it says', () => {
    const canary = 'canary-4711';
    const text = fc.string().map((part) => `${part}${canary}`);
    const answer = fc.record({
      Code: fc.constantFrom(
        'SignatureDoesNotMatch',
        'InvalidParameter',
        'New.Code',
        'IllegalTimestamp',
      ),
      Message: text,
      RequestId: fc.constantFrom('id-1', `${canary} with spaces`),
      HostId: text,
      Recommend: text,
      AccessDeniedDetail: fc.record({ PolicyType: text }),
    });
    fc.assert(
      fc.property(answer, fc.integer({ min: 200, max: 599 }), (body, status) => {
        const error = errorOf(body, status);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
        expect(JSON.stringify(error)).not.toContain(canary);
      }),
    );
  });

  test('makes a KmsxError of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const error = kmsError({ status: 500, headers: {}, body: Buffer.from(bytes) }, CONTEXT);
        expect(error).toBeInstanceOf(KmsxError);
      }),
    );
  });
});

describe('networkError', () => {
  const withCode = (code: string): Error =>
    Object.assign(new Error(`canary https://kms.example.com/?CiphertextBlob=canary`), { code });

  test.each([
    ['ECONNREFUSED', 'network-failed', 'kms:443 refuses connections'],
    ['ENOTFOUND', 'network-failed', 'the name kms:443 is not known'],
    ['EAI_AGAIN', 'network-failed', 'could not be looked up'],
    ['ECONNRESET', 'network-failed', 'was cut'],
    ['EPIPE', 'network-failed', 'was cut'],
    ['EHOSTUNREACH', 'network-failed', 'kms:443 is unreachable'],
    ['ENETUNREACH', 'network-failed', 'kms:443 is unreachable'],
    ['ETIMEDOUT', 'timed-out', 'in time'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-failed', 'self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failed', 'authority that is not trusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-failed', 'authority that is not trusted'],
    ['CERT_HAS_EXPIRED', 'tls-failed', 'has expired'],
    ['CERT_NOT_YET_VALID', 'tls-failed', 'not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-failed', 'another name'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed', 'does not speak TLS'],
    ['ERR_SSL_SOMETHING_NEW', 'tls-failed', 'ERR_SSL_SOMETHING_NEW'],
    ['EPROTO', 'tls-failed', 'EPROTO'],
    ['CERT_REVOKED', 'tls-failed', 'CERT_REVOKED'],
    ['HPE_INVALID_HEADER_TOKEN', 'not-kms', 'does not speak HTTP'],
    ['ESOMETHING', 'network-failed', 'ESOMETHING'],
    ['canary', 'network-failed', 'UNKNOWN'],
  ])('tells %s as %s', (reason, code, message) => {
    const error = networkError(withCode(reason), 'kms:443');
    expect(error).toMatchObject({ kind: 'unavailable', code });
    expect(error.message).toContain(message);
    expect(error.hints).toHaveLength(1);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('names the proxy where that failed', () => {
    const refused = networkError(new ProxyFailure('p:3128', withCode('ECONNREFUSED')), 'kms:443');
    expect(refused).toMatchObject({
      code: 'proxy-failed',
      message: 'the proxy could not be used: p:3128 refuses connections (ECONNREFUSED)',
    });
    const login = networkError(new ProxyFailure('p:3128', undefined, 407), 'kms:443');
    expect(login.message).toBe('the proxy p:3128 does not connect to kms:443 (407)');
    expect(login.hints?.[0]).toContain('USER:PASSWORD');
    expect(inspect(refused, { depth: 10 })).not.toContain('canary');
  });
});

describe('isRetryable', () => {
  const network = (code: string): KmsxError =>
    networkError(Object.assign(new Error(), { code }), 'h');

  test.each<[string, KmsxError, boolean]>([
    ['throttling', errorOf({ Code: 'Rejected.Throttling' }), true],
    ['Throttling.User', errorOf({ Code: 'Throttling.User' }), true],
    ['InternalFailure', errorOf({ Code: 'InternalFailure' }, 500), true],
    ['ServiceUnavailableTemporary', errorOf({ Code: 'ServiceUnavailableTemporary' }, 503), true],
    ['an unknown code with 502', errorOf({ Code: 'X' }, 502), true],
    ['a time-out', timeoutError('h', 1000, false), true],
    ['a reset', network('ECONNRESET'), true],
    ['a refused connection', network('ECONNREFUSED'), true],
    ['a name that could not be looked up for now', network('EAI_AGAIN'), true],
    ['HTML', notKmsError('h', 'answers in HTML', 502), true],
    ['a proxy with 503', networkError(new ProxyFailure('p', undefined, 503), 'h'), true],
    ['a name that does not exist', network('ENOTFOUND'), false],
    ['a certificate that is not trusted', network('CERT_HAS_EXPIRED'), false],
    [
      'a proxy that wants a password',
      networkError(new ProxyFailure('p', undefined, 407), 'h'),
      false,
    ],
    ['a missing key', errorOf({ Code: 'Forbidden.KeyNotFound' }, 404), false],
    ['a missing permission', errorOf({ Code: 'Forbidden.NoPermission' }, 403), false],
  ])('knows %s', (_, error, expected) => {
    expect(isRetryable(error)).toBe(expected);
  });
});

test.each([400, 403, 429, 500, 503])('throttling is known by its Code, with HTTP %i', (status) => {
  for (const Code of ['Rejected.Throttling', 'Throttling', 'Throttling.User', 'Throttling.New']) {
    expect(errorOf({ Code }, status)).toMatchObject({
      code: Code,
      about: 'throttled',
      kind: 'unavailable',
      httpStatus: status,
    });
  }
});

describe('retryAfterMs', () => {
  test.each<[Readonly<Record<string, string>>, number | undefined]>([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' }, 0],
    [
      {
        'retry-after': 'Fri, 02 Jan 2026 04:00:09 GMT',
        date: 'Fri, 02 Jan 2026 04:00:00 GMT', // an hour ahead of this machine
      },
      9000,
    ],
    [{ 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT', date: 'soon' }, 10_000],
    [{ 'retry-after': '99999999999' }, 99_999_999_999_000],
    [{ 'retry-after': '9'.repeat(400) }, 999_999_999_999_999_000],
    [{ 'x-acs-retry-after': '9'.repeat(30) }, 999_999_999_999_999],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '0x10' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'Fri, 99 Jan 2026 03:04:15 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'x-acs-retry-after': '1500' }, 1500],
    [{ 'x-acs-retry-after': '1500', 'retry-after': '9' }, 1500],
    [{}, undefined],
  ])('reads %j', (headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });
});
