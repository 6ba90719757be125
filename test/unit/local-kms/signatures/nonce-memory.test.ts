import { expect, test } from 'vitest';
import { NonceMemory } from '../../../../src/local-kms/signatures/nonce-memory.ts';

const MINUTE = 60_000;

test('takes a nonce once for each access key', () => {
  const nonces = new NonceMemory();
  expect(nonces.use('A', 'n', 15 * MINUTE, 0)).toBe('new');
  expect(nonces.use('A', 'n', 15 * MINUTE, 0)).toBe('used');
  expect(nonces.use('B', 'n', 15 * MINUTE, 0)).toBe('new');
});

test('knows a nonce again under another date', () => {
  const nonces = new NonceMemory();
  nonces.use('A', 'n', 30 * MINUTE, 0);
  expect(nonces.use('A', 'n', 15 * MINUTE, 0)).toBe('used');
});

test('remembers a nonce to the end of its window, and not for ever', () => {
  const nonces = new NonceMemory(1);
  nonces.use('A', 'n', 30 * MINUTE, 0);
  expect(nonces.use('A', 'n', 45 * MINUTE, 30 * MINUTE)).toBe('used');
  expect(nonces.use('A', 'n', 60 * MINUTE, 31 * MINUTE)).toBe('new');
});

test('says when it is full, forgets nothing for it, and has room again later', () => {
  const nonces = new NonceMemory(2);
  nonces.use('A', '1', 15 * MINUTE, 0);
  nonces.use('A', '2', 20 * MINUTE, 0);
  expect(nonces.use('A', '3', 15 * MINUTE, 0)).toBe('memory-full');
  expect(nonces.use('A', '1', 15 * MINUTE, 0)).toBe('used');
  expect(nonces.use('A', '3', 30 * MINUTE, 16 * MINUTE)).toBe('new');
  expect(nonces.use('A', '4', 30 * MINUTE, 16 * MINUTE)).toBe('memory-full');
});

test('takes no nonce again that it forgot, though the clock is set back', () => {
  const nonces = new NonceMemory();
  nonces.use('A', 'n', 15 * MINUTE, 0);
  expect(nonces.use('A', 'later', 75 * MINUTE, 60 * MINUTE)).toBe('new');
  expect(nonces.use('A', 'n', 15 * MINUTE, 0)).toBe('expired');
  expect(nonces.use('A', 'later', 75 * MINUTE, 0)).toBe('used');
  expect(nonces.use('A', 'new', 75 * MINUTE, 0)).toBe('new');
});

test('leaves each access key room, however many nonces the others use', () => {
  const nonces = new NonceMemory(1000);
  const fill = (accessKeyId: string, nowMs = 0): number => {
    for (let count = 0; ; count += 1) {
      const verdict = nonces.use(accessKeyId, `${nowMs} ${count}`, nowMs + 15 * MINUTE, nowMs);
      if (verdict === 'memory-full') return count;
    }
  };
  expect(fill('A')).toBe(900);
  expect(fill('B')).toBe(90);
  expect(fill('C')).toBe(9);
  expect(nonces.use('A', 'one more', 15 * MINUTE, 0)).toBe('memory-full');
  expect(fill('B', 16 * MINUTE)).toBe(900);
});

test('cannot be confused by an access key and a nonce that share their letters', () => {
  const nonces = new NonceMemory();
  nonces.use('A', 'Bn', 15 * MINUTE, 0);
  expect(nonces.use('AB', 'n', 15 * MINUTE, 0)).toBe('new');
});

test('holds a hundred thousand nonces apart, in any minutes', () => {
  const nonces = new NonceMemory();
  const verdicts = (): Set<string> => {
    const all = new Set<string>();
    for (let count = 0; count < 100_000; count += 1) {
      all.add(nonces.use('A', `${count}`, (15 + (count % 3)) * MINUTE, 0));
    }
    return all;
  };
  expect([...verdicts()]).toEqual(['new']);
  expect([...verdicts()]).toEqual(['used']);
  // Those of the first minute are forgotten.
  nonces.use('B', 'later', 32 * MINUTE, 16 * MINUTE);
  expect(nonces.use('A', '0', 30 * MINUTE, 16 * MINUTE)).toBe('new');
  expect(nonces.use('A', '1', 30 * MINUTE, 16 * MINUTE)).toBe('used');
});
