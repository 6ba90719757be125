import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { WrappingKeySpec } from './algorithms.ts';
import { keyFacts } from './key-facts.ts';
import { assertUsablePassphrase } from './private-key/passphrase.ts';
import { encodePem } from './pem.ts';

export interface WrappingKeyPair {
  /** PKCS#8 PEM; the caller disposes of it. */
  readonly privateKeyPem: SecretBytes;
  /** SPKI PEM. */
  readonly publicKeyPem: string;
  /** `SHA256:` and 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/**
 * Makes a wrapping key pair: RSA of 2048 bits with the exponent 65537, or SM2. With a passphrase the
 * private key is encrypted as OpenSSL does it (PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC; RFC 8018 §6.2).
 *
 * @param passphrase - 1 to 1024 bytes, not disposed of here; undefined for a private key in clear
 * @throws KmsxError `passphrase-malformed`
 */
export async function makeKeyPair(
  passphrase: SecretBytes | undefined,
  keySpec: WrappingKeySpec = 'RSA_2048',
): Promise<WrappingKeyPair> {
  if (passphrase !== undefined) assertUsablePassphrase(passphrase);
  const privateKey = keySpec === 'EC_SM2' ? await makeSm2Key() : await makeRsaKey();
  const { spki, fingerprint } = keyFacts(createPublicKey(privateKey));
  const publicKeyPem = encodePem('PUBLIC KEY', spki).toString('latin1');
  const privateKeyPem = new SecretBytes(exportPrivateKey(privateKey, passphrase));
  return { privateKeyPem, publicKeyPem, fingerprint };
}

async function makeSm2Key(): Promise<KeyObject> {
  const { makeSm2Key: make } = await import('./sm2/private-key.ts');
  return make();
}

/** Makes an RSA private key of 2048 bits with the exponent 65537, in OpenSSL's memory. */
export async function makeRsaKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicExponent: 65537,
  });
  return privateKey;
}

/** Through DER: Node gives PEM as a string, which nothing can overwrite. */
function exportPrivateKey(privateKey: KeyObject, passphrase: SecretBytes | undefined): Buffer {
  if (passphrase === undefined) {
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const pem = encodePem('PRIVATE KEY', der);
    der.fill(0);
    return pem;
  }
  const der = privateKey.export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: passphrase.bytes,
  });
  return encodePem('ENCRYPTED PRIVATE KEY', der);
}
