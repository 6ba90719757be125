import { expect, it } from 'vitest';
import { parsePolicy } from '../../../../src/local-kms/permissions/policy.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

const policy = parsePolicy({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
if (typeof policy === 'string') throw new Error(policy);

it.each([
  ['a RAM user', { userName: 'robot', policies: [policy] }, 403, 'Forbidden.NoPermission'],
  ['a key with policies', { policies: [policy] }, 403, 'Forbidden.NoPermission'],
  ['the account itself', {}, 200, undefined],
])('the faults are controlled by the account itself: %s', async (_who, change, status, code) => {
  const kms = await startTestGateway((state) => ({
    ...state,
    accessKeys: new Map([...state.accessKeys].map(([id, key]) => [id, { ...key, ...change }])),
  }));
  for (const action of ['KmsxGetFaults', 'KmsxSetFaults', 'KmsxClearFaults']) {
    const answer = await kms.call(action, { Faults: 'hang' });
    expect([answer.status, answer.body['Code']]).toEqual([status, code]);
  }
  expect((await kms.call('ListKeys')).status).toBe(200);
});
