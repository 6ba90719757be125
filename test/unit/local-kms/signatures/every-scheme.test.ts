import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignedRequest } from '../../../support/local-kms/test-kms.ts';
import type { Scheme, SigningCall } from '../../../support/local-kms/signers.ts';
import { SCHEMES } from '../../../support/local-kms/signers.ts';
import {
  EXPIRED,
  INACTIVE,
  PERMANENT,
  TEMPORARY,
  Verifier,
} from '../../../support/local-kms/verifier.ts';

const RESERVED = new Set([
  'Action',
  'Version',
  'Format',
  'Timestamp',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'AccessKeyId',
  'SecurityToken',
]);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('*', '~', ' ', '+', '%', '&', '=', "'", '(', 'é', '鍵', '😀'),
  }),
);
const parameters = fc
  .uniqueArray(
    fc.tuple(
      text.filter((name) => name !== '' && !RESERVED.has(name)),
      text,
    ),
    { selector: ([name]) => name, minLength: 1, maxLength: 8 },
  )
  .map((pairs) => pairs);
/** A call whose parameters lie in the query, in a form, or in both. */
const calls = fc
  .tuple(parameters, fc.nat(8), fc.constantFrom('query', 'form', 'both'), fc.boolean())
  .map(([pairs, at, place, isGet]): SigningCall => {
    const cut = place === 'query' ? pairs.length : place === 'form' ? 0 : at;
    const query = Object.fromEntries(pairs.slice(0, cut));
    const form = Object.fromEntries(pairs.slice(cut));
    if (place === 'query') return { query, method: isGet ? 'GET' : 'POST' };
    return { query, form: { ...form, NumberOfBytes: '16' }, commonIn: isGet ? 'query' : 'form' };
  });

const secrets = [PERMANENT.accessKeySecret, TEMPORARY.securityToken?.token ?? ''];
const temporary = {
  accessKeyId: TEMPORARY.accessKeyId,
  securityToken: TEMPORARY.securityToken?.token ?? '',
};
const dateName = (scheme: Scheme): string => (scheme === 'HMAC-SHA1' ? 'Timestamp' : 'x-acs-date');

