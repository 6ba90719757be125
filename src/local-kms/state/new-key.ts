import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Policy } from '../permissions/policy.ts';
import type { RandomBytes } from '../identifiers.ts';
import { randomLowerAlphanumeric, randomUuid } from '../identifiers.ts';
import type { KeyOrigin, KeySpec, KeyUsage, KeyVersion, KmsKey, ProtectionLevel } from './state.ts';

export interface NewKeyOptions {
  readonly accountId: string;
  readonly keySpec: KeySpec;
  /** Without it ENCRYPT/DECRYPT. */
  readonly keyUsage?: KeyUsage;
  /** Without it Aliyun_KMS. A key of Origin EXTERNAL has no version and waits for its material. */
  readonly origin?: KeyOrigin;
  /** Without it SOFTWARE. */
  readonly protectionLevel?: ProtectionLevel;
  readonly description: string;
  readonly createdAt: Date;
  readonly tags?: ReadonlyMap<string, string>;
  /** Of automatic rotation; without it there is none. */
  readonly rotationSeconds?: number | undefined;
  readonly instanceId?: string | undefined;
  readonly policy?: Policy | undefined;
  readonly randomBytes: RandomBytes;
}

/** The length of what follows `key-` in the ids of a KMS instance's keys. */
const INSTANCE_KEY_ID_LENGTH = 21;

/** Makes a KMS key with one version, or a key that waits for its material. */
export async function newKey(options: NewKeyOptions): Promise<KmsKey> {
  const { keySpec, createdAt, randomBytes, rotationSeconds, instanceId, policy } = options;
  const { origin = 'Aliyun_KMS' } = options;
  const isExternal = origin === 'EXTERNAL';
  return {
    keyId:
      instanceId === undefined
        ? randomUuid(randomBytes)
        : `key-${randomLowerAlphanumeric(randomBytes, INSTANCE_KEY_ID_LENGTH)}`,
    accountId: options.accountId,
    keySpec,
    keyUsage: options.keyUsage ?? 'ENCRYPT/DECRYPT',
    keyState: isExternal ? 'PendingImport' : 'Enabled',
    origin,
    protectionLevel: options.protectionLevel ?? 'SOFTWARE',
    tags: options.tags ?? new Map<string, string>(),
    description: options.description,
    createdAt,
    versions: isExternal ? [] : [await newVersion(keySpec, createdAt, randomBytes)],
    ...(rotationSeconds !== undefined && {
      rotation: {
        intervalSeconds: rotationSeconds,
        nextAt: new Date(createdAt.getTime() + 1000 * rotationSeconds),
      },
    }),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && { policy }),
  };
}

/** Makes a key version. RSA and EC keys come from OpenSSL's own random generator. */
export async function newVersion(
  keySpec: KeySpec,
  createdAt: Date,
  randomBytes: RandomBytes,
): Promise<KeyVersion> {
  if (keySpec === 'Aliyun_AES_256') return newSymmetricVersion(createdAt, randomBytes);
  return {
    keyVersionId: randomUuid(randomBytes),
    createdAt,
    material: await newPrivateKey(keySpec),
  };
}

/** Makes a version of a key of spec Aliyun_AES_256. */
export function newSymmetricVersion(createdAt: Date, randomBytes: RandomBytes): KeyVersion {
  return { keyVersionId: randomUuid(randomBytes), createdAt, material: randomBytes(32) };
}

async function newPrivateKey(keySpec: Exclude<KeySpec, 'Aliyun_AES_256'>): Promise<Buffer> {
  const { privateKey } =
    keySpec === 'RSA_2048' || keySpec === 'RSA_3072'
      ? await promisify(generateKeyPair)('rsa', {
          modulusLength: keySpec === 'RSA_2048' ? 2048 : 3072,
          publicExponent: 65537,
        })
      : await promisify(generateKeyPair)('ec', {
          namedCurve: keySpec === 'EC_P256' ? 'prime256v1' : 'secp256k1',
        });
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}
