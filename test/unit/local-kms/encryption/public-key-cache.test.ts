import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { PublicKeyCache } from '../../../../src/local-kms/encryption/public-key-cache.ts';

const newKey = (): ReturnType<typeof createSecretKey> => createSecretKey(randomBytes(16));
const mustBeThere = (): never => {
  throw new Error('parsed again');
};

test('parses a blob once, and never gives the key of another', () => {
  const cache = new PublicKeyCache();
  const [a, b] = [newKey(), newKey()];
  expect(cache.get('a', () => a)).toBe(a);
  expect(cache.get('b', () => b)).toBe(b);
  expect(cache.get('a', mustBeThere)).toBe(a);
  expect(cache.get('b', mustBeThere)).toBe(b);
});

test('keeps the 64 keys that were used last', () => {
  const cache = new PublicKeyCache();
  for (let index = 0; index < 64; index += 1) cache.get(`${index}`, newKey);
  cache.get('0', mustBeThere);
  cache.get('64', newKey);
  for (const kept of ['0', '2', '63', '64']) cache.get(kept, mustBeThere);
  expect(() => cache.get('1', mustBeThere)).toThrow('parsed again');
});

test('keeps nothing of a blob that is no key', () => {
  const cache = new PublicKeyCache();
  expect(() => cache.get('a', mustBeThere)).toThrow('parsed again');
  const key = newKey();
  expect(cache.get('a', () => key)).toBe(key);
});