describe.each(SCHEMES)('%s', (scheme) => {
  test('takes arbitrary parameters in the query, in a form and in both', () => {
    const verifier = new Verifier();
    fc.assert(
      fc.property(calls, fc.boolean(), (call, isTemporary) => {
        const outcome = verifier.check(scheme, { ...call, ...(isTemporary ? temporary : {}) });
        const key = isTemporary ? TEMPORARY : PERMANENT;
        expect(outcome).toEqual({ accessKeyId: key.accessKeyId });
      }),
      { numRuns: 100 },
    );
  });

  test('refuses a request in which anything that is signed was changed', () => {
    const verifier = new Verifier();
    fc.assert(
      fc.property(calls, fc.nat(), text, (call, seed, other) => {
        const signed = verifier.sign(scheme, { ...call, ...temporary });
        for (const changed of changes(scheme, signed, seed, other)) {
          expect(verifier.verify(changed).accessKeyId).toBeUndefined();
        }
        expect(verifier.verify(signed)).toEqual({ accessKeyId: TEMPORARY.accessKeyId });
      }),
      { numRuns: 80 },
    );
  });

  test('takes a + that stands for a space, as a form writes it', () => {
    const verifier = new Verifier();
    const signed = verifier.sign(scheme, { query: { Description: 'a b+c' } });
    const path = signed.path.replace('a%20b%2Bc', 'a+b%2Bc');
    expect(path).toContain('a+b%2Bc');
    expect(verifier.verify({ ...signed, path })).toEqual({ accessKeyId: 'testAK' });
  });

  test('refuses an unknown access key and one that is inactive', () => {
    const verifier = new Verifier();
    expect(verifier.check(scheme, { accessKeyId: 'nobody' })).toEqual({
      status: 404,
      code: 'InvalidAccessKeyId.NotFound',
      message: 'Specified access key is not found.',
    });
    expect(verifier.check(scheme, { accessKeyId: INACTIVE.accessKeyId })).toEqual({
      status: 400,
      code: 'InvalidAccessKeyId.Inactive',
      message: 'Specified access key is disabled.',
    });
  });

  test.each([
    [
      'no token with a temporary access key',
      { accessKeyId: TEMPORARY.accessKeyId },
      'MissingSecurityToken',
      'SecurityToken is mandatory for this action.',
    ],
    [
      'the token of another access key',
      { ...temporary, securityToken: EXPIRED.securityToken?.token ?? '' },
      'InvalidSecurityToken.MismatchWithAccessKey',
      'Specified SecurityToken mismatch with the AccessKey.',
    ],
    [
      'a token with a permanent access key',
      { securityToken: TEMPORARY.securityToken?.token ?? '' },
      'InvalidSecurityToken.MismatchWithAccessKey',
      'Specified SecurityToken mismatch with the AccessKey.',
    ],
    [
      'a token that is none',
      { ...temporary, securityToken: 'no token' },
      'InvalidSecurityToken.Malformed',
      'Specified SecurityToken is malformed.',
    ],
    [
      'an empty token',
      { ...temporary, securityToken: '' },
      'InvalidSecurityToken.Malformed',
      'Specified SecurityToken is malformed.',
    ],
    [
      'an expired token',
      {
        accessKeyId: EXPIRED.accessKeyId,
        securityToken: EXPIRED.securityToken?.token ?? '',
      },
      'InvalidSecurityToken.Expired',
      'Specified SecurityToken is expired.',
    ],
  ])('refuses %s', (_what, call, code, message) => {
    expect(new Verifier().check(scheme, call)).toEqual({ status: 400, code, message });
  });

  test('refuses another secret, and shows neither the right one nor the token', () => {
    const query = { Plaintext: 'c2VjcmV0' };
    const call = { ...temporary, query, accessKeySecret: 'another' };
    const { status, code, message = '' } = new Verifier().check(scheme, call);
    expect({ status, code }).toEqual({ status: 400, code: 'SignatureDoesNotMatch' });
    expect(message).toContain('c2VjcmV0');
    expect(message).toContain('hidden');
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret), twice(secret)]) {
        expect(message).not.toContain(form);
      }
    }
  });

  test('takes a nonce once, and again only if the request was refused', () => {
    const verifier = new Verifier();
    const call = { nonce: 'n-1' };
    verifier.check(scheme, { ...call, accessKeySecret: 'another' });
    expect(verifier.check(scheme, call)).toEqual({ accessKeyId: 'testAK' });
    expect(verifier.check(scheme, call)).toEqual({
      status: 400,
      code: 'SignatureNonceUsed',
      message: 'Specified signature nonce was used already.',
    });
    expect(verifier.check(scheme, { ...temporary, ...call })).toEqual({
      accessKeyId: TEMPORARY.accessKeyId,
    });
  });

  test('knows a nonce again that another scheme has used', () => {
    for (const other of SCHEMES) {
      const verifier = new Verifier();
      verifier.check(other, { nonce: 'n-1' });
      expect(verifier.check(scheme, { nonce: 'n-1' })).toMatchObject({
        code: 'SignatureNonceUsed',
      });
    }
  });

  test('takes a nonce of 256 characters and refuses a longer one', () => {
    const verifier = new Verifier();
    const nonce = 'n'.repeat(256);
    expect(verifier.check(scheme, { nonce })).toEqual({ accessKeyId: 'testAK' });
    expect(verifier.check(scheme, { nonce: `${nonce}n` })).toMatchObject({
      code: 'IncompleteSignature',
    });
  });

  test.each(['2026-01-02T02:49:05Z', '2026-01-02T03:19:05Z'])(
    'takes the date %s, 15 minutes off',
    (date) => {
      expect(new Verifier().check(scheme, { date })).toEqual({ accessKeyId: 'testAK' });
    },
  );

  test.each(['2026-01-02T02:49:04Z', '2026-01-02T03:19:06Z'])(
    'refuses the date %s, more than 15 minutes off',
    (date) => {
      expect(new Verifier().check(scheme, { date })).toEqual({
        status: 400,
        code: 'InvalidTimeStamp.Expired',
        message: 'Specified time stamp or date value is expired.',
      });
    },
  );

  test.each(['2026-01-02', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:65Z'])(
    'refuses the date %s, which is none',
    (date) => {
      expect(new Verifier().check(scheme, { date })).toMatchObject({
        status: 400,
        code: 'InvalidTimeStamp.Format',
      });
    },
  );

  test('refuses a request without a date, and says which', () => {
    const without = { [dateName(scheme)]: undefined };
    const { code, message } = new Verifier().check(scheme, { common: without, headers: without });
    expect(code).toBe('IllegalTimestamp');
    expect(message).toContain(`"${dateName(scheme)}"`);
  });

  test('refuses a request that is rightly signed in two ways at once', () => {
    for (const other of SCHEMES.filter((each) => each !== scheme)) {
      const verifier = new Verifier();
      const signed = verifier.sign(other);
      // A header scheme signs the query too, so its signature comes last, and a second Authorization beside the first.
      const query = Object.fromEntries(new URLSearchParams(signed.path.slice(2)));
      const { authorization, ...headers } = signed.headers;
      const both =
        scheme === 'HMAC-SHA1'
          ? verifier.sign(scheme, { headers: signed.headers })
          : verifier.sign(scheme, { query, headers });
      const second = authorization === undefined ? {} : { Authorization: authorization };
      const outcome = verifier.verify({ ...both, headers: { ...both.headers, ...second } });
      expect(outcome).toMatchObject({ status: 400, code: 'IncompleteSignature' });
    }
  });

  test('refuses a signature with anything before or after it, or cut short', () => {
    const verifier = new Verifier();
    const signed = verifier.sign(scheme);
    for (const change of [
      (value: string) => value.replace(/Signature=[^&]+/, (all) => `${all}0`),
      (value: string) => value.replace(/Signature=/, 'Signature=0'),
      (value: string) => value.replace(/Signature=[^&]+/, (all) => all.slice(0, -1)),
    ]) {
      const headers = { ...signed.headers };
      if (headers['authorization'] !== undefined) {
        headers['authorization'] = change(headers['authorization']);
      }
      const path = scheme === 'HMAC-SHA1' ? change(signed.path) : signed.path;
      expect(['SignatureDoesNotMatch', 'ParseRequestParameterException']).toContain(
        verifier.verify({ ...signed, headers, path }).code,
      );
    }
  });
});

