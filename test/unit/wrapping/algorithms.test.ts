import { describe, expect, it } from 'vitest';
import type { WrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import {
  assertFits,
  assertTakesKeySpec,
  defaultAlgorithm,
  findWrappingAlgorithm,
  findWrappingKeySpec,
  keySpecOf,
  offeredAlgorithms,
  offeredKeySpecs,
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

  it('are offered but for SM2', () => {
    expect(offeredAlgorithms()).toEqual(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']);
    expect(offeredKeySpecs()).toEqual(['RSA_2048']);
  });

  it('are found by name', () => {
    for (const name of offeredAlgorithms()) expect(findWrappingAlgorithm(name).name).toBe(name);
    expect(findWrappingKeySpec('RSA_2048')).toBe('RSA_2048');
    expect(defaultAlgorithm('RSA_2048').name).toBe('RSAES_OAEP_SHA_256');
  });

  it.each(['SM2PKE', 'EC_SM2'])('refuse %s by name', async (name) => {
    const find = name === 'SM2PKE' ? findWrappingAlgorithm : findWrappingKeySpec;
    const error = await refusal(() => find(name));
    expect(error).toMatchObject({ kind: 'usage', code: 'not-offered-yet' });
    expect(error.message).toContain(name);
    expect((await refusal(() => defaultAlgorithm('EC_SM2'))).code).toBe('not-offered-yet');
  });

  it('are told by the type of a key', async () => {
    const facts = { spki: Buffer.alloc(0), fingerprint: '' };
    expect(keySpecOf({ ...facts, keyType: 'rsa' }, 'pub.pem')).toBe('RSA_2048');
    for (const keyType of ['rsa-pss', 'ec', 'ed25519', 'unknown']) {
      expect(keySpecOf({ ...facts, keyType }, 'pub.pem')).toBeUndefined();
    }
    expect(await refusal(() => keySpecOf({ ...facts, keyType: 'sm2' }, 'pub.pem'))).toMatchObject({
      kind: 'usage',
      code: 'not-offered-yet',
      message: 'pub.pem holds an SM2 key; EC_SM2 is not offered yet',
    });
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
    expect(algorithm.message).not.toContain('SM2');
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
