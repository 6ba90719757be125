import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { locatePrivateKey } from '../../../../src/wrapping/private-key/private-key-file.ts';
import { privateKeyFiles, publicKeyFiles } from '../../../keys/forms.ts';
import { refusal, sequence, testKey, tlv } from '../support.ts';

const pem = testKey('rsa-2048-pkcs8.pem');
const pkcs8 = testKey('rsa-2048-pkcs8.der');
const spki = testKey('rsa-2048-pub.der');
const jwk = createPrivateKey(pem).export({ format: 'jwk' });

async function codeOf(content: string | Uint8Array): Promise<string> {
  return (await refusal(() => locatePrivateKey(Buffer.from(content), 'key.pem'))).code;
}

describe('locatePrivateKey', () => {
  it.each(privateKeyFiles('rsa-2048'))('finds $form in $file', ({ file, form, encrypted }) => {
    expect(locatePrivateKey(testKey(file), file)).toMatchObject({ form, encrypted });
  });

  it('overwrites the copy that it decoded, and not the file', async () => {
    const bytes = Buffer.from(pem);
    const located = locatePrivateKey(bytes, 'key.pem');
    const key = await located.read();
    expect(await key.open(undefined)).toMatchObject({ type: 'private' });
    located.dispose();
    expect(() => key.open(undefined)).toThrow();
    expect(bytes.equals(pem)).toBe(true);
  });

  it.each(publicKeyFiles('rsa-2048'))('knows $file for a public key', async ({ file }) => {
    const error = await refusal(() => locatePrivateKey(testKey(file), 'key.pem'));
    expect(error.code).toBe('privkey-is-public');
    expect(error.message).toBe('key.pem holds a public key; --privkey takes the private half');
  });

  const refused: [string, string | Buffer, string][] = [
    [
      'a public JWK',
      JSON.stringify(createPublicKey(pem).export({ format: 'jwk' })),
      'privkey-is-public',
    ],
    ['a certificate request', testKey('rsa-2048-csr.pem'), 'privkey-is-public'],
    ['an OpenSSH public key', testKey('openssh.pub'), 'privkey-is-public'],
    ['a DER public key and a private one', Buffer.concat([spki, pkcs8]), 'privkey-is-public'],
    ['two private keys', Buffer.concat([pem, testKey('other-2048.pem')]), 'privkey-several'],
    ['a private key twice', Buffer.concat([pem, pem]), 'privkey-several'],
    [
      'a clear and a sealed key',
      Buffer.concat([pem, testKey('rsa-2048-scrypt.pem')]),
      'privkey-several',
    ],
    ['DER and a byte', Buffer.concat([pkcs8, Buffer.from([0])]), 'privkey-trailing-bytes'],
    ['two DER keys', Buffer.concat([pkcs8, pkcs8]), 'privkey-trailing-bytes'],
    [
      'PKCS#12 and a byte',
      Buffer.concat([testKey('rsa-2048-modern.p12'), Buffer.from([0])]),
      'privkey-trailing-bytes',
    ],
    ['PEM and text', Buffer.concat([pem, Buffer.from('ok\n')]), 'privkey-trailing-bytes'],
    [
      'legacy PEM and text',
      Buffer.concat([testKey('rsa-2048-legacy-des3.pem'), Buffer.from('ok')]),
      'privkey-trailing-bytes',
    ],
    [
      'a PEM body with more after its DER',
      armour(Buffer.concat([pkcs8, Buffer.from([0])])),
      'privkey-trailing-bytes',
    ],
    ['nothing', '', 'input-empty'],
    ['a path', 'wrapping.pem\n', 'privkey-malformed'],
    ['PEM without its end', pem.subarray(0, 300), 'privkey-malformed'],
    ['a public key under a private label', armour(spki), 'privkey-malformed'],
    ['PEM that holds no key', armour(sequence([tlv(0x02, Buffer.from([1]))])), 'privkey-malformed'],
    ['base64 of a private key', pkcs8.toString('base64'), 'privkey-malformed'],
    ['DER that is cut', pkcs8.subarray(0, 400), 'privkey-malformed'],
    ['UTF-16', Buffer.from(`\uFEFF${pem.toString()}`, 'utf16le'), 'privkey-malformed'],
    [
      'parameters alone',
      armour(Buffer.from('06082a8648ce3d030107', 'hex'), 'EC PARAMETERS'),
      'privkey-malformed',
    ],
    ['another JSON document', '{"Format":"kmsx-backup/1"}', 'privkey-malformed'],
    ['JSON that is cut', '{"kty":"RSA"', 'json-malformed'],
    ['a private JWK', JSON.stringify(jwk), 'privkey-unsupported'],
    ['an OpenSSH private key', testKey('openssh'), 'privkey-unsupported'],
    ['a traditional DSA key', testKey('dsa-traditional.der'), 'privkey-unsupported'],
  ];
  it.each(refused)('refuses %s', async (_, content, code) => {
    expect(await codeOf(content)).toBe(code);
  });

  it('says nothing of the content in an error', async () => {
    for (const content of [JSON.stringify(jwk), pkcs8.toString('base64'), pem.subarray(0, 300)]) {
      const error = await refusal(() => locatePrivateKey(Buffer.from(content), 'key.pem'));
      const told = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
      expect(told).not.toContain(content.toString().slice(40, 60));
    }
  });

  it('throws nothing but its own errors, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string(), fc.json()),
        (content) => {
          try {
            locatePrivateKey(Buffer.from(content), 'key.pem').dispose();
          } catch (error) {
            expect(error).toBeInstanceOf(KmsxError);
          }
        },
      ),
    );
  });
});

function armour(body: Buffer, label = 'PRIVATE KEY'): string {
  return `-----BEGIN ${label}-----\n${body.toString('base64')}\n-----END ${label}-----\n`;
}