function twice(value: string): string {
  return encodeURIComponent(encodeURIComponent(value));
}

/** Requests that each differ from a signed one in something that the signature covers. */
function changes(
  scheme: Scheme,
  signed: SignedRequest,
  seed: number,
  other: string,
): SignedRequest[] {
  const { method, path, headers, body } = signed;
  const changed: SignedRequest[] = [
    { ...signed, method: method === 'GET' ? 'POST' : 'GET' },
    { ...signed, path: withAnother(path, other) },
  ];
  const parts = path.slice(2).split('&');
  if (path !== '/?') {
    const index = seed % parts.length;
    changed.push({ ...signed, path: `/?${parts.filter((_, at) => at !== index).join('&')}` });
    const longer = parts.map((part, at) => (at === index ? `${part}x` : part));
    changed.push({ ...signed, path: `/?${longer.join('&')}` });
  }
  if (body !== '') {
    changed.push({ ...signed, body: `${body}x` }, { ...signed, body: withAnother(body, other) });
  }
  if (scheme === 'HMAC-SHA1') return changed;
  for (const name of Object.keys(headers).filter((each) => each !== 'authorization')) {
    changed.push({ ...signed, headers: { ...headers, [name]: `${headers[name] ?? ''}0` } });
    const { [name]: left, ...rest } = headers;
    expect(left).toBeDefined();
    changed.push({ ...signed, headers: rest });
  }
  changed.push({ ...signed, headers: { ...headers, 'x-acs-extra': '1' } });
  return changed;
}

function withAnother(parameters: string, value: string): string {
  return `${parameters}${/[?]$/.test(parameters) ? '' : '&'}Another=${encodeURIComponent(value)}`;
}
