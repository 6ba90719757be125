import { expect, test } from 'vitest';
import { OPERATIONS } from '../../../../src/local-kms/operations/operations.ts';
import type { AccessKey } from '../../../../src/local-kms/state/state.ts';
import { refusalOf, validCalls } from '../../../support/local-kms/calls.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';
import { ramUser, withAccessKeys } from '../../../support/local-kms/ram-user.ts';

test('without a permission no operation does anything, but for DescribeRegions', async () => {
  let accessKey: AccessKey | undefined;
  const kms = await startTestGateway((state) => {
    accessKey = ramUser(state, 'Powerless', [
      { Effect: 'Allow', Action: ['ecs:*'], Resource: ['*'] },
    ]);
    return withAccessKeys(state, accessKey);
  });
  if (accessKey === undefined) throw new Error('no access key');
  const calls = await validCalls(kms);
  expect([...calls.keys()].sort()).toEqual([...OPERATIONS.keys()].sort());
  const before = kms.store.state;

  for (const [action, query] of calls) {
    const { status, body } = await kms.call(action, query, { accessKey });
    expect([action, status, body['Code']]).toEqual(
      action === 'DescribeRegions'
        ? [action, 200, undefined]
        : [action, 403, 'Forbidden.NoPermission'],
    );
    const dryRun = await refusalOf(kms, action, { ...query, DryRun: 'true' }, { accessKey });
    expect([action, dryRun]).toEqual([
      action,
      OPERATIONS.get(action)?.takesDryRun === true
        ? '403 AccessDeniedError'
        : '400 InvalidParameter',
    ]);
  }
  expect(kms.store.state).toBe(before);

  // The calls were good ones: the account itself may make them.
  for (const [action, query] of calls) {
    expect([action, await refusalOf(kms, action, query)]).toEqual([action, '200']);
  }
});
