import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { makeKeyPair } from '../../../src/wrapping/key-pair.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../src/wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../../src/wrapping/public-key/wrapping-public-key.ts';
import { asking, neverAsked, refusal } from './support.ts';

describe('makeKeyPair', () => {
  it('makes a public key that KMS takes and a private key that belongs to it', async () => {
    const pair = await makeKeyPair(undefined);
    const facts = readPublicKey(Buffer.from(pair.publicKeyPem), 'pub.pem');
    expect(facts).toMatchObject({ form: 'spki-pem', publicExponent: 65537n });
    expect(requireWrappingKey(facts, 'pub.pem').fingerprint).toBe(pair.fingerprint);
    const privateKey = await readPrivateKey(pair.privateKeyPem.bytes, 'key.pem', neverAsked);
    expect(privateKey).toMatchObject({ form: 'pkcs8-pem', fingerprint: pair.fingerprint });
  });

  it('encrypts the private key with the passphrase, which stays the caller’s', async () => {
    const passphrase = new SecretBytes(Buffer.from('pässphrase €'));
    const pair = await makeKeyPair(passphrase);
    expect(passphrase.bytes.toString()).toBe('pässphrase €');
    const { ask } = asking(passphrase.bytes);
    const privateKey = await readPrivateKey(pair.privateKeyPem.bytes, 'key.pem', ask);
    expect(privateKey).toMatchObject({
      form: 'encrypted-pkcs8-pem',
      fingerprint: pair.fingerprint,
    });
  });

  it('writes PEM exactly as OpenSSL does', async () => {
    const { privateKeyPem, publicKeyPem } = await makeKeyPair(undefined);
    const privateKey = createPrivateKey(privateKeyPem.bytes);
    const publicKey = createPublicKey(publicKeyPem);
    expect(privateKeyPem.bytes.toString()).toBe(
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    expect(publicKeyPem).toBe(publicKey.export({ type: 'spki', format: 'pem' }));
  });

  it('makes another pair each time', async () => {
    const one = await makeKeyPair(undefined);
    const two = await makeKeyPair(undefined);
    expect(one.fingerprint).not.toBe(two.fingerprint);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(1025)],
  ])('refuses a passphrase that is %s', async (_, text) => {
    const passphrase = new SecretBytes(Buffer.from(text));
    const error = await refusal(() => makeKeyPair(passphrase));
    expect(error.code).toBe('passphrase-malformed');
  });
});
