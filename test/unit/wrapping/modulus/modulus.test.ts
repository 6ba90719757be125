import { createPublicKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyFacts } from '../../../../src/wrapping/key-facts.ts';
import { modulusFault, sharedFactor } from '../../../../src/wrapping/modulus/modulus.ts';
import { hasRocaForm } from '../../../../src/wrapping/modulus/roca.ts';
import { prime, soundModulus, WEAK_MODULI } from '../../../support/wrapping/weak-moduli.ts';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';

describe('modulusFault', () => {
  it.each(WEAK_MODULI)('knows %s', (_, make, words) => {
    const modulus = make();
    expect(modulus.toString(2)).toHaveLength(2048);
    expect(modulusFault(modulus)).toContain(words);
  });

  it('finds no fault with a modulus of 2048 bits', () => {
    expect(modulusFault(soundModulus())).toBeUndefined();
  });

  it.each([
    ...['rsa-2048.pem', 'other-2048.pem', 'three-primes-2048.pem'],
    ...['rsa-3072.pem', 'rsa-4096.pem'],
  ])('finds no fault with %s, which OpenSSL made', (file) => {
    const { modulus = 0n } = keyFacts(createPublicKey(testKey(file)));
    expect(modulusFault(modulus)).toBeUndefined();
  });
});

describe('hasRocaForm', () => {
  it('takes no other number for one', () => {
    for (let count = 0; count < 1000; count += 1) {
      expect(hasRocaForm(BigInt(`0x${randomBytes(256).toString('hex')}`))).toBe(false);
    }
  });
});

describe('sharedFactor', () => {
  const common = prime(1024);
  const others = [soundModulus(), common * prime(1024), soundModulus()];

  it('finds the modulus that has a factor in common', () => {
    expect(sharedFactor(common * prime(1024), others)).toBe(1);
  });

  it('finds the same modulus', () => {
    expect(sharedFactor(others[2] ?? 0n, others)).toBe(2);
  });

  it('finds nothing among moduli that have nothing in common', () => {
    expect(sharedFactor(soundModulus(), others)).toBeUndefined();
    expect(sharedFactor(soundModulus(), [])).toBeUndefined();
  });
});
