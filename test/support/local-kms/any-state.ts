import fc from 'fast-check';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Policy, PolicyKind } from '../../../src/local-kms/permissions/policy.ts';
import { parsePolicy } from '../../../src/local-kms/permissions/policy.ts';
import { aliasArn, secretArn } from '../../../src/local-kms/resource-name.ts';
import type { KeySpec } from '../../../src/local-kms/state/key-spec.ts';
import { KEY_USAGES } from '../../../src/local-kms/state/key-spec.ts';
import type { AccessKey, KmsKey, KmsState, Secret } from '../../../src/local-kms/state/state.ts';
import { testKey } from '../wrapping/wrapping-keys.ts';

const EC = { publicKeyEncoding: { type: 'spki', format: 'der' } } as const;
const materials = {
  Aliyun_AES_256: randomBytes(32),
  Aliyun_AES_192: randomBytes(24),
  Aliyun_AES_128: randomBytes(16),
  Aliyun_SM4: randomBytes(16),
  RSA_2048: pkcs8('rsa-2048.pem'),
  RSA_3072: pkcs8('rsa-3072.pem'),
  RSA_4096: pkcs8('rsa-4096.pem'),
  EC_P256: ec('prime256v1'),
  EC_P256K: ec('secp256k1'),
  EC_SM2: ec('SM2'),
  HMAC_SM3: randomBytes(32),
  HMAC_SHA_224: randomBytes(28),
  HMAC_SHA_256: randomBytes(32),
  HMAC_SHA_384: randomBytes(48),
  HMAC_SHA_512: randomBytes(64),
} as const satisfies Readonly<Record<KeySpec, Buffer>>;

function pkcs8(file: string): Buffer {
  return createPrivateKey(testKey(file)).export({ type: 'pkcs8', format: 'der' });
}

function ec(namedCurve: string): Buffer {
  const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;
  return generateKeyPairSync('ec', { namedCurve, ...EC, privateKeyEncoding }).privateKey;
}

function policyOf(action: string, kind: PolicyKind): Policy {
  const principal = kind === 'key' ? { Principal: '*' } : {};
  const statement = { Effect: 'Allow', Action: action, Resource: '*', ...principal };
  const policy = parsePolicy({ Version: '1', Statement: [statement] }, kind);
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
}

const date = fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const accountId = fc.constantFrom('1234567890123456', '6543210987654321');
const tags = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((pairs) => new Map(pairs));
const policyOfKind = (kind: PolicyKind): fc.Arbitrary<Policy> =>
  fc.constantFrom('kms:*', 'kms:Decrypt').map((action) => policyOf(action, kind));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

/** Leaves out what is undefined, as the state does. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[]) =>
  fc.record(model, { requiredKeys: required }) as fc.Arbitrary<T>;

const key: fc.Arbitrary<KmsKey> = fc
  .constantFrom(...(Object.keys(materials) as (keyof typeof materials)[]))
  .chain((keySpec) => {
    const version = fc.record({
      keyVersionId: fc.uuid(),
      createdAt: date,
      material: fc.constant(materials[keySpec]),
    });
    return record<KmsKey>(
      {
        keyId: fc.oneof(
          fc.uuid(),
          fc.uuid().map((id) => `key-${id.replaceAll('-', '')}`),
        ),
        accountId,
        keySpec: fc.constant(keySpec),
        keyUsage: fc.constantFrom(...KEY_USAGES),
        keyState: fc.constantFrom('Enabled', 'Disabled'),
        origin: fc.constantFrom('Aliyun_KMS', 'EXTERNAL'),
        protectionLevel: fc.constantFrom('SOFTWARE', 'HSM'),
        description: fc.string({ unit: 'grapheme' }),
        createdAt: date,
        versions: fc.array(version, { minLength: 1, maxLength: 3 }),
        tags,
        rotation: fc.record({ intervalSeconds: fc.integer({ min: 1 }), nextAt: date }),
        instanceId: fc.constant('kst-test'),
        policy: policyOfKind('key'),
        deletionProtection: fc.record({ description: fc.string() }),
        imported: record({ keyVersionId: fc.uuid(), digest: bytes32, expiresAt: date }, [
          'keyVersionId',
          'digest',
        ]),
      },
      [
        ...(['keyId', 'accountId', 'keySpec', 'keyUsage', 'keyState', 'origin'] as const),
        ...(['protectionLevel', 'description', 'createdAt', 'versions', 'tags'] as const),
      ],
    );
  })
  .chain((enabled) =>
    date.map((deleteAt): KmsKey =>
      deleteAt.getTime() % 3 === 0
        ? { ...enabled, keyState: 'PendingDeletion', deleteAt }
        : enabled,
    ),
  );

const accessKey = record<AccessKey>(
  {
    accessKeyId: fc.stringMatching(/^[A-Za-z0-9]{8,20}$/),
    accessKeySecret: fc.stringMatching(/^[A-Za-z0-9]{8,30}$/),
    accountId,
    status: fc.constantFrom('Active', 'Inactive'),
    userName: text,
    policies: fc.array(policyOfKind('ram'), { maxLength: 2 }),
    securityToken: fc.record({
      token: fc.stringMatching(/^[A-Za-z0-9+/=_.-]{1,80}$/),
      expiresAt: date,
    }),
  },
  ['accessKeyId', 'accessKeySecret', 'accountId', 'status'],
);

const secret = record<Secret>(
  {
    accountId,
    secretName: text,
    description: fc.string(),
    createdAt: date,
    updatedAt: date,
    encryptionKeyId: fc.uuid(),
    instanceId: fc.constant('kst-test'),
    tags,
    deleteAt: date,
    versions: fc.array(
      fc.record({
        versionId: text,
        createdAt: date,
        dataType: fc.constantFrom('text', 'binary'),
        data: fc.string({ unit: 'grapheme' }),
        stages: fc.array(text, { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  ['accountId', 'secretName', 'description', 'createdAt', 'updatedAt', 'tags', 'versions'],
);

/** Any state. */
export const anyState: fc.Arbitrary<KmsState> = fc
  .record({
    importTokenKey: bytes32,
    accessKeys: fc.array(accessKey, { minLength: 1, maxLength: 3 }),
    keys: fc.array(key, { maxLength: 4 }),
    aliasNames: fc.array(fc.stringMatching(/^alias\/[a-z]{1,9}$/), { maxLength: 4 }),
    secrets: fc.array(secret, { maxLength: 3 }),
  })
  .map(({ importTokenKey, accessKeys, keys, aliasNames, secrets }) => ({
    importTokenKey,
    accessKeys: new Map(accessKeys.map((item) => [item.accessKeyId, item])),
    keys: new Map(keys.map((item) => [item.keyId, item])),
    aliases: new Map(
      aliasNames.flatMap((aliasName, index) => {
        const owner = keys[index];
        if (owner === undefined) return [];
        const { keyId, accountId: account } = owner;
        return [[aliasArn(account, aliasName), { accountId: account, aliasName, keyId }]];
      }),
    ),
    secrets: new Map(secrets.map((item) => [secretArn(item.accountId, item.secretName), item])),
  }));
