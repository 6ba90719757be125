import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import type { SignedRequest } from '../../../support/local-kms/test-kms.ts';
import { signWith } from '../../../support/local-kms/signers.ts';
import { NOW, PERMANENT, Verifier } from '../../../support/local-kms/verifier.ts';

/* Authorizations and signatures that Alibaba Cloud's own libraries made: @alicloud/openapi-util 0.3.3 for version 1.0
   and ACS3, alibabacloud-gateway-pop 0.1.3 for Python for ACS4; access key testAK, secret testSK. */

const withToken: AccessKey = {
  ...PERMANENT,
  securityToken: { token: 'testSTS', expiresAt: new Date('2026-01-02T04:00:00Z') },
};
const call = {
  action: 'GenerateAndExportDataKey',
  query: {
    KeyId: 'alias/my key*~',
    NumberOfBytes: '32',
    EncryptionContext: '{"a":"b c"}',
    Empty: '',
  },
  accessKeyId: 'testAK',
  accessKeySecret: 'testSK',
  nonce: 'nonce-1',
  date: NOW,
};

const answers = [
  {
    scheme: 'ACS3-HMAC-SHA256',
    credential: 'testAK',
    content: 'sha256',
    permanent: 'e0a8bbe2eaf04e76acbeb46643a4c469df4ceb1df62d744be5756d3fa69141cd',
    temporary: '64bdb319ef6a93ac54455b461841e14b0026d3c732f520ce790742f6fe12abb6',
  },
  {
    scheme: 'ACS3-HMAC-SM3',
    credential: 'testAK',
    content: 'sm3',
    permanent: '5718b073f3fdd80e8794f8eda581e63d0646d43a91165f0dbf90bf6c6d288b2e',
    temporary: 'd477a20c87c871e0dbf30da4ba9214c45203a682c2918d229cc7532d3a57bc1c',
  },
  {
    scheme: 'ACS4-HMAC-SHA256',
    credential: 'testAK/20260102/cn-hangzhou/Kms/aliyun_v4_request',
    content: 'sha256',
    permanent: 'e3808af0de966f287ba86889a9df253196cc0911255ca3528bce2539ef29f564',
    temporary: 'd4f10f1f2054d03bd495a83d07637e7ca5b933207f9ac56d894ff2a76e805478',
  },
] as const;

const path =
  '/?KeyId=alias%2Fmy%20key%2A~&NumberOfBytes=32&EncryptionContext=%7B%22a%22%3A%22b%20c%22%7D&Empty=';

test.each(answers)('$scheme takes what the official library signed', (answer) => {
  const { scheme, credential, content, permanent, temporary } = answer;
  const headers = {
    host: 'kms.cn-hangzhou.aliyuncs.com',
    'x-acs-version': '2016-01-20',
    'x-acs-action': 'GenerateAndExportDataKey',
    'x-acs-date': NOW,
    'x-acs-signature-nonce': 'nonce-1',
    [`x-acs-content-${content}`]: createHash(content).digest('hex'),
  };
  const authorization = `${scheme} Credential=${credential},SignedHeaders=`;
  const names = `x-acs-action;x-acs-content-${content};x-acs-date;`;
  const request: SignedRequest = {
    method: 'POST',
    path,
    body: '',
    headers: {
      ...headers,
      authorization: `${authorization}host;${names}x-acs-signature-nonce;x-acs-version,Signature=${permanent}`,
    },
  };
  expect(new Verifier([PERMANENT]).verify(request)).toEqual({ accessKeyId: 'testAK' });

  const tokenNames = names.replace(/$/, 'x-acs-security-token;');
  const temporaryRequest: SignedRequest = {
    ...request,
    headers: {
      ...headers,
      'x-acs-accesskey-id': 'testAK',
      'x-acs-security-token': 'testSTS',
      authorization: `${authorization}host;x-acs-accesskey-id;${tokenNames}x-acs-signature-nonce;x-acs-version,Signature=${temporary}`,
    },
  };
  expect(new Verifier([withToken]).verify(temporaryRequest)).toEqual({ accessKeyId: 'testAK' });
});

test.each(answers)('the tests’ own signer of $scheme agrees with it', (answer) => {
  const signature = (securityToken?: string): string | undefined =>
    signWith(answer.scheme, {
      ...call,
      ...(securityToken !== undefined && { securityToken }),
    }).headers['authorization']?.replace(/^.*Signature=/, '');
  expect(signature()).toBe(answer.permanent);
  expect(signature('testSTS')).toBe(answer.temporary);
});

const version1 =
  'Action=GenerateAndExportDataKey&Format=json&Version=2016-01-20&Timestamp=2026-01-02T03%3A04%3A05Z&SignatureNonce=nonce-1' +
  '&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=testAK&KeyId=alias%2Fmy%20key%2A~&EncryptionContext=%7B%22a%22%3A%22b%20c%22%7D';

test.each([
  ['an access key', [PERMANENT], '8M9dOc8MMEeOUObl25BPK6%2Bsfds%3D'],
  ['an STS token', [withToken], 'KmJP0DVVzcfgOb1rG2GNNMMtfIg%3D&SecurityToken=testSTS'],
] as const)('HMAC-SHA1 takes what the official library signed with %s', (_what, keys, rest) => {
  const parameters = `${version1}&Signature=${rest}`;
  const host = { host: 'kms.cn-hangzhou.aliyuncs.com' };
  const form = { ...host, 'content-type': 'application/x-www-form-urlencoded' };
  const inQuery = { method: 'POST', path: `/?${parameters}`, headers: host, body: '' };
  const inForm = { method: 'POST', path: '/', headers: form, body: parameters };
  const [start, end] = [parameters.slice(0, 250), parameters.slice(250)];
  const cut = start.lastIndexOf('&');
  const inBoth = {
    method: 'POST',
    path: `/?${start.slice(cut + 1)}${end}`,
    headers: form,
    body: start.slice(0, cut),
  };
  for (const request of [inQuery, inForm, inBoth]) {
    expect(new Verifier([...keys]).verify(request)).toEqual({ accessKeyId: 'testAK' });
  }
});

test('the tests’ own signer of HMAC-SHA1 agrees with it', () => {
  const { KeyId, EncryptionContext } = call.query;
  const signed = signWith('HMAC-SHA1', {
    ...call,
    query: { KeyId, EncryptionContext },
    common: { Format: 'json' },
  });
  expect(signed.path).toContain('Signature=8M9dOc8MMEeOUObl25BPK6%2Bsfds%3D&');
});

test('SM3 is that of GB/T 32905', () => {
  expect(createHash('sm3').update('abc').digest('hex')).toBe(
    '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  );
});
