import fc from 'fast-check';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { readSeed } from '../../../../src/local-kms/seed/read-seed.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import { parseState } from '../../../../src/local-kms/state/document/parse-state.ts';
import type { KmsKey, KmsState } from '../../../../src/local-kms/state/state.ts';

type Fields = Record<string, unknown>;

const NOW = new Date('2026-03-01T12:00:00.000Z');
const ACCOUNT = '1234567890123456';
const ID = '11111111-1111-4111-8111-111111111111';
const OTHER_ID = '22222222-2222-4222-8222-222222222222';
const SECRET = 'thisIsVerySecret';
const ACCESS_KEY = { AccessKeyId: 'LTAI5tA', AccessKeySecret: SECRET };

const read = (seed: unknown): Promise<KmsState> =>
  readSeed(JSON.stringify(seed), 'seed.json', { now: NOW, randomBytes });

function seedOf(account: Fields, more: Fields = {}): Fields {
  const whole = { AccountId: ACCOUNT, AccessKeys: [ACCESS_KEY], ...account };
  return { Format: 'kmsx-local-kms-seed/1', Accounts: [whole], ...more };
}
const keySeed = (key: Fields, more: Fields = {}): Fields => seedOf({ Keys: [key] }, more);

async function keyOf(key: Fields, more: Fields = {}): Promise<KmsKey> {
  const [found] = (await read(keySeed(key, more))).keys.values();
  if (found === undefined) throw new Error('no key');
  return found;
}

async function messageOf(seed: unknown): Promise<string> {
  try {
    await read(seed);
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    expect(error).toMatchObject({ code: 'seed-malformed', kind: 'usage' });
    expect(error.message).not.toContain(SECRET);
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('the seed was taken');
}

const pem = (type: 'rsa' | 'ec', options: Fields): string => {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...options });
  return pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
};

