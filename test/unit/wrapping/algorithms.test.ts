import { describe, expect, it } from 'vitest';
import type { WrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import {
  assertFits,
  assertTakesKeySpec,
  defaultAlgorithm,
  findWrappingAlgorithm,
  findWrappingKeySpec,
  keySpecOf,
  algorithmNames,
  keySpecNames,
  WRAPPING_ALGORITHMS,
} from '../../../src/wrapping/algorithms.ts';
import { refusal } from './support.ts';

describe('the wrapping algorithms', () => {
  it('are those of KMS, with its limits', () => {
    const rows = WRAPPING_ALGORITHMS.map((each) => [
      each.name,
      each.keySpec,
      each.hash,
      each.maxDataKeyBytes,
      each.wrappedBytes,
    ]);
    expect(rows).toEqual([
      ['RSAES_OAEP_SHA_256', 'RSA_2048', 'sha256', 190, 256],
      ['RSAES_OAEP_SHA_1', 'RSA_2048', 'sha1', 214, 256],
      ['SM2PKE', 'EC_SM2', undefined, 6047, undefined],
    ]);
  });

  it('are shown by name', () => {
    expect(algorithmNames()).toEqual(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1', 'SM2PKE']);
    expect(keySpecNames()).toEqual(['RSA_2048', 'EC_SM2']);
  });

  it('are found by name', () => {
    for (const name of algorithmNames()) expect(findWrappingAlgorithm(name).name).toBe(name);
    expect(findWrappingKeySpec('RSA_2048')).toBe('RSA_2048');
    expect(defaultAlgorithm('RSA_2048').name).toBe('RSAES_OAEP_SHA_256');
    expect(defaultAlgorithm('EC_SM2').name).toBe('SM2PKE');
  });

  it('are told by the type of a key', () => {
    expect(keySpecOf({ keyType: 'rsa' })).toBe('RSA_2048');
    expect(keySpecOf({ keyType: 'sm2' })).toBe('EC_SM2');
    for (const keyType of ['rsa-pss', 'ec', 'ed25519', 'unknown']) {
      expect(keySpecOf({ keyType })).toBeUndefined();
    }
  });

  it.each([
    'RSAES_OAEP_SHA_512',
    'rsaes_oaep_sha_256',
    '',
    'constructor',
    'RSA_4096',
    '\u001b[31m',
  ])('refuse the name %j and show what there is', async (name) => {
    const algorithm = await refusal(() => findWrappingAlgorithm(name));
    expect(algorithm.code).toBe('bad-usage');
    expect(algorithm.message).toContain('RSAES_OAEP_SHA_256');
    expect(algorithm.message).not.toContain('\u001b');
    const keySpec = await refusal(() => findWrappingKeySpec(name));
    expect(keySpec.code).toBe('bad-usage');
    expect(keySpec.message).toContain('RSA_2048');
  });

  it.each(WRAPPING_ALGORITHMS)(
    '$name carries $maxDataKeyBytes bytes and not one more',
    async (each: WrappingAlgorithm) => {
      assertFits(each, each.maxDataKeyBytes);
      const error = await refusal(() => {
        assertFits(each, each.maxDataKeyBytes + 1);
      });
      expect(error).toMatchObject({
        code: 'data-key-too-long',
        details: { algorithm: each.name, maxBytes: each.maxDataKeyBytes },
      });
    },
  );

  it('take keys of their own spec only', async () => {
    const algorithm = defaultAlgorithm('RSA_2048');
    assertTakesKeySpec(algorithm, 'RSA_2048', 'pub.pem');
    const error = await refusal(() => {
      assertTakesKeySpec(algorithm, 'EC_SM2', 'pub.pem');
    });
    expect(error.code).toBe('wrapping-algorithm-mismatch');
    expect(error.message).toContain('pub.pem');
  });
});
