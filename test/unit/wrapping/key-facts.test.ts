import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyFacts } from '../../../src/wrapping/key-facts.ts';
import { testKey } from './support.ts';

describe('keyFacts', () => {
  it('tells of an RSA key what Node tells', () => {
    for (const file of [
      'rsa-2048.pem',
      'rsa-3072.pem',
      'exponent-3.pem',
      'three-primes-2048.pem',
    ]) {
      const key = createPublicKey(testKey(file));
      const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
      expect(keyFacts(key)).toMatchObject({
        keyType: 'rsa',
        modulusBits: modulusLength,
        publicExponent,
      });
    }
  });

  it.each([
    ['P-256', 'P-256'],
    ['P-384', 'P-384'],
    ['P-521', 'P-521'],
    ['secp256k1', 'secp256k1'],
    ['brainpoolP256r1', '1.3.36.3.3.2.8.1.1.7'],
  ])('names the curve %s', (namedCurve, curve) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    expect(keyFacts(publicKey)).toMatchObject({ keyType: 'ec', curve });
  });

  it('knows SM2, which Node has no name for', () => {
    const key = createPublicKey(createPrivateKey(testKey('sm2.pem')));
    expect(keyFacts(key)).toMatchObject({ keyType: 'sm2', curve: 'SM2' });
  });

  it('takes the fingerprint of the SPKI in DER', () => {
    const spki = testKey('rsa-2048-pub.der');
    const digest = createHash('sha256').update(spki).digest('hex');
    const facts = keyFacts(createPublicKey(testKey('rsa-2048-pub-pkcs1.pem')));
    expect(facts.spki.equals(spki)).toBe(true);
    expect(facts.fingerprint).toBe(`SHA256:${digest}`);
  });
});
