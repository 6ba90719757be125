import { expect, test } from 'vitest';
import { Verifier } from '../../../support/local-kms/verifier.ts';

const SCHEME = 'ACS4-HMAC-SHA256';
const incomplete = {
  status: 400,
  code: 'IncompleteSignature',
  message: 'The request signature does not conform to Aliyun standards.',
};

test.each([
  ['the day before', '20260101/cn-hangzhou/Kms/aliyun_v4_request'],
  ['a day that is none', '2026-01-02/cn-hangzhou/Kms/aliyun_v4_request'],
  ['another region than the host’s', '20260102/cn-shanghai/Kms/aliyun_v4_request'],
  ['a region in capitals', '20260102/CN-HANGZHOU/Kms/aliyun_v4_request'],
  ['no region', '20260102//Kms/aliyun_v4_request'],
  ['another product', '20260102/cn-hangzhou/Ecs/aliyun_v4_request'],
  ['the product in another letter case', '20260102/cn-hangzhou/kms/aliyun_v4_request'],
  ['another terminator', '20260102/cn-hangzhou/Kms/aws4_request'],
  ['no terminator', '20260102/cn-hangzhou/Kms'],
  ['something after the terminator', '20260102/cn-hangzhou/Kms/aliyun_v4_request/x'],
])('refuses a scope with %s, though the signature fits it', (_what, scope) => {
  expect(new Verifier().check(SCHEME, { scope })).toEqual(incomplete);
});

test.each(['kms.cn-hangzhou.aliyuncs.com', 'kms-vpc.cn-hangzhou.aliyuncs.com:443'])(
  'takes the region of the host %s',
  (host) => {
    expect(new Verifier().check(SCHEME, { headers: { host } })).toEqual({ accessKeyId: 'testAK' });
  },
);

test.each(['127.0.0.1:8080', 'kst-hzz0123.cryptoservice.kms.aliyuncs.com', 'localhost'])(
  'takes any region where the host %s names none',
  (host) => {
    for (const region of ['center', 'cn-local', 'cn-hangzhou']) {
      const scope = `20260102/${region}/Kms/aliyun_v4_request`;
      const outcome = new Verifier().check(SCHEME, { scope, headers: { host } });
      expect(outcome).toEqual({ accessKeyId: 'testAK' });
    }
  },
);

test('refuses a signature that was made for another region', () => {
  const verifier = new Verifier();
  const host = { host: '127.0.0.1' };
  const signed = verifier.sign(SCHEME, { headers: host });
  const authorization = signed.headers['authorization']?.replace('cn-hangzhou', 'cn-beijing') ?? '';
  const outcome = verifier.verify({ ...signed, headers: { ...signed.headers, authorization } });
  expect(outcome).toMatchObject({ code: 'SignatureDoesNotMatch' });
});

test('refuses a Credential that is an access key alone', () => {
  const verifier = new Verifier();
  const signed = verifier.sign(SCHEME);
  const authorization = signed.headers['authorization']?.replace(/\/[^,]+/, '') ?? '';
  expect(verifier.verify({ ...signed, headers: { ...signed.headers, authorization } })).toEqual(
    incomplete,
  );
});
