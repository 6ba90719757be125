import { describe, expect, test } from 'vitest';
import { isRetryable } from '../../../src/answers/errors.ts';
import { networkError, ProxyFailure } from '../../../src/network/errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('canary'), { code });
const hintOf = (error: unknown, host = 'kms:443'): string =>
  networkError(error, host).hints?.join() ?? '';

describe('a name that is not known', () => {
  test.each([
    ['kst-x.cryptoservice.kms.aliyuncs.com', 'inside the VPC of its KMS instance only'],
    ['kst-x.cryptoservice.kms.aliyuncs.com:8443', 'inside the VPC of its KMS instance only'],
    ['kms-vpc.cn-hangzhou.aliyuncs.com', '--gateway vpc is for machines inside a VPC'],
    ['kms.cn-hangzhou.aliyuncs.com', 'check --region or --endpoint'],
    ['cryptoservice.kms.aliyuncs.com.example.com', 'check --region or --endpoint'],
  ])('%s: %s', (host, hint) => {
    expect(hintOf(withCode('ENOTFOUND'), host)).toContain(hint);
  });
});

test.each(['EMFILE', 'ENFILE'])('%s is no fault of the network, and not tried again', (code) => {
  const error = networkError(withCode(code), 'kms:443');
  expect(error).toMatchObject({
    code: 'file-unreadable',
    message: `there are too few file descriptors (${code})`,
  });
  expect(isRetryable(error)).toBe(false);
  expect(error.cause).toBeUndefined();
});

describe('several addresses', () => {
  test.each([
    [['ENETUNREACH', 'ECONNREFUSED'], 'refuses connections'],
    [['EADDRNOTAVAIL', 'EHOSTUNREACH', 'ETIMEDOUT'], 'in time'],
    [['ECONNREFUSED', 'ENETUNREACH'], 'refuses connections'],
    [['ENETUNREACH', 'EHOSTUNREACH'], 'is unreachable'],
  ])('that failed by %j: %s', (codes, message) => {
    const all = new AggregateError(codes.map(withCode));
    const error = Object.assign(all, { code: codes[0] });
    expect(networkError(error, 'kms:443').message).toContain(message);
  });
});

describe('a proxy', () => {
  const login = { variable: 'ALL_PROXY', hasLogin: true };
  const noLogin = { variable: 'https_proxy', hasLogin: false };

  test.each([401, 407])('that answers %i wants a password, or another one', (status) => {
    const first = new ProxyFailure('p:1', undefined, status, noLogin);
    expect(hintOf(first)).toContain('https_proxy=http://USER:PASSWORD@HOST:PORT');
    const again = new ProxyFailure('p:1', undefined, status, login);
    expect(hintOf(again)).toMatch(/a password, and rejects those in.*ALL_PROXY.*%40/);
    expect(isRetryable(networkError(again, 'kms'))).toBe(false);
  });

  test.each([500, 502, 503, 504])('that answers %i could not get there', (status) => {
    const failure = new ProxyFailure('p:1', undefined, status, login);
    expect(hintOf(failure)).toContain('only inside their VPC');
    expect(isRetryable(networkError(failure, 'kms'))).toBe(true);
  });

  test('that denies is named with the variable that excepts the address', () => {
    expect(hintOf(new ProxyFailure('p:1', undefined, 403, login))).toContain('NO_PROXY');
  });

  test('that answers no HTTP is none', () => {
    const error = networkError(new ProxyFailure('p:1', undefined, Number.NaN, login), 'kms');
    expect(error).toMatchObject({
      code: 'proxy-failed',
      message: 'what answers at p:1 is not a proxy',
    });
    expect(error.hints?.[0]).toContain('ALL_PROXY');
    expect(isRetryable(error)).toBe(false);
  });

  test.each([
    ['CERT_HAS_EXPIRED', 'the certificate of p:1 has expired (CERT_HAS_EXPIRED)', false],
    ['ERR_SSL_ANYTHING', 'TLS with p:1 failed (ERR_SSL_ANYTHING)', false],
    ['ECONNREFUSED', 'p:1 refuses connections (ECONNREFUSED)', true],
    ['ENOTFOUND', 'the name p:1 is not known (ENOTFOUND)', false],
  ])('that fails by %s: %s; again: %s', (reason, why, again) => {
    const error = networkError(new ProxyFailure('p:1', withCode(reason), undefined, login), 'kms');
    expect(error.message).toBe(`the proxy could not be used: ${why}`);
    expect(error.hints?.[0]).toContain('ALL_PROXY');
    expect(isRetryable(error)).toBe(again);
  });
});
