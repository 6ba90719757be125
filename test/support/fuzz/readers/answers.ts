import { kmsError, refusedJson } from '../../../../src/answers/errors.ts';
import { AnswerFields } from '../../../../src/answers/fields.ts';
import { parseObject } from '../../../../src/answers/json.ts';
import { KmsxError } from '../../../../src/base/error.ts';
import { KEY_CATALOG, OPERATIONS } from '../../../../src/kms/operations.ts';
import { assertLooksLikeKms } from '../../../../src/network/answer-body.ts';
import { TEST_NOW } from '../../test-io.ts';
import type { Reader } from '../fuzz.ts';

const KEY = '08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73';
const NAMED = { KeyId: KEY, KeyVersionId: KEY, RequestId: '475f1620-b9d3-4d35-b5c6-3fbdd941423d' };
const { RequestId } = NAMED;

/** A right answer of each operation. */
const ANSWERS: readonly object[] = [
  { ...NAMED, CiphertextBlob: 'QUJDRA==', ExportedDataKey: 'QUJDRA==' },
  { ...NAMED, Plaintext: 'QUJDRA==' },
  { SecretData: '{}', SecretName: KEY, VersionId: 'v', RequestId },
  {
    KeyMetadata: {
      KeyId: KEY,
      KeyState: 'Enabled',
      Arn: `acs:kms:cn-hangzhou:1234:key/${KEY}`,
      CreationDate: '2026-01-02T03:04:05Z',
    },
    RequestId,
  },
  {
    Keys: { Key: [{ KeyId: KEY, KeyArn: `acs:kms:cn-hangzhou:1:key/${KEY}` }] },
    TotalCount: 1,
    RequestId,
  },
  { Aliases: { Alias: [{ KeyId: KEY, AliasName: 'alias/a' }] }, TotalCount: 1, RequestId },
  {
    SecretList: { Secret: [{ SecretName: 'pay', SecretType: 'Generic' }] },
    TotalCount: 1,
    RequestId,
  },
];

const REFUSALS: readonly object[] = [
  { Code: 'Forbidden.NoPermission', Message: 'no', RequestId, HostId: 'h' },
  {
    code: 'InvalidParameter',
    message: 'The specified parameter KeyId is not valid.',
    requestId: RequestId,
  },
  {
    Code: 'NoPermission',
    RequestId,
    AccessDeniedDetail: {
      PolicyType: 'AccountLevelIdentityBasedPolicy',
      AuthAction: 'kms:Decrypt',
      AuthPrincipalDisplayName: '2345',
      AuthPrincipalType: 'SubUser',
      NoPermissionType: 'ImplicitDeny',
    },
  },
];

const texts = (objects: readonly object[]): string[] => objects.map((each) => JSON.stringify(each));

/** An input for every operation: what an answer is held against. */
const INPUT = { keyId: KEY, name: KEY, versionId: 'v' };

/** What reads KMS's answers, and its errors. An error that comes of one is never about the caller's own input. */
export const ANSWER_READERS: readonly Reader[] = [
  ...[...Object.values(OPERATIONS), ...Object.values(KEY_CATALOG)].map(
    ({ action, read }): Reader => ({
      name: `the answer to ${action}`,
      samples: texts(ANSWERS),
      read: notUsage((bytes) => {
        assertIsKms(bytes, 200);
        const takesText = ['DescribeKey', 'DescribeSecret', 'GetSecretValue'].includes(action);
        return read(
          new AnswerFields(action, parseObject(bytes)),
          (takesText ? KEY : INPUT) as never,
        );
      }),
      perThousand: 300,
    }),
  ),
  {
    name: "KMS's errors",
    onlyThrows: true,
    samples: texts(REFUSALS),
    read: notUsage((bytes) => {
      assertIsKms(bytes, 400);
      const answer = { status: 400, headers: { date: bytes.toString() }, body: bytes };
      throw kmsError(answer, { action: 'Decrypt', host: 'kms.example', now: TEST_NOW });
    }),
  },
];

function assertIsKms(body: Buffer, status: number): void {
  assertLooksLikeKms({ status, headers: {}, body }, 'kms.example');
}

function notUsage(read: (bytes: Buffer) => unknown): Reader['read'] {
  return (bytes) => {
    try {
      return read(bytes);
    } catch (thrown) {
      const error = refusedJson(thrown, 'Decrypt') ?? thrown;
      if (error instanceof KmsxError && error.kind === 'usage') {
        throw new TypeError(`an answer is called bad usage: ${error.message}`);
      }
      throw error;
    }
  };
}
