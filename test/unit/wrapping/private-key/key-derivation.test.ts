import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isThreadBusy } from '../../../../src/base/thread-work.ts';
import type { DeriveKey } from '../../../../src/wrapping/private-key/key-derivation.ts';
import {
  pbkdf2Key,
  pkcs12Key,
  scryptKey,
} from '../../../../src/wrapping/private-key/key-derivation.ts';

const SALT = Buffer.from('0a58cf64530d823f', 'hex');
const passphrase = (text: string) => ({
  utf8: Buffer.from(text),
  utf16: Buffer.from(`${text}\0`, 'utf16le').swap16(),
});

describe('the key derivation of PKCS#12', () => {
  // Known answers of Bouncy Castle's and OpenSSL's tests.
  it.each<[1 | 2 | 3, string, string, number, number, string]>([
    [1, 'smeg', '0a58cf64530d823f', 1, 24, '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3'],
    [2, 'smeg', '0a58cf64530d823f', 1, 8, '79993dfe048d3b76'],
    [3, 'smeg', '3d83c0e4546ac140', 1, 20, '8d967d88f6caa9d714800ab3d48051d63f73a312'],
    [1, 'queeg', '05dec959acff72f7', 1000, 24, 'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4'],
    [2, 'queeg', '05dec959acff72f7', 1000, 8, '11dedad7758d4860'],
    [3, 'queeg', '263216fcc2fab31c', 1000, 20, '5ec4c7a80df652294c3925b6489a7ab857c83476'],
  ])(
    '%i of %s, salt %s, %i times, gives %i bytes',
    async (purpose, text, salt, times, length, key) => {
      const derive = pkcs12Key('sha1', purpose, Buffer.from(salt, 'hex'), times);
      expect((await derive(passphrase(text), length)).toString('hex')).toBe(key);
    },
  );
});

describe('the event loop, in which signals are noticed,', () => {
  it.each<[string, DeriveKey, boolean]>([
    ['PKCS#12', pkcs12Key('sha1', 3, SALT, 100_000), false],
    ['PBKDF2', pbkdf2Key('sha512', SALT, 100_000), true],
    ['scrypt', scryptKey(SALT, { N: 2 ** 16, r: 8, p: 1 }), true],
  ])('goes on during %s', async (_, derive, isOnThread) => {
    let isDone = false;
    const work = derive(passphrase('smeg'), 20).then(() => (isDone = true));
    await nextTurn();
    expect({ isDone, busy: isThreadBusy() }).toEqual({ isDone: false, busy: isOnThread });
    await work;
    expect(isThreadBusy()).toBe(false);
  });
});
