/* Conditions on what a cryptographic operation does: kms:EncryptionContext:NAME and kms:EncryptionAlgorithm. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import {
  newKeyId,
  newRsaKey,
  refusalOf,
  succeed,
  wrappingParameters,
} from '../../../support/local-kms/calls.ts';
import type { Statement } from '../../../support/local-kms/ram-user.ts';
import { ramUser, withAccessKeys } from '../../../support/local-kms/ram-user.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

const PAYMENTS = { StringEquals: { 'kms:EncryptionContext:purpose': 'payments' } };
const NOT_PAYMENTS = { StringNotEquals: { 'kms:EncryptionContext:purpose': 'payments' } };
const ALL = { Action: ['kms:*'], Resource: ['*'] };
const USERS: Readonly<Record<string, Pick<Statement, 'Effect' | 'Condition'>[]>> = {
  payer: [{ Effect: 'Allow', Condition: PAYMENTS }],
  guarded: [{ Effect: 'Allow' }, { Effect: 'Deny', Condition: NOT_PAYMENTS }],
  symmetric: [
    {
      Effect: 'Allow',
      Condition: { StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } },
    },
  ],
  sha256: [
    {
      Effect: 'Allow',
      Condition: { StringEquals: { 'kms:EncryptionAlgorithm': 'RSAES_OAEP_SHA_256' } },
    },
  ],
};
const RIGHT = '{"purpose":"payments","more":"x"}';
const WRONG = '{"purpose":"salaries"}';
const DENIED = '403 Forbidden.NoPermission';

let kms: TestGateway;
let KeyId: string;
let rsa: { KeyId: string; KeyVersionId: string };
let wrapping: Record<string, string>;

beforeAll(async () => {
  kms = await startTestGateway((state) =>
    withAccessKeys(
      state,
      ...Object.entries(USERS).map(([name, statements]) =>
        ramUser(
          state,
          name,
          statements.map((statement) => ({ ...ALL, ...statement })),
        ),
      ),
    ),
  );
  KeyId = await newKeyId(kms);
  rsa = await newRsaKey(kms);
  wrapping = wrappingParameters();
});

const as = (name: string): { accessKey: AccessKey } => {
  const accessKey = kms.state.accessKeys.get(`LTAI5t${name}`);
  if (accessKey === undefined) throw new Error(name);
  return { accessKey };
};

/** The context of a call, where it is asked for at all. */
const withContext = (name: string, text: string | undefined): Record<string, string> =>
  text === undefined ? {} : { [name]: text };

describe.each(['payer', 'guarded'])('the context decides what %s may do', (user) => {
  test.each<[string, (context: string | undefined) => Promise<Record<string, string>>]>([
    [
      'GenerateAndExportDataKey',
      (text) => Promise.resolve({ KeyId, ...wrapping, ...withContext('EncryptionContext', text) }),
    ],
    [
      'GenerateDataKey',
      (text) => Promise.resolve({ KeyId, ...withContext('EncryptionContext', text) }),
    ],
    [
      'Encrypt',
      (text) =>
        Promise.resolve({ KeyId, Plaintext: 'QQ==', ...withContext('EncryptionContext', text) }),
    ],
    ['ExportDataKey', async (text) => ({ ...(await blobUnder(text)), ...wrapping })],
    ['Decrypt', (text) => blobUnder(text)],
  ])('%s', async (action, queryOf) => {
    expect(await refusalOf(kms, action, await queryOf(RIGHT), as(user))).toBe('200');
    for (const context of [WRONG, undefined, '{}']) {
      const query = await queryOf(context);
      expect(await refusalOf(kms, action, query)).toBe('200');
      expect(await refusalOf(kms, action, query, as(user))).toBe(DENIED);
      expect(await refusalOf(kms, action, { ...query, DryRun: 'true' }, as(user))).toBe(
        '403 AccessDeniedError',
      );
    }
  });

  test('ReEncrypt, by the context of each of its two keys', async () => {
    const call = async (from: string, to: string): Promise<string> => {
      const { CiphertextBlob = '' } = await blobUnder(from);
      return refusalOf(
        kms,
        'ReEncrypt',
        {
          CiphertextBlob,
          SourceEncryptionContext: from,
          DestinationKeyId: KeyId,
          DestinationEncryptionContext: to,
        },
        as(user),
      );
    };
    expect(await call(RIGHT, RIGHT)).toBe('200');
    expect(await call(RIGHT, WRONG)).toBe(DENIED);
    expect(await call(WRONG, RIGHT)).toBe(DENIED);
  });

  test('DescribeKey has none', async () => {
    expect(await refusalOf(kms, 'DescribeKey', { KeyId }, as(user))).toBe(DENIED);
  });
});

describe('the algorithm decides', () => {
  test('under a symmetric key it is SYMMETRIC_DEFAULT', async () => {
    const blob = await blobUnder(RIGHT);
    const calls: [string, Record<string, string>][] = [
      ['GenerateAndExportDataKey', { KeyId, ...wrapping }],
      ['ExportDataKey', { ...blob, ...wrapping }],
      ['Decrypt', blob],
    ];
    for (const [action, query] of calls) {
      expect(await refusalOf(kms, action, query, as('symmetric'))).toBe('200');
      expect(await refusalOf(kms, action, query, as('sha256'))).toBe(DENIED);
    }
  });

  test('under a public key it is the one that is asked for', async () => {
    const encrypt = (user: string, Algorithm: string): Promise<string> =>
      refusalOf(kms, 'AsymmetricEncrypt', { ...rsa, Algorithm, Plaintext: 'QQ==' }, as(user));
    expect(await encrypt('sha256', 'RSAES_OAEP_SHA_256')).toBe('200');
    expect(await encrypt('sha256', 'RSAES_OAEP_SHA_1')).toBe(DENIED);
    expect(await encrypt('symmetric', 'RSAES_OAEP_SHA_256')).toBe(DENIED);
  });
});

test('a key policy has the same conditions', async () => {
  const onKey = { Principal: '*', Action: 'kms:GenerateDataKey', Resource: '*' };
  const Policy = JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Deny', ...onKey, Condition: NOT_PAYMENTS }],
  });
  const guarded = await newKeyId(kms, { Policy });
  const generate = (EncryptionContext: string): Promise<string> =>
    refusalOf(kms, 'GenerateDataKey', { KeyId: guarded, EncryptionContext });
  expect(await generate(RIGHT)).toBe('200');
  expect(await generate(WRONG)).toBe(DENIED);
});

/** A CiphertextBlob under a context, as the parameters of a call that opens it. */
async function blobUnder(text: string | undefined): Promise<Record<string, string>> {
  const context = withContext('EncryptionContext', text);
  const { CiphertextBlob = '' } = await succeed(kms, 'GenerateDataKey', { KeyId, ...context });
  return { CiphertextBlob, ...context };
}
