import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import {
  isLoopback,
  parseEndpoint,
  parseResolveRule,
  portOf,
  resolveRuleFor,
} from '../../../src/network/endpoint.ts';

function refusal(parse: () => unknown): KmsxError {
  try {
    parse();
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseEndpoint', () => {
  test.each([
    ['kms.example.com', 'https://kms.example.com', 443],
    ['kms.example.com:443', 'https://kms.example.com', 443],
    ['kms.example.com:8443', 'https://kms.example.com:8443', 8443],
    ['https://kms.example.com/', 'https://kms.example.com', 443],
    ['HTTPS://KMS.EXAMPLE.COM', 'https://kms.example.com', 443],
    ['10.0.0.5:8443', 'https://10.0.0.5:8443', 8443],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443', 8443],
    ['[2001:0DB8:0:0:0:0:0:1]', 'https://[2001:db8::1]', 443],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000', 4000],
    ['http://127.9.9.9', 'http://127.9.9.9', 80],
    ['http://[::1]:4000', 'http://[::1]:4000', 4000],
    ['http://localhost:4000/', 'http://localhost:4000', 4000],
  ])('reads %s as %s', (text, url, port) => {
    const endpoint = parseEndpoint(text, '--endpoint');
    expect(endpoint.url).toBe(url);
    expect(portOf(endpoint)).toBe(port);
    expect(new URL(url).hostname.replace(/^\[|\]$/g, '')).toBe(endpoint.host);
  });

  test.each([
    ['an empty text', ''],
    ['http to another machine', 'http://kms.example.com'],
    ['http to an address that is not loopback', 'http://10.0.0.5'],
    ['http to a name that only begins like one', 'http://localhost.example.com'],
    ['a path', 'https://kms.example.com/path'],
    ['a slash without a protocol', 'kms.example.com/'],
    ['a query', 'https://kms.example.com?x=1'],
    ['an empty query', 'https://kms.example.com?'],
    ['a fragment', 'https://kms.example.com#x'],
    ['a user', 'https://user@kms.example.com'],
    ['a password', 'https://user:canary@kms.example.com'],
    ['another protocol', 'ftp://kms.example.com'],
    ['a port of 0', 'kms.example.com:0'],
    ['a port that is too large', 'kms.example.com:65536'],
    ['a port that is no number', 'kms.example.com:https'],
    ['an empty port', 'kms.example.com:'],
    ['white space', 'kms.example.com '],
    ['a line break', 'kms.example.com\n'],
    ['a backslash', 'https:\\\\kms.example.com'],
    ['an address in another notation', 'http://0x7f.1'],
    ['an address in one number', 'http://2130706433'],
    ['an address that is cut short', 'http://127.1'],
    ['an address without brackets', '::1'],
    ['brackets with a name', 'http://[localhost]'],
    ['a zone', 'http://[::1%25lo]'],
    ['a name with an empty label', 'kms..example.com'],
    ['a name with a percent sign', 'kms%2eexample.com'],
    ['a name that is not ASCII', 'kms.exämple.com'],
  ])('refuses %s', (_, text) => {
    const error = refusal(() => parseEndpoint(text, '--endpoint'));
    expect(error.code).toBe('gateway-malformed');
    expect(error.message).toContain('--endpoint');
    expect(inspect(error, { depth: 10 }).split('\n')[0]).not.toContain('canary');
  });

  test('agrees with the URL standard on the host of whatever it takes', () => {
    const piece = fc.constantFrom(
      'http',
      'https',
      '://',
      'localhost',
      '127.0.0.1',
      '[::1]',
      'kms.example.com',
      ':',
      '@',
      '/',
      '?',
      '#',
      '.',
      '8080',
      '0x7f',
      '%2e',
      '\t',
    );
    const text = fc.oneof(
      fc.webUrl(),
      fc.array(piece).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        try {
          const { url, host, protocol } = parseEndpoint(candidate, '--endpoint');
          const standard = new URL(candidate.includes('://') ? candidate : `https://${candidate}`);
          expect(standard.hostname.replace(/^\[|\]$/g, '')).toBe(host);
          expect(standard.origin).toBe(url);
          expect(protocol === 'https' || isLoopback(host)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.3', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['localhost', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  ['::2', false],
  ['0.0.0.0', false],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
])('isLoopback knows that %s is: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe('parseResolveRule', () => {
  test('reads HOST:PORT:ADDRESS', () => {
    const host = 'kst-x.cryptoservice.kms.aliyuncs.com';
    expect(parseResolveRule(`${host}:443:127.0.0.1`)).toEqual({
      host,
      port: 443,
      address: '127.0.0.1',
    });
    expect(parseResolveRule(`${host}:443:[::1]`).address).toBe('::1');
    expect(parseResolveRule(`${host}:443:::1`).address).toBe('::1');
  });

  test.each([
    'kms.example.com:443:10.0.0.1',
    'kms.example.com:443:localhost',
    'kms.example.com:443',
    'kms.example.com:x:127.0.0.1',
    'kms.example.com:0:127.0.0.1',
    'kms.example.com:99999:127.0.0.1',
    '*:8443:127.0.0.1',
    '127.0.0.1:443:127.0.0.1',
    '[::1]:443:127.0.0.1',
    ':443:127.0.0.1',
    '',
  ])('refuses %j with the form that it takes', (text) => {
    expect(refusal(() => parseResolveRule(text))).toMatchObject({
      code: 'gateway-malformed',
      details: { reason: 'resolve' },
    });
  });
});

test('of several rules for the same host and port the last counts, as with curl', () => {
  const rules = ['a:1:127.0.0.1', 'a:1:127.0.0.2', 'a:2:127.0.0.3', 'b:1:127.0.0.4'].map(
    parseResolveRule,
  );
  expect(resolveRuleFor(rules, { host: 'a', port: 1 })?.address).toBe('127.0.0.2');
  expect(resolveRuleFor(rules, { host: 'c', port: 1 })).toBeUndefined();
  expect(resolveRuleFor(undefined, { host: 'a', port: 1 })).toBeUndefined();
});
