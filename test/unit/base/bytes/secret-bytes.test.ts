import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  SecretBytes,
  secretBuffer,
  secretCopy,
  usingSecret,
} from '../../../../src/base/bytes/secret-bytes.ts';

const CANARY = 'canary-0123456789';

describe('SecretBytes', () => {
  it('shows nothing of its bytes, however it is printed', () => {
    const secret = new SecretBytes(Buffer.from(CANARY));
    const shown = [
      inspect(secret, { depth: 10, showHidden: true }),
      JSON.stringify({ secret }),
      String(secret),
      inspect({ deep: [secret] }),
    ].join();
    for (const form of ['utf8', 'hex', 'base64'] as const) {
      expect(shown).not.toContain(Buffer.from(CANARY).toString(form));
    }
  });

  it('overwrites the very bytes it was given', () => {
    const bytes = Buffer.from(CANARY);
    new SecretBytes(bytes).dispose();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('is disposed of when its use ends, also by an error', async () => {
    const bytes = Buffer.from(CANARY);
    const use = usingSecret(new SecretBytes(bytes), () => Promise.reject(new Error('no')));
    await expect(use).rejects.toThrow('no');
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});

describe('a Buffer for secret bytes', () => {
  it.each([0, 1, 16, 32, 64, 65, 4096])('has memory of its own: %i bytes', (length) => {
    const bytes = secretBuffer(length);
    expect([bytes.length, bytes.byteOffset, bytes.buffer.byteLength]).toEqual([length, 0, length]);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('is copied, and the copy is another', () => {
    const bytes = Buffer.from(CANARY);
    const copy = secretCopy(bytes);
    bytes.fill(0);
    expect(copy.toString()).toBe(CANARY);
    expect(copy.buffer.byteLength).toBe(CANARY.length);
  });
});
