import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Verifier } from '../../../support/local-kms/verifier.ts';

const nothing = (hash: string): string => createHash(hash).digest('hex');

test('takes the payload’s hash in x-acs-content-sha256 too, where the official SDKs put it', () => {
  const headers = { 'x-acs-content-sm3': undefined, 'x-acs-content-sha256': nothing('sm3') };
  expect(new Verifier().check('ACS3-HMAC-SM3', { headers })).toEqual({
    accessKeyId: 'testAK',
  });
  const wrong = { ...headers, 'x-acs-content-sha256': nothing('sha256') };
  expect(new Verifier().check('ACS3-HMAC-SM3', { headers: wrong })).toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
});

test('needs the payload’s hash', () => {
  const headers = { 'x-acs-content-sm3': undefined };
  expect(new Verifier().check('ACS3-HMAC-SM3', { headers })).toEqual({
    status: 400,
    code: 'MissingParameter',
    message: 'The parameter "x-acs-content-sm3" is needed but not provided.',
  });
});

test.each(['ACS3-HMAC-SM3', 'ACS3-HMAC-SHA256', 'ACS4-HMAC-SHA256'] as const)(
  '%s refuses a second hash of the payload, of another kind',
  (scheme) => {
    const headers = {
      'x-acs-content-sm3': nothing('sm3'),
      'x-acs-content-sha256': nothing('sha256'),
    };
    expect(new Verifier().check(scheme, { headers })).toMatchObject({
      code: 'IncompleteSignature',
    });
  },
);

test('refuses a payload hash that is not the hash of the body, though it was signed', () => {
  const headers = { 'x-acs-content-sm3': nothing('sha256') };
  expect(new Verifier().check('ACS3-HMAC-SM3', { headers })).toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
});
