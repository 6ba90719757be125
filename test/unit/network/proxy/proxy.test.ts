import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { Env } from '../../../../src/base/env.ts';
import { chooseProxy } from '../../../../src/network/proxy/proxy.ts';

const HOST = 'kms.cn-hangzhou.aliyuncs.com';

function urlOf(env: Env, host = HOST, protocol: 'https' | 'http' = 'https'): string | undefined {
  return chooseProxy(protocol, host, env)?.url;
}

describe('chooseProxy', () => {
  test.each<[string, Env, string | undefined]>([
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    ['https_proxy', { https_proxy: 'http://p:3128' }, 'http://p:3128'],
    ['lower case first', { https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, 'http://a'],
    ['ALL_PROXY last', { ALL_PROXY: 'http://a', HTTPS_PROXY: 'http://b' }, 'http://b'],
    ['ALL_PROXY', { ALL_PROXY: 'http://a' }, 'http://a'],
    ['all_proxy', { all_proxy: 'http://a' }, 'http://a'],
    ['not HTTP_PROXY for https', { HTTP_PROXY: 'http://a' }, undefined],
    ['a value without http://', { HTTPS_PROXY: 'p.example.com:3128' }, 'http://p.example.com:3128'],
    ['an https proxy', { HTTPS_PROXY: 'https://p:8443' }, 'https://p:8443'],
    ['an empty value as none', { HTTPS_PROXY: '', ALL_PROXY: 'http://a' }, 'http://a'],
    ['nothing', {}, undefined],
    ['NO_PROXY', { HTTPS_PROXY: 'http://a', NO_PROXY: 'aliyuncs.com' }, undefined],
    ['no_proxy first', { HTTPS_PROXY: 'http://a', no_proxy: 'x', NO_PROXY: '*' }, 'http://a'],
  ])('takes %s', (_, env, expected) => {
    expect(urlOf(env)).toBe(expected);
  });

  test.each([
    [{ https_proxy: 'http://a', HTTPS_PROXY: 'http://b' }, 'https_proxy'],
    [{ ALL_PROXY: 'http://a' }, 'ALL_PROXY'],
  ])('tells by %j that it comes from %s', (env, variable) => {
    expect(chooseProxy('https', HOST, env)?.variable).toBe(variable);
  });

  test('has the name of an IPv6 address in brackets', () => {
    const proxy = chooseProxy('https', HOST, { HTTPS_PROXY: 'http://[2001:DB8::1]:3128' });
    expect(proxy).toMatchObject({ url: 'http://[2001:db8::1]:3128', name: '[2001:db8::1]:3128' });
  });

  test('takes HTTP_PROXY for http', () => {
    expect(urlOf({ HTTP_PROXY: 'http://a' }, HOST, 'http')).toBe('http://a');
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:7f00:1', 'localhost'])(
    'never applies to %s',
    (host) => {
      expect(urlOf({ HTTPS_PROXY: 'http://a', ALL_PROXY: 'socks5://b' }, host)).toBeUndefined();
    },
  );

  test('keeps user and password out of the address', () => {
    const proxy = chooseProxy('https', HOST, { HTTPS_PROXY: 'http://us%40er:p%3Aass@p:3128' });
    expect(proxy?.url).toBe('http://p:3128');
    expect(proxy?.name).toBe('p:3128');
    const [, base64 = ''] = proxy?.authorization?.split(' ') ?? [];
    expect(Buffer.from(base64, 'base64').toString()).toBe('us@er:p:ass');
  });

  test('takes a percent sign that begins no escape as it is', () => {
    const proxy = chooseProxy('https', HOST, { HTTPS_PROXY: 'http://u:50%off@p' });
    const [, base64 = ''] = proxy?.authorization?.split(' ') ?? [];
    expect(Buffer.from(base64, 'base64').toString()).toBe('u:50%off');
  });

  test.each(['socks5://canary:canary@p:1080', 'socks5h://p', 'socks://p', 'SOCKS4://p', 'ftp://p'])(
    'refuses %s by name',
    (value) => {
      const error = refusal({ HTTPS_PROXY: value });
      expect(error.code).toBe('proxy-unsupported');
      expect(error.kind).toBe('usage');
      expect(error.message).toContain('HTTPS_PROXY');
      expect(error.message).toContain(value.split(':')[0]?.toLowerCase());
      expect(inspect(error, { depth: 10 })).not.toContain('canary');
    },
  );

  test.each([
    ' socks5://canary:canary@h:1',
    '\tsocks5h://h:1',
    'so\tcks5://h:1',
    '\u0001socks5://h:1',
    'socks5:h',
    ' SOCKS5:h:1080',
    'socks4a:canary',
    'socks5:1080',
    'socks5://h:99999',
    ' ftp://h',
  ])('takes %j for no http proxy', (value) => {
    const error = refusal({ HTTPS_PROXY: value });
    expect(error.code).toBe('proxy-unsupported');
    const scheme = expect.stringMatching(/^(socks(4a|5h?)|ftp)$/) as string;
    expect(error).toMatchObject({ details: { scheme } });
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test.each([
    [' http://p:3128\n', 'http://p:3128'],
    ['  https://p:8443', 'https://p:8443'],
    [' p:3128 ', 'http://p:3128'],
    ['HTTP://p:3128', 'http://p:3128'],
    ['socks.example.com:3128', 'http://socks.example.com:3128'],
    ['socks-gate:3128', 'http://socks-gate:3128'],
    ['user:pass@p:3128', 'http://p:3128'],
  ])('takes %j for %s', (value, url) => {
    expect(urlOf({ HTTPS_PROXY: value })).toBe(url);
  });

  test.each(['http:h', ' ', 'canary:ca://canary@h', '://h'])(
    'refuses %j as no address',
    (value) => {
      const error = refusal({ HTTPS_PROXY: value });
      expect(error.code).toBe('gateway-malformed');
      expect(inspect(error, { depth: 10 })).not.toContain('canary');
    },
  );

  test.each([
    'http://user:canary#rest@p:3128',
    'http://user:7777/canary@p:3128',
    'http://user:7777?canary@p:3128',
    'http://canary#rest@p:3128',
    'user#canary@p',
    'http://p:3128/canary',
    'http://p:3128/?canary',
    'http://p:3128?',
    'http://p:3128/#',
  ])('refuses %j: what ends the address may be of the password', (value) => {
    const error = refusal({ HTTPS_PROXY: value });
    expect(error).toMatchObject({
      code: 'gateway-malformed',
      details: { variable: 'HTTPS_PROXY' },
    });
    expect(inspect(error, { depth: 10 })).not.toMatch(/canary|7777|user/);
  });

  test('does not refuse a proxy that does not apply', () => {
    expect(urlOf({ ALL_PROXY: 'socks5://p', NO_PROXY: '*' })).toBeUndefined();
  });

  test('refuses a value that is no address, without showing it', () => {
    const error = refusal({ HTTPS_PROXY: 'http://canary:canary@' });
    expect(error.code).toBe('gateway-malformed');
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });
});

function refusal(env: Env): KmsxError {
  try {
    chooseProxy('https', HOST, env);
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
