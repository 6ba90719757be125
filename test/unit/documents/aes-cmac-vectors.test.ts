/* AES-CMAC on the vectors of Wycheproof. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aesCmac } from '../../../src/documents/aes-cmac.ts';
import { keyCheckValues } from '../../../src/documents/key-check-value.ts';

interface Vectors {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const VECTORS = new URL('../../vectors/aes_cmac_test.json', import.meta.url);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('AES-CMAC', () => {
  it('agrees with every vector of Wycheproof', () => {
    const text = readFileSync(VECTORS, 'utf8');
    const { testGroups, numberOfTests } = JSON.parse(text) as Vectors;
    let seen = 0;
    for (const { keySize, tagSize, tests } of testGroups) {
      const isAesKey = [128, 192, 256].includes(keySize);
      for (const { tcId, key, msg, tag, result } of tests) {
        seen += 1;
        if (isAesKey) {
          const computed = aesCmac(hex(key), hex(msg)).subarray(0, tagSize / 8);
          expect(computed.toString('hex') === tag, `tcId ${tcId}`).toBe(result === 'valid');
          continue;
        }
        // A key of another length is no AES key: it is refused, and has no check value by AES.
        expect(result, `tcId ${tcId}`).toBe('invalid');
        expect(() => aesCmac(hex(key), hex(msg)), `tcId ${tcId}`).toThrow();
        const methods = keyCheckValues(hex(key)).map(({ Method }) => Method);
        expect(methods, `tcId ${tcId}`).toEqual(keySize < 128 ? [] : ['SHA256-LABEL']);
      }
    }
    expect(seen).toBe(numberOfTests);
    expect(seen).toBeGreaterThan(300);
  });
});
