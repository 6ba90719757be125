import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { pooled, randomUuid } from '../../../src/local-kms/identifiers.ts';

test('bytes that are taken in advance are given out once, and do not stay where they were', () => {
  const source = Buffer.from(Array.from({ length: 3 * 8192 }, (_, index) => index % 251));
  const pools: Buffer[] = [];
  let asked = 0;
  const random = pooled((length) => {
    const pool = Buffer.from(source.subarray(asked, asked + length));
    asked += length;
    pools.push(pool);
    return pool;
  });
  const given = Array.from({ length: 256 }, () => random(32));
  expect(Buffer.concat(given).equals(source.subarray(0, 8192))).toBe(true);
  expect(pools).toHaveLength(1);
  expect(pools[0]?.every((byte) => byte === 0)).toBe(true);
  given[0]?.fill(0xff);
  expect(given[1]?.equals(source.subarray(32, 64))).toBe(true);
  expect(random(16).equals(source.subarray(8192, 8208))).toBe(true);
  // Many bytes come straight from the source.
  expect(random(1024)).toHaveLength(1024);
  expect(pools.map(({ length }) => length)).toEqual([8192, 8192, 1024]);
});

test('a UUID has the form of version 4', () => {
  expect(randomUuid(() => Buffer.alloc(16, 0xff))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  expect(randomUuid(randomBytes)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
