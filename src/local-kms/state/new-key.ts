import type { KeyObject } from 'node:crypto';
import { createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { readSm2Key } from '../encryption/sm2.ts';
import type { RandomBytes } from '../identifiers.ts';
import { randomLowerAlphanumeric, randomUuid } from '../identifiers.ts';
import type { Policy } from '../permissions/policy.ts';
import type { KeySpec, KeyUsage, ProtectionLevel, SecretKeySpec } from './key-spec.ts';
import { isSecretSpec, materialBytesOf, protectionLevelsOf } from './key-spec.ts';
import { rotationFrom } from './rotation.ts';
import type { KeyOrigin, KeyVersion, KmsKey } from './state.ts';

/** What a KMS key is made of. */
export interface NewKeyOptions {
  readonly accountId: string;
  readonly keySpec: KeySpec;
  /** By default ENCRYPT/DECRYPT. */
  readonly keyUsage?: KeyUsage;
  /** By default Aliyun_KMS. A key of Origin EXTERNAL has no version and waits for its material. */
  readonly origin?: KeyOrigin;
  /** By default the first of its spec. */
  readonly protectionLevel?: ProtectionLevel;
  readonly description: string;
  readonly createdAt: Date;
  readonly tags?: ReadonlyMap<string, string>;
  /** The interval of automatic rotation; absent without it. */
  readonly rotationSeconds?: number | undefined;
  readonly instanceId?: string | undefined;
  readonly policy?: Policy | undefined;
  readonly randomBytes: RandomBytes;
}

/** The length of what follows `key-` in the ids of a KMS instance's keys. */
const INSTANCE_KEY_ID_LENGTH = 21;

const RSA_BITS = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const;
const CURVES = { EC_P256: 'prime256v1', EC_P256K: 'secp256k1', EC_SM2: 'SM2' } as const;

const UNIT_SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** The seconds of an interval: a whole number and a unit, such as `365d` or `-1h`; NaN or 0 for anything else. */
export function intervalSeconds(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? 0);
}

/** Makes a KMS key with one version, or a key that waits for its material. */
export async function newKey(options: NewKeyOptions): Promise<KmsKey> {
  const { keySpec, createdAt, randomBytes, rotationSeconds, instanceId, policy } = options;
  const { origin = 'Aliyun_KMS' } = options;
  const isExternal = origin === 'EXTERNAL';
  return {
    keyId: newKeyId(instanceId, randomBytes),
    accountId: options.accountId,
    keySpec,
    keyUsage: options.keyUsage ?? 'ENCRYPT/DECRYPT',
    keyState: isExternal ? 'PendingImport' : 'Enabled',
    origin,
    protectionLevel: options.protectionLevel ?? protectionLevelsOf(keySpec)[0],
    tags: options.tags ?? new Map<string, string>(),
    description: options.description,
    createdAt,
    versions: isExternal ? [] : [await newVersion(keySpec, createdAt, randomBytes)],
    ...(rotationSeconds !== undefined && {
      rotation: rotationFrom(createdAt, rotationSeconds),
    }),
    ...(instanceId !== undefined && { instanceId }),
    ...(policy !== undefined && { policy }),
  };
}

/** Makes the id of a KMS key: a UUID, or `key-…` in a KMS instance. */
export function newKeyId(instanceId: string | undefined, randomBytes: RandomBytes): string {
  return instanceId === undefined
    ? randomUuid(randomBytes)
    : `key-${randomLowerAlphanumeric(randomBytes, INSTANCE_KEY_ID_LENGTH)}`;
}

function isRsa(keySpec: KeySpec): keySpec is keyof typeof RSA_BITS {
  return keySpec in RSA_BITS;
}

/** Makes a key version. RSA and EC keys come from OpenSSL's own random generator. */
export async function newVersion(
  keySpec: KeySpec,
  createdAt: Date,
  randomBytes: RandomBytes,
): Promise<KeyVersion> {
  if (isSecretSpec(keySpec)) return newSecretVersion(keySpec, createdAt, randomBytes);
  const { privateKey } = isRsa(keySpec)
    ? await promisify(generateKeyPair)('rsa', {
        modulusLength: RSA_BITS[keySpec],
        publicExponent: 65537,
      })
    : await promisify(generateKeyPair)('ec', { namedCurve: CURVES[keySpec] });
  return {
    keyVersionId: randomUuid(randomBytes),
    createdAt,
    material: privateKey.export({ format: 'der', type: 'pkcs8' }),
  };
}

/** Makes a version of a symmetric or HMAC key. */
export function newSecretVersion(
  keySpec: SecretKeySpec,
  createdAt: Date,
  randomBytes: RandomBytes,
): KeyVersion {
  const material = randomBytes(materialBytesOf(keySpec));
  return { keyVersionId: randomUuid(randomBytes), createdAt, material };
}

/** Whether bytes are the material of a KMS key of that spec: as long, or the private key as PKCS#8 in DER. */
export function isMaterialOf(keySpec: KeySpec, material: Buffer): boolean {
  if (isSecretSpec(keySpec)) return material.length === materialBytesOf(keySpec);
  // What Node says of SM2 keys depends on its version.
  if (keySpec === 'EC_SM2') return readSm2Key(material) !== undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
  } catch {
    return false;
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return isRsa(keySpec)
    ? key.asymmetricKeyType === 'rsa' && modulusLength === RSA_BITS[keySpec]
    : namedCurve === CURVES[keySpec];
}
