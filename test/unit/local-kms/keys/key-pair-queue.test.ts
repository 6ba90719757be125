import { expect, test } from 'vitest';
import { KeyPairQueue } from '../../../../src/local-kms/keys/key-pair-queue.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';
import { newKeyId, refusalOf } from '../../../support/local-kms/calls.ts';

/** Calls that make a key pair each, all at once. */
function crowd(kms: TestGateway, count: number, KeySpec = 'EC_P256'): Promise<string>[] {
  return Array.from({ length: count }, () => refusalOf(kms, 'CreateKey', { KeySpec }));
}

test('makes one key pair after the other, though one fails', async () => {
  const queue = new KeyPairQueue();
  let running = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      queue.run(async () => {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        running -= 1;
        if (index === 3) throw new Error('no key');
        return index;
      }),
    ),
  );
  const made = results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'));
  expect(made).toEqual([0, 1, 2, 'failed', 4, 5, 6, 7, 8, 9]);
});

test('a crowd of calls that make key pairs is throttled, and others go on', async () => {
  const kms = await startTestGateway();
  const calls = crowd(kms, 100);
  expect(await refusalOf(kms, 'CreateKey', {})).toBe('200');
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => answer === '200')).toHaveLength(65);
  expect(answers.filter((answer) => answer === '429 Rejected.Throttling')).toHaveLength(35);
  expect(await Promise.all(crowd(kms, 1))).toEqual(['200']);
});

test('key versions and import parameters wait in the same queue', async () => {
  let time = Date.now();
  const kms = await startTestGateway(undefined, undefined, () => new Date(time));
  const KeyId = await newKeyId(kms, { KeySpec: 'EC_P256' });
  const importing = {
    KeyId: await newKeyId(kms, { Origin: 'EXTERNAL' }),
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  };
  time += 8 * 86_400_000;
  const calls = crowd(kms, 65);
  const late = [
    refusalOf(kms, 'CreateKeyVersion', { KeyId }),
    refusalOf(kms, 'GetParametersForImport', importing),
  ];
  expect(await Promise.all(late)).toEqual(['429 Rejected.Throttling', '429 Rejected.Throttling']);
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['200']));
});

test('no key is made that there is no room for', async () => {
  const kms = await startTestGateway((state) => {
    const [key] = state.keys.values();
    if (key === undefined) throw new Error('no key');
    const keys = new Map(state.keys);
    for (let count = keys.size; count < 20_000; count += 1) keys.set(`key-${count}`, key);
    return { ...state, keys };
  });
  // Had they to wait for their keys, some would be throttled.
  const answers = new Set(await Promise.all(crowd(kms, 100, 'RSA_3072')));
  expect(answers).toEqual(new Set(['400 Rejected.LimitExceeded']));
});
