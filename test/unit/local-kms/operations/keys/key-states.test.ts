import { describe, expect, test } from 'vitest';
import type { KeyState, KmsKey } from '../../../../../src/local-kms/state/state.ts';
import { startTestGateway } from '../../../../support/local-kms/test-kms.ts';

type Call = (action: string, query?: Record<string, string>) => Promise<string>;

/** A key of that state, and what calls on it answer: the status and, of a refusal, the code. */
async function inState(keyState: KeyState, more: Partial<KmsKey> = {}): Promise<Call> {
  const deleteAt = new Date(Date.now() + 86_400_000);
  const change = (key: KmsKey): KmsKey => ({
    ...key,
    keyState,
    ...(keyState === 'PendingDeletion' && { deleteAt }),
    ...more,
  });
  const gateway = await startTestGateway((state) => ({
    ...state,
    keys: new Map([...state.keys].map(([id, key]) => [id, change(key)])),
  }));
  const [key] = gateway.state.keys.values();
  const KeyVersionId = key?.versions[0]?.keyVersionId ?? '';
  const blob = Buffer.concat([Buffer.from(KeyVersionId, 'ascii'), Buffer.alloc(60)]);
  const all = { KeyId: key?.keyId ?? '', KeyVersionId, CiphertextBlob: blob.toString('base64') };
  return async (action, query = {}) => {
    const { status, body } = await gateway.call(action, { ...all, ...query });
    const metadata = body['KeyMetadata'] as Record<string, string> | undefined;
    return [status, body['Code'], metadata?.['KeyState']].filter(Boolean).join(' ');
  };
}

const STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'] as const;
const OK = ['200', '200', '200', '200'];
const STUCK = '409 Rejected.StateModifiedFailed';
const REJECTED = [
  '200',
  '409 Rejected.Disabled',
  '409 Rejected.PendingDeletion',
  '409 Rejected.PendingImport',
];
const DAYS = { PendingWindowInDays: '7' };
const INSTANCE = { instanceId: 'kst-1' };

// The table of help 44211; the columns are STATES.
test.each<[string, Record<string, string>, readonly string[], Partial<KmsKey>?]>([
  ['GenerateDataKey', {}, REJECTED],
  ['GenerateDataKeyWithoutPlaintext', {}, REJECTED],
  ['Encrypt', { Plaintext: 'QQ==' }, REJECTED],
  ['Decrypt', {}, ['400 InvalidParameter', ...REJECTED.slice(1)]],
  ['GenerateDataKey', { DryRun: 'true' }, ['400 DryRunOperationError', ...REJECTED.slice(1)]],
  ['ListKeys', {}, OK],
  ['DescribeKey', {}, STATES.map((state) => `200 ${state}`)],
  ['EnableKey', {}, ['200', '200', STUCK, STUCK]],
  ['DisableKey', {}, ['200', '200', STUCK, STUCK]],
  ['ScheduleKeyDeletion', DAYS, ['200', '200', STUCK, '200']],
  ['CancelKeyDeletion', {}, [STUCK, STUCK, '200', STUCK]],
  ['CreateAlias', { AliasName: 'alias/new' }, ['200', '200', STUCK, '200']],
  [
    'UpdateAlias',
    { AliasName: 'alias/rehearsal' },
    ['200', '200', '409 Rejected.PendingDeletion', '200'],
  ],
  ['DeleteAlias', { AliasName: 'alias/rehearsal' }, OK],
  ['ListAliases', {}, OK],
  ['ListAliasesByKeyId', {}, OK],
  ['CreateKeyVersion', {}, REJECTED, INSTANCE],
  ['DescribeKeyVersion', {}, OK],
  ['ListKeyVersions', {}, OK],
  [
    'GetParametersForImport',
    { WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: 'RSAES_OAEP_SHA_256' },
    OK,
    { origin: 'EXTERNAL' },
  ],
  ['DeleteKeyMaterial', {}, OK, { origin: 'EXTERNAL' }],
])('%s %j answers as the state of the key decides', async (action, query, answers, more) => {
  for (const [index, state] of STATES.entries()) {
    const call = await inState(state, more);
    expect([state, await call(action, query)]).toEqual([state, answers[index]]);
  }
});

describe('a key', () => {
  test('is disabled and enabled, once or twice', async () => {
    const call = await inState('Enabled');
    for (const [action, state] of [
      ['DisableKey', 'Disabled'],
      ['DisableKey', 'Disabled'],
      ['EnableKey', 'Enabled'],
      ['EnableKey', 'Enabled'],
    ] as const) {
      expect(await call(action)).toBe('200');
      expect(await call('DescribeKey')).toBe(`200 ${state}`);
    }
  });

  test.each([
    ['Enabled', 'Enabled', {}],
    ['Disabled', 'Enabled', {}],
    ['PendingImport', 'PendingImport', { origin: 'EXTERNAL', versions: [] }],
  ] as const)('that was %s is %s when it does not go after all', async (before, after, more) => {
    const call = await inState(before, more);
    expect(await call('ScheduleKeyDeletion', DAYS)).toBe('200');
    expect(await call('DescribeKey')).toBe('200 PendingDeletion');
    expect(await call('CancelKeyDeletion')).toBe('200');
    expect(await call('DescribeKey')).toBe(`200 ${after}`);
  });
});

test.each(['0', '6', '367', '-7', '7.5', '07', 'seven'])(
  'ScheduleKeyDeletion refuses to wait %s days',
  async (PendingWindowInDays) => {
    const call = await inState('Enabled');
    expect(await call('ScheduleKeyDeletion', { PendingWindowInDays })).toBe('400 InvalidParameter');
  },
);

test.each(['7', '366'])('ScheduleKeyDeletion waits %s days', async (PendingWindowInDays) => {
  const call = await inState('Enabled');
  expect(await call('ScheduleKeyDeletion', { PendingWindowInDays })).toBe('200');
});

test('ScheduleKeyDeletion needs a number of days', async () => {
  const call = await inState('Enabled');
  expect(await call('ScheduleKeyDeletion')).toBe('400 MissingParameter');
});

test.each([
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'DeleteKeyMaterial',
])('%s takes no alias and no key that is not there', async (action) => {
  const call = await inState('Enabled');
  const to = (KeyId: string): Promise<string> => call(action, { ...DAYS, KeyId });
  expect(await to('alias/rehearsal')).toBe('400 Unsupported.Alias');
  expect(await to('acs:kms:cn-local:1:alias/rehearsal')).toBe('400 Unsupported.Alias');
  expect(await to('none')).toBe('404 Forbidden.KeyNotFound');
  expect(await to('')).toBe('400 MissingParameter');
});
