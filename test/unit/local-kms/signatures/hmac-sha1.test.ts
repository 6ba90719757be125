import { describe, expect, test } from 'vitest';
import { SCHEMES } from '../../../support/local-kms/signers.ts';
import { Verifier } from '../../../support/local-kms/verifier.ts';

const SCHEME = 'HMAC-SHA1';

test.each([
  'Action',
  'Version',
  'AccessKeyId',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
])('refuses a request without %s, though the headers say it', (name) => {
  const headers = { 'x-acs-action': 'ListKeys', 'x-acs-version': '2016-01-20' };
  const call = { headers, common: { [name]: undefined } };
  expect(new Verifier().check(SCHEME, call)).toEqual({
    status: 400,
    code: 'MissingParameter',
    message: `The parameter "${name}" is needed but not provided.`,
  });
  const empty = { headers, common: { [name]: '' } };
  expect(new Verifier().check(SCHEME, empty)).toMatchObject({ code: 'MissingParameter' });
});

test('refuses a request without a signature', () => {
  const verifier = new Verifier();
  const signed = verifier.sign(SCHEME);
  const path = signed.path.replace(/Signature=[^&]*&/, '');
  expect(verifier.verify({ ...signed, path })).toEqual({
    status: 400,
    code: 'MissingParameter',
    message: 'The parameter "Signature" is needed but not provided.',
  });
});

test.each(['HMAC-SHA256', 'hmac-sha1', 'SHA256withRSA'])('refuses the method %s', (method) => {
  const call = { common: { SignatureMethod: method } };
  expect(new Verifier().check(SCHEME, call)).toMatchObject({
    status: 400,
    code: 'InvalidSignatureMethod',
  });
});

test.each(['1', '1.1', '2.0'])('refuses the version %s', (version) => {
  const call = { common: { SignatureVersion: version } };
  expect(new Verifier().check(SCHEME, call)).toEqual({
    status: 400,
    code: 'InvalidParameter',
    message: 'The specified parameter "SignatureVersion" is not valid.',
  });
});

test('shows the string to sign, as the gateway does', () => {
  const call = {
    query: { KeyId: 'alias/a b' },
    nonce: 'n-1',
    accessKeySecret: 'another',
  };
  const { message } = new Verifier().check(SCHEME, call);
  expect(message).toBe(
    'Specified signature is not matched with our calculation. server string to sign is:' +
      'POST&%2F&AccessKeyId%3DtestAK%26Action%3DListKeys%26Format%3DJSON%26KeyId%3Dalias%252Fa%2520b' +
      '%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn-1%26SignatureVersion%3D1.0' +
      '%26Timestamp%3D2026-01-02T03%253A04%253A05Z%26Version%3D2016-01-20',
  );
});

test('refuses a security token in a header, where it would not be signed', () => {
  const headers = { 'x-acs-security-token': 'CAIS' };
  expect(new Verifier().check(SCHEME, { headers })).toMatchObject({ code: 'IncompleteSignature' });
});

test.each(['Basic QTpC', 'ACS3-HMAC-SHA256 Credential=A,SignedHeaders=host,Signature=0'])(
  'refuses the Authorization %s beside the signature',
  (authorization) => {
    const outcome = new Verifier().check(SCHEME, { headers: { authorization } });
    expect(outcome).toMatchObject({ status: 400, code: 'IncompleteSignature' });
  },
);

describe.each(SCHEMES.filter((scheme) => scheme !== SCHEME))('beside %s', (scheme) => {
  test.each([
    'Signature',
    'SignatureMethod',
    'SignatureVersion',
    'SignatureNonce',
    'AccessKeyId',
    'SecurityToken',
  ])('the parameter %s is refused', (name) => {
    const outcome = new Verifier().check(scheme, { query: { [name]: 'x' } });
    expect(outcome).toMatchObject({ status: 400, code: 'IncompleteSignature' });
  });
});
