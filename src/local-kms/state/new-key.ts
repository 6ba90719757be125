import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { RandomBytes } from '../identifiers.ts';
import { randomUuid } from '../identifiers.ts';
import type { KeySpec, KmsKey } from './state.ts';

export interface NewKeyOptions {
  readonly accountId: string;
  readonly keySpec: KeySpec;
  readonly description: string;
  readonly createdAt: Date;
  readonly randomBytes: RandomBytes;
}

/** Makes an enabled KMS key with one version. RSA keys come from OpenSSL's own random generator. */
export async function newKey(options: NewKeyOptions): Promise<KmsKey> {
  const { accountId, keySpec, description, createdAt, randomBytes } = options;
  const material = await newMaterial(keySpec, randomBytes);
  return {
    keyId: randomUuid(randomBytes),
    accountId,
    keySpec,
    keyUsage: 'ENCRYPT/DECRYPT',
    keyState: 'Enabled',
    origin: 'Aliyun_KMS',
    protectionLevel: 'SOFTWARE',
    tags: new Map(),
    description,
    createdAt,
    versions: [{ keyVersionId: randomUuid(randomBytes), createdAt, material }],
  };
}

async function newMaterial(keySpec: KeySpec, randomBytes: RandomBytes): Promise<Buffer> {
  if (keySpec === 'Aliyun_AES_256') return randomBytes(32);
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: keySpec === 'RSA_2048' ? 2048 : 3072,
    publicExponent: 65537,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return privateKey;
}