describe('a key of a seed', () => {
  it('is an enabled symmetric key if nothing else is said', async () => {
    const key = await keyOf({});
    expect(key).toMatchObject({
      accountId: ACCOUNT,
      keySpec: 'Aliyun_AES_256',
      keyUsage: 'ENCRYPT/DECRYPT',
      keyState: 'Enabled',
      origin: 'Aliyun_KMS',
      protectionLevel: 'SOFTWARE',
      createdAt: NOW,
    });
    expect(key.versions).toHaveLength(1);
    expect(key.versions[0]?.material).toHaveLength(32);
  });

  it('has what the seed says', async () => {
    const material = randomBytes(32);
    const key = await keyOf({
      KeyId: 'key-abc',
      KeyState: 'PendingDeletion',
      DeleteDate: '+7d',
      DKMSInstanceId: 'kst-a',
      ProtectionLevel: 'HSM',
      Description: 'a key',
      CreationDate: '2026-01-31T09:00:00Z',
      RotationInterval: '30d',
      NextRotationDate: '+2h',
      Tags: [{ TagKey: 'a', TagValue: 'b' }],
      Versions: [
        { KeyVersionId: ID },
        { KeyVersionId: OTHER_ID, Material: material.toString('base64') },
      ],
    });
    expect(key).toMatchObject({
      keyId: 'key-abc',
      keyState: 'PendingDeletion',
      deleteAt: new Date('2026-03-08T12:00:00Z'),
      instanceId: 'kst-a',
      protectionLevel: 'HSM',
      description: 'a key',
      createdAt: new Date('2026-01-31T09:00:00Z'),
      rotation: { intervalSeconds: 2_592_000, nextAt: new Date('2026-03-01T14:00:00Z') },
      tags: new Map([['a', 'b']]),
    });
    expect(key.versions.map(({ keyVersionId }) => keyVersionId)).toEqual([ID, OTHER_ID]);
    expect(key.versions[1]?.material).toEqual(material);
  });

  it('rotates next an interval after its last version was made', async () => {
    const key = await keyOf({
      CreationDate: '-400d',
      RotationInterval: '365d',
      Versions: [{}, { CreationDate: '-65d' }],
    });
    expect(key.rotation?.nextAt).toEqual(new Date(NOW.getTime() + 300 * 86_400_000));
  });

  it.each([
    ['Aliyun_AES_128', 'ENCRYPT/DECRYPT', 'HSM', 16],
    ['Aliyun_AES_192', 'ENCRYPT/DECRYPT', 'HSM', 24],
    ['HMAC_SHA_384', 'GENERATE/VERIFY', 'SOFTWARE', 48],
  ])('of the spec %s is of a KMS instance', async (KeySpec, keyUsage, protectionLevel, length) => {
    const key = await keyOf({ KeySpec, DKMSInstanceId: 'kst-a' });
    expect(key).toMatchObject({ keySpec: KeySpec, keyUsage, protectionLevel });
    expect(key.versions[0]?.material).toHaveLength(length);
    await expect(keyOf({ KeySpec })).rejects.toThrow(
      `DKMSInstanceId is missing, which ${KeySpec} needs`,
    );
  });

  it.each([
    ['Aliyun_SM4', {}, 'ENCRYPT/DECRYPT', 16],
    ['EC_SM2', { KeyUsage: 'SIGN/VERIFY' }, 'SIGN/VERIFY', 138],
  ])('of the spec %s is of a managed HSM', async (KeySpec, more, keyUsage, length) => {
    const key = await keyOf({ KeySpec, ...more });
    expect(key).toMatchObject({ keySpec: KeySpec, keyUsage, protectionLevel: 'HSM' });
    expect(key.versions[0]?.material).toHaveLength(length);
    const material = key.versions[0]?.material.toString('base64');
    const again = await keyOf({ KeySpec, ...more, Versions: [{ Material: material }] });
    expect(again.versions[0]?.material).toEqual(key.versions[0]?.material);
  });

  it('may have its private key as PEM or as DER', async () => {
    const rsa = pem('rsa', {});
    const der = rsa.replaceAll(/-----.*-----|\n/g, '');
    for (const Material of [rsa, der]) {
      const Versions = [{ Material }];
      const key = await keyOf({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT', Versions });
      expect(key.versions[0]?.material.toString('base64')).toBe(der);
    }
  });

  it('of Origin EXTERNAL waits for its material, or has it imported', async () => {
    expect(await keyOf({ Origin: 'EXTERNAL' })).toMatchObject({
      keyState: 'PendingImport',
      versions: [],
    });
    const imported = await keyOf({
      Origin: 'EXTERNAL',
      MaterialExpireTime: '+1d',
      Versions: [{ KeyVersionId: ID, Material: Buffer.alloc(32, 7).toString('base64') }],
    });
    expect(imported).toMatchObject({
      keyState: 'Enabled',
      imported: {
        keyVersionId: ID,
        digest: createHash('sha256').update(Buffer.alloc(32, 7)).digest(),
        expiresAt: new Date('2026-03-02T12:00:00Z'),
      },
    });
  });
});

describe('what is left out', () => {
  const left = seedOf({ AccessKeys: [{}], Keys: [{}, { DKMSInstanceId: 'kst-a' }] });

  it('is random without DeriveFrom', async () => {
    expect(formatState(await read(left))).not.toEqual(formatState(await read(left)));
  });

  it('is the same each time with it, and another with another text', async () => {
    const derived = async (text: string): Promise<string> =>
      formatState(await read({ ...left, DeriveFrom: text })).toString();
    expect(await derived('a first text')).toBe(await derived('a first text'));
    expect(await derived('a first text')).not.toBe(await derived('a second text'));
  });

  it('does not change what is derived for others that have ids', async () => {
    const version = { KeyVersionId: ID };
    const more = { DeriveFrom: 'some text' };
    const alone = await keyOf({ KeyId: ID, Versions: [version] }, more);
    const state = await read(
      seedOf({ Keys: [{}, { KeyId: OTHER_ID, Versions: [version] }] }, more),
    );
    expect(state.keys.get(OTHER_ID)?.versions[0]?.material).toEqual(alone.versions[0]?.material);
  });

  it('differs from version to version', async () => {
    const key = await keyOf({ Versions: [{}, {}, {}] }, { DeriveFrom: 'some text' });
    const seen = new Set(key.versions.map(({ material }) => material.toString('hex')));
    expect(seen.size).toBe(3);
  });

  it('is made of the bytes that docs/seed.md says', async () => {
    const { hkdfSync } = await import('node:crypto');
    const key = await keyOf({ Versions: [{ KeyVersionId: ID }] }, { DeriveFrom: 'some text' });
    const expected = hkdfSync('sha256', 'some text', 'kmsx-local-kms-seed/1', `Material ${ID}`, 32);
    expect(key.versions[0]?.material).toEqual(Buffer.from(expected));
  });
});

describe('a secret of a seed', () => {
  it('has labels as if its versions had been put one after the other', async () => {
    const Versions = ['v1', 'v2', 'v3'].map((VersionId) => ({ VersionId, SecretData: VersionId }));
    const state = await read(seedOf({ Secrets: [{ SecretName: 'a/b', Versions }] }));
    const [secret] = state.secrets.values();
    expect(secret?.versions.map(({ stages }) => stages)).toEqual([
      [],
      ['ACSPrevious'],
      ['ACSCurrent'],
    ]);
  });
});

describe('a mistake is reported with its place', () => {
  const P = '/Accounts/0';
  const policy = (statement: Fields): Fields => ({ Version: '1', Statement: [statement] });
  const secret = (more: Fields): Fields =>
    seedOf({
      Secrets: [{ SecretName: 'a', Versions: [{ VersionId: 'v', SecretData: SECRET }], ...more }],
    });

  it.each<[string, Fields, string]>([
    ['another Format', seedOf({}, { Format: 'kmsx-local-kms-seed/2' }), '/Format must be "kmsx'],
    ['no account', { Format: 'kmsx-local-kms-seed/1', Accounts: [] }, '/Accounts must be a list'],
    ['an unknown field', seedOf({ Key: [] }), `${P}/Key is not known here; what is: AccountId`],
    ['no AccountId', seedOf({ AccountId: undefined }), `${P}/AccountId is missing`],
    [
      'an AccountId of letters',
      seedOf({ AccountId: 'a' }),
      `${P}/AccountId must be the account's id`,
    ],
    ['a short text', seedOf({}, { DeriveFrom: 'short' }), '/DeriveFrom must be a text of 8 to'],
    [
      'a secret that is none',
      seedOf({ AccessKeys: [{ AccessKeySecret: `${SECRET}!` }] }),
      `${P}/AccessKeys/0/AccessKeySecret must be 1 to 128 letters`,
    ],
    [
      'nobody to announce',
      seedOf({ AccessKeys: [{ ...ACCESS_KEY, Status: 'Inactive' }] }),
      '/Accounts must have an access key that is Active',
    ],
    [
      'policies of nobody',
      seedOf({ AccessKeys: [{ ...ACCESS_KEY, Policies: [] }] }),
      `${P}/AccessKeys/0/UserName is missing, which Policies needs`,
    ],
    [
      'a token without its end',
      seedOf({ AccessKeys: [ACCESS_KEY, { SecurityToken: 'a', UserName: 'a:b' }] }),
      `${P}/AccessKeys/1/SecurityTokenExpiration is missing`,
    ],
    [
      'a token of a user',
      seedOf({
        AccessKeys: [
          ACCESS_KEY,
          { SecurityToken: 'a', UserName: 'a', SecurityTokenExpiration: '+1h' },
        ],
      }),
      `${P}/AccessKeys/1/UserName must be ROLE:SESSION`,
    ],
    [
      'a session without a token',
      seedOf({ AccessKeys: [ACCESS_KEY, { UserName: 'a:b' }] }),
      `${P}/AccessKeys/1/SecurityToken is missing`,
    ],
    [
      'an access key twice',
      seedOf({ AccessKeys: [ACCESS_KEY, ACCESS_KEY] }),
      `${P}/AccessKeys/1/AccessKeyId is the same as ${P}/AccessKeys/0/AccessKeyId`,
    ],
    [
      'a wrong policy',
      seedOf({
        AccessKeys: [
          {
            ...ACCESS_KEY,
            UserName: 'a',
            Policies: [
              policy({
                Effect: 'Allow',
                Action: 'kms:*',
                Resource: '*',
                Condition: { Null: { a: 'b' } },
              }),
            ],
          },
        ],
      }),
      `${P}/AccessKeys/0/Policies/0/Statement/0/Condition/Null is not a condition operator`,
    ],
    [
      'a wrong key policy',
      keySeed({ Policy: policy({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }) }),
      `${P}/Keys/0/Policy/Statement/0/Principal must be`,
    ],
    [
      'a day that is none',
      keySeed({ CreationDate: '2026-02-30T00:00:00Z' }),
      `${P}/Keys/0/CreationDate must be a valid time`,
    ],
    [
      'a key id twice',
      seedOf({ Keys: [{ KeyId: ID }, { KeyId: ID }] }),
      `${P}/Keys/1/KeyId is the same as ${P}/Keys/0/KeyId`,
    ],
    [
      'a version id twice',
      seedOf({
        Keys: [{ Versions: [{ KeyVersionId: ID }] }, { Versions: [{ KeyVersionId: ID }] }],
      }),
      `${P}/Keys/1/Versions/0/KeyVersionId is the same`,
    ],
    [
      'an alias twice',
      seedOf({ Keys: [{ Aliases: ['alias/a'] }, { Aliases: ['alias/a'] }] }),
      `${P}/Keys/1/Aliases/0 is the same as`,
    ],
    [
      'an alias of KMS itself',
      keySeed({ Aliases: ['alias/acs/kms'] }),
      `${P}/Keys/0/Aliases/0 must be alias/`,
    ],
    [
      'a UUID in an instance',
      keySeed({ KeyId: ID, DKMSInstanceId: 'kst-a' }),
      `${P}/Keys/0/KeyId must begin with key-`,
    ],
    ['key- without instance', keySeed({ KeyId: 'key-a' }), `${P}/Keys/0/KeyId must be a UUID`],
    [
      '16 bytes',
      keySeed({ Versions: [{ Material: Buffer.alloc(16).toString('base64') }] }),
      `${P}/Keys/0/Versions/0/Material must be base64 of 32 bytes`,
    ],
    [
      'material that is not base64',
      keySeed({ Versions: [{ Material: SECRET }] }),
      `${P}/Keys/0/Versions/0/Material must be base64`,
    ],
    [
      'material of another spec',
      keySeed({
        KeySpec: 'RSA_3072',
        KeyUsage: 'SIGN/VERIFY',
        Versions: [{ Material: pem('rsa', {}) }],
      }),
      `${P}/Keys/0/Versions/0/Material must be an unencrypted RSA_3072`,
    ],
    [
      'a PEM that is none',
      keySeed({ KeySpec: 'EC_P256', Versions: [{ Material: `-----BEGIN ${SECRET}` }] }),
      `${P}/Keys/0/Versions/0/Material must be an unencrypted EC_P256`,
    ],
    [
      'a curve of another spec',
      keySeed({ KeySpec: 'EC_P256K', Versions: [{ Material: pem('ec', {}) }] }),
      `${P}/Keys/0/Versions/0/Material`,
    ],
    [
      '32 bytes for SM4',
      keySeed({
        KeySpec: 'Aliyun_SM4',
        Versions: [{ Material: Buffer.alloc(32).toString('base64') }],
      }),
      `${P}/Keys/0/Versions/0/Material must be base64 of 16 bytes`,
    ],
    [
      'a curve that is not that of SM2',
      keySeed({
        KeySpec: 'EC_SM2',
        KeyUsage: 'SIGN/VERIFY',
        Versions: [{ Material: pem('ec', {}) }],
      }),
      `${P}/Keys/0/Versions/0/Material must be an unencrypted EC_SM2`,
    ],
    ['SM2 without a usage', keySeed({ KeySpec: 'EC_SM2' }), `${P}/Keys/0/KeyUsage is missing`],
    [
      'SM4 in software',
      keySeed({ KeySpec: 'Aliyun_SM4', ProtectionLevel: 'SOFTWARE' }),
      `${P}/Keys/0/ProtectionLevel must be HSM for Aliyun_SM4`,
    ],
    ['RSA without a usage', keySeed({ KeySpec: 'RSA_2048' }), `${P}/Keys/0/KeyUsage is missing`],
    [
      'a usage that does not fit',
      keySeed({ KeyUsage: 'SIGN/VERIFY' }),
      `${P}/Keys/0/KeyUsage must be ENCRYPT/DECRYPT for Aliyun_AES_256`,
    ],
    [
      'a deletion without a date',
      keySeed({ KeyState: 'PendingDeletion' }),
      `${P}/Keys/0/DeleteDate is missing`,
    ],
    [
      'a date without a deletion',
      keySeed({ DeleteDate: '+1d' }),
      `${P}/Keys/0/DeleteDate must be left out`,
    ],
    [
      'RSA from outside',
      keySeed({ Origin: 'EXTERNAL', KeySpec: 'EC_P256' }),
      `${P}/Keys/0/Origin must be Aliyun_KMS`,
    ],
    [
      'a wait for nothing',
      keySeed({ KeyState: 'PendingImport' }),
      `${P}/Keys/0/KeyState must not be`,
    ],
    [
      'a wait with material',
      keySeed({ Origin: 'EXTERNAL', KeyState: 'PendingImport', Versions: [{}] }),
      `${P}/Keys/0/Versions must be left out`,
    ],
    [
      'rotation of what cannot',
      keySeed({ Origin: 'EXTERNAL', RotationInterval: '30d' }),
      `${P}/Keys/0/RotationInterval must be left out`,
    ],
    [
      'the end of no material',
      keySeed({ MaterialExpireTime: '+1d' }),
      `${P}/Keys/0/MaterialExpireTime must be left out`,
    ],
    [
      'a tag twice',
      keySeed({
        Tags: [
          { TagKey: 'a', TagValue: '' },
          { TagKey: 'a', TagValue: '' },
        ],
      }),
      `${P}/Keys/0/Tags must not have the same TagKey`,
    ],
    [
      'a tag of KMS',
      keySeed({ Tags: [{ TagKey: 'acs:a', TagValue: '' }] }),
      `${P}/Keys/0/Tags/0/TagKey must be`,
    ],
    [
      'a secret without versions',
      secret({ Versions: [] }),
      `${P}/Secrets/0/Versions must be a list of 1 to 10`,
    ],
    [
      'binary data as text',
      secret({
        Versions: [{ VersionId: 'v', SecretData: `${SECRET}!`, SecretDataType: 'binary' }],
      }),
      `${P}/Secrets/0/Versions/0/SecretData must be base64`,
    ],
    [
      'no current version',
      secret({ Versions: [{ VersionId: 'v', SecretData: 'a', VersionStages: [] }] }),
      `${P}/Secrets/0/Versions must have a version with the label ACSCurrent`,
    ],
    [
      'a key that is not there',
      secret({ EncryptionKeyId: ID }),
      `${P}/Secrets/0/EncryptionKeyId must be the KeyId`,
    ],
  ])('%s', async (_name, seed, message) => {
    expect(await messageOf(seed)).toContain(`seed.json: ${message}`);
  });

  it('an account twice', async () => {
    const seed = seedOf({});
    const twice = {
      ...seed,
      Accounts: [...(seed['Accounts'] as Fields[]), { AccountId: ACCOUNT }],
    };
    expect(await messageOf(twice)).toContain('/Accounts/1/AccountId is the same as');
  });

  it('all of them at once', async () => {
    const message = await messageOf(
      seedOf({
        Keys: [
          { KeyUsage: 'SIGN/VERIFY', DeleteDate: '+1d' },
          { RotationInterval: '1d', Origin: 'EXTERNAL' },
        ],
      }),
    );
    expect(message.split('; ')).toHaveLength(3);
    const broken = await messageOf(
      seedOf({ AccountId: 1, Keys: [{ KeyId: 'x', Nothing: 1 }], Secrets: {} }),
    );
    expect(broken.match(/\/Accounts\/0/g)).toHaveLength(4);
  });

  it('and after fifty only their number', async () => {
    const Keys = Array.from({ length: 60 }, () => ({ KeyUsage: 'SIGN/VERIFY' }));
    expect(await messageOf(seedOf({ Keys }))).toMatch(/; and 10 more$/);
  });

  it.each([
    ['{"Format":', 'json-malformed'],
    ['{"Format":"a","Format":"a"}', 'json-name-twice'],
    ['[]', 'seed-malformed'],
    ['null', 'seed-malformed'],
    ['{"__proto__":{"Accounts":[]}}', 'seed-malformed'],
  ])('%s is no seed', async (text, code) => {
    await expect(readSeed(text, 'seed.json', { now: NOW, randomBytes })).rejects.toMatchObject({
      code,
    });
  });

  it('whatever JSON comes, the answer is a state or a KmsxError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), async (a, b, c) => {
        const seeds = [a, seedOf({ Keys: [b] }), seedOf({ AccessKeys: [c], Secrets: [b] })];
        for (const seed of seeds) {
          await read(seed).catch((error: unknown) => {
            expect(error).toBeInstanceOf(KmsxError);
          });
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('examples/seed.json', () => {
  const text = readFileSync(new URL('../../../../examples/seed.json', import.meta.url), 'utf8');

  it('is a seed that gives the same state each time, one that can be kept', async () => {
    const state = await readSeed(text, 'seed.json', { now: NOW, randomBytes });
    expect([...state.keys.keys()]).toHaveLength(5);
    expect(formatState(parseState(formatState(state).toString(), 'state.json').state)).toEqual(
      formatState(await readSeed(text, 'seed.json', { now: NOW, randomBytes })),
    );
  });

  it('is what docs/seed.md shows', () => {
    const docs = readFileSync(new URL('../../../../docs/seed.md', import.meta.url), 'utf8');
    const [, shown = ''] = /```json\n(\{\n {2}"\$schema"[\s\S]*?)```/.exec(docs) ?? [];
    expect(shown).toBe(text);
  });
});
