import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import { SM2_POINT } from '../../../../src/wrapping/sm2/curve.ts';
import { makeSm2Key, sm2UnwrappingKey } from '../../../../src/wrapping/sm2/private-key.ts';
import { refusal } from '../support.ts';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('SM2 where OpenSSL has no SM3, as in FIPS mode', () => {
  it('says so, and calls neither the key wrong nor kmsx defective', async () => {
    const key = sm2UnwrappingKey(makeSm2Key(), 'SHA256:');
    const wrapped = Buffer.concat([SM2_POINT.BASE.toBytes(false), Buffer.alloc(64)]);
    vi.spyOn(crypto, 'createHash').mockImplementation(() => {
      throw new Error('error:0308010C:digital envelope routines::unsupported');
    });
    syncBuiltinESMExports();
    const error = await refusal(() => key.unwrap(wrapped, findWrappingAlgorithm('SM2PKE')));
    expect([error.code, error.kind]).toEqual(['sm3-missing', 'io']);
  });
});
