import { describe, expect, it } from 'vitest';
import { isJwkPrivate, jwkMembers } from '../../../../src/wrapping/public-key/jwk.ts';

describe('isJwkPrivate', () => {
  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('knows a private key by %s', (name) => {
    expect(isJwkPrivate({ kty: 'RSA', n: 'AQAB', e: 'AQAB', [name]: '' })).toBe(true);
  });

  it.each([null, 'd', [], {}, { d: 'AQAB' }, { kty: 1, d: 'AQAB' }, { kty: 'RSA', n: 'AQAB' }])(
    'knows no private key in %j',
    (value) => {
      expect(isJwkPrivate(value)).toBe(false);
    },
  );
});

describe('jwkMembers', () => {
  it('takes the members of the public key and no other', () => {
    const members = jwkMembers({
      kty: 'RSA',
      n: 'AQAB',
      e: 'AQAC',
      d: 'secret',
      kid: 'x',
      use: 'sig',
    });
    expect(members).toEqual({ kty: 'RSA', n: 'AQAB', e: 'AQAC' });
    expect(jwkMembers({ kty: 'OKP', crv: 'Ed25519', x: 'AQAB', y: 'AQAB' })).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: 'AQAB',
    });
  });

  it.each([
    null,
    'RSA',
    { kty: 'oct' },
    { kty: 'toString' },
    { kty: '__proto__' },
    { kty: 'RSA' },
    { kty: 'RSA', n: 'AQAB', e: 65537 },
    { kty: 'RSA', n: 'AQAB', e: '' },
    { kty: 'RSA', n: 'AQ+B', e: 'AQAB' },
  ])('finds no public key in %j', (value) => {
    expect(jwkMembers(value)).toBeUndefined();
  });
});
