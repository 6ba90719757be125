import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../../../src/base/bytes/secret-bytes.ts';
import { assertUsablePassphrase } from '../../../../src/wrapping/private-key/passphrase.ts';
import { refusal } from '../support.ts';

const ofLength = (length: number) => new SecretBytes(Buffer.alloc(length, 0x78));

describe('assertUsablePassphrase', () => {
  it('takes 1 to 1024 bytes', async () => {
    for (const length of [1, 2, 1023, 1024]) assertUsablePassphrase(ofLength(length));
    for (const length of [0, 1025, 5000]) {
      const error = await refusal(() => {
        assertUsablePassphrase(ofLength(length));
      });
      expect(error.code).toBe('passphrase-malformed');
    }
  });
});
