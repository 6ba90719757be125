import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('node:crypto');
  vi.resetModules();
});

const load = async (): Promise<typeof import('../../../../src/local-kms/signatures/digest.ts')> => {
  vi.resetModules();
  return import('../../../../src/local-kms/signatures/digest.ts');
};

test.each(['as it is', 'without crypto.hash'])('hashes on Node %s', async (how) => {
  if (how === 'without crypto.hash') {
    vi.doMock('node:crypto', async (original) => ({
      ...(await original<typeof import('node:crypto')>()),
      hash: undefined,
    }));
  }
  const { digest } = await load();
  for (const algorithm of ['sha256', 'sm3'] as const) {
    const expected = createHash(algorithm).update('é').digest();
    expect(digest(algorithm, 'é', 'hex')).toBe(expected.toString('hex'));
    expect(digest(algorithm, Buffer.from('é'), 'binary')).toBe(expected.toString('latin1'));
  }
});
