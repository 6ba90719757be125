import { expect, test } from 'vitest';
import { OPERATIONS } from '../../../../src/local-kms/operations/operations.ts';
import {
  newKeyId,
  refusalOf,
  succeed,
  validCalls,
  wrappingParameters,
} from '../../../support/local-kms/calls.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

const dry = { DryRun: 'true' };

/** As KMS's pages have it. */
const TAKE_DRY_RUN = [
  'AsymmetricDecrypt',
  'AsymmetricEncrypt',
  'Decrypt',
  'Encrypt',
  'ExportDataKey',
  'GenerateAndExportDataKey',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GetPublicKey',
  'GetSecretValue',
  'ReEncrypt',
];

test('an operation that has a dry run says what would happen, gives nothing out and changes nothing', async () => {
  const kms = await startTestGateway();
  const calls = await validCalls(kms);
  const before = kms.store.state;
  for (const action of TAKE_DRY_RUN) {
    const query = calls.get(action) ?? {};
    const { status, body } = await kms.call(action, { ...query, ...dry });
    expect([action, status, body['Code']]).toEqual([action, 400, 'DryRunOperationError']);
    expect(Object.keys(body).sort()).toEqual(
      ['Code', 'HostId', 'Message', 'Recommend', 'RequestId'].sort(),
    );
    expect(body['Message']).toBe(
      'The request would have succeeded, but the DryRun parameter was specified.',
    );
    expect(await refusalOf(kms, action, dry)).toBe('400 ValidationError');
    expect(await refusalOf(kms, action, { ...query, DryRun: 'false' })).toBe('200');
    expect(await refusalOf(kms, action, { ...query, DryRun: 'yes' })).toBe('400 InvalidParameter');
  }
  expect(kms.store.state).toBe(before);
});

test('an operation that has no dry run refuses to make one, and does nothing', async () => {
  const kms = await startTestGateway();
  const calls = await validCalls(kms);
  const before = kms.store.state;
  const others = [...OPERATIONS.keys()].filter((action) => !TAKE_DRY_RUN.includes(action));
  expect(others).toHaveLength(OPERATIONS.size - TAKE_DRY_RUN.length);
  for (const action of others) {
    const query = { ...calls.get(action), ...dry };
    expect([action, await refusalOf(kms, action, query)]).toEqual([action, '400 InvalidParameter']);
  }
  expect(kms.store.state).toBe(before);
});

test('a dry run says which parameter is wrong', async () => {
  const kms = await startTestGateway();
  const KeyId = 'alias/rehearsal';
  const query = { KeyId, ...wrappingParameters(), NumberOfBytes: '191', ...dry };
  const { status, body } = await kms.call('GenerateAndExportDataKey', query);
  expect([status, body['Code'], body['Message']]).toEqual([
    400,
    'ValidationError',
    'The specified parameter "NumberOfBytes" is not valid.',
  ]);
  const damaged = { CiphertextBlob: 'AAAA', ...dry };
  expect(await refusalOf(kms, 'Decrypt', damaged)).toBe('400 ValidationError');
});

test('a dry run keeps the code of a key that is not there or not enabled', async () => {
  const kms = await startTestGateway();
  const unknown = { KeyId: 'alias/none', ...dry };
  expect(await refusalOf(kms, 'GenerateDataKey', unknown)).toBe('404 Forbidden.AliasNotFound');
  const KeyId = await newKeyId(kms);
  await succeed(kms, 'DisableKey', { KeyId });
  expect(await refusalOf(kms, 'GenerateDataKey', { KeyId, ...dry })).toBe('409 Rejected.Disabled');
});
