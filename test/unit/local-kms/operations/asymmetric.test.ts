import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { newVersion } from '../../../../src/local-kms/state/new-key.ts';
import { withKey } from '../../../../src/local-kms/state/state.ts';
import { newKeyId, newRsaKey, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

type RsaKey = Awaited<ReturnType<typeof newRsaKey>>;

let kms: TestGateway;
let rsa2048: RsaKey;
let rsa3072: RsaKey;

beforeAll(async () => {
  kms = await startTestGateway();
  rsa2048 = await newRsaKey(kms);
  rsa3072 = await newRsaKey(kms, 'RSA_3072');
});

const SHA_256 = { Algorithm: 'RSAES_OAEP_SHA_256' };
const SHA_1 = { Algorithm: 'RSAES_OAEP_SHA_1' };
const base64Of = (length: number): string => Buffer.alloc(length, 7).toString('base64');

/** Encrypts as somebody does who has the public key only. */
async function encryptOutside(
  key: RsaKey,
  oaepHash: 'sha256' | 'sha1',
  plaintext: Buffer,
): Promise<Buffer> {
  const { PublicKey = '' } = await succeed(kms, 'GetPublicKey', key);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: createPublicKey(PublicKey), padding, oaepHash }, plaintext);
}

describe('AsymmetricEncrypt and AsymmetricDecrypt', () => {
  test.each([
    ['RSA_2048', SHA_256, 190, 256],
    ['RSA_2048', SHA_1, 214, 256],
    ['RSA_3072', SHA_256, 318, 384],
    ['RSA_3072', SHA_1, 342, 384],
  ] as const)('carry with %s and %j at most %d bytes', async (keySpec, algorithm, max, length) => {
    const key = { ...(keySpec === 'RSA_2048' ? rsa2048 : rsa3072), ...algorithm };
    for (const bytes of [1, max]) {
      const Plaintext = base64Of(bytes);
      const sealed = await succeed(kms, 'AsymmetricEncrypt', { ...key, Plaintext });
      expect(Object.keys(sealed).sort()).toEqual(
        ['CiphertextBlob', 'KeyId', 'KeyVersionId', 'RequestId'].sort(),
      );
      const { CiphertextBlob = '', KeyId, KeyVersionId } = sealed;
      expect(Buffer.from(CiphertextBlob, 'base64')).toHaveLength(length);
      const opened = await succeed(kms, 'AsymmetricDecrypt', { ...key, CiphertextBlob });
      const { RequestId: _, ...fields } = opened;
      expect(fields).toEqual({ KeyId, KeyVersionId, Plaintext });
      expect({ KeyId, KeyVersionId }).toEqual(keySpec === 'RSA_2048' ? rsa2048 : rsa3072);
    }
    const { body } = await kms.call('AsymmetricEncrypt', { ...key, Plaintext: base64Of(max + 1) });
    expect(body['Message']).toBe('The specified parameter "Plaintext" is not valid.');
  });

  test('understand what others encrypted under the public key, with that hash and no other', async () => {
    const outside = await encryptOutside(rsa2048, 'sha1', Buffer.from('secret'));
    const CiphertextBlob = outside.toString('base64');
    const query = { ...rsa2048, CiphertextBlob };
    const { Plaintext = '' } = await succeed(kms, 'AsymmetricDecrypt', { ...query, ...SHA_1 });
    expect(Buffer.from(Plaintext, 'base64').toString()).toBe('secret');
    const otherHash = { ...query, ...SHA_256 };
    expect(await refusalOf(kms, 'AsymmetricDecrypt', otherHash)).toBe('400 InvalidParameter');
  });

  test('take an alias and an ARN for the key', async () => {
    await succeed(kms, 'CreateAlias', { KeyId: rsa2048.KeyId, AliasName: 'alias/rsa' });
    const { KeyMetadata } = await succeed(kms, 'DescribeKey', { KeyId: rsa2048.KeyId });
    const { Arn = '' } = KeyMetadata as unknown as Record<string, string>;
    for (const KeyId of ['alias/rsa', Arn]) {
      const query = { ...rsa2048, ...SHA_256, KeyId, Plaintext: 'QQ==' };
      const sealed = await succeed(kms, 'AsymmetricEncrypt', query);
      expect(sealed['KeyId']).toBe(rsa2048.KeyId);
    }
  });

  test('tell a wrong length, padding, key and hash apart from nothing', async () => {
    const query = { ...rsa2048, ...SHA_256 };
    const good = await encryptOutside(rsa2048, 'sha256', Buffer.from('secret'));
    const flipped = Buffer.from(good);
    flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100);
    const empty = await encryptOutside(rsa2048, 'sha256', Buffer.alloc(0));
    const blobs = [
      flipped,
      good.subarray(1),
      Buffer.concat([good, Buffer.from([0])]),
      Buffer.concat([Buffer.from([0]), good]),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      empty,
      await encryptOutside(rsa2048, 'sha1', Buffer.from('secret')),
      await encryptOutside(rsa3072, 'sha256', Buffer.from('secret')),
    ].map((blob) => blob.toString('base64'));
    const answers = await Promise.all(
      [...blobs, 'no base64', 'AAAA'].map((CiphertextBlob) =>
        kms.call('AsymmetricDecrypt', { ...query, CiphertextBlob }),
      ),
    );
    const seen = answers.map(
      ({ status, body }) => `${status} ${String(body['Code'])} ${String(body['Message'])}`,
    );
    expect(new Set(seen)).toEqual(
      new Set(['400 InvalidParameter The specified parameter is not valid.']),
    );
    const CiphertextBlob = good.toString('base64');
    await succeed(kms, 'AsymmetricDecrypt', { ...query, CiphertextBlob });
  });

  test.each(['AsymmetricEncrypt', 'AsymmetricDecrypt'])(
    '%s needs all of its parameters',
    async (action) => {
      const content = action === 'AsymmetricEncrypt' ? 'Plaintext' : 'CiphertextBlob';
      const query: Record<string, string> = { ...rsa2048, ...SHA_256, [content]: 'QQ==' };
      for (const name of Object.keys(query)) {
        const { status, body } = await kms.call(action, { ...query, [name]: '' });
        expect([status, body['Code'], body['Message']]).toEqual([
          400,
          'MissingParameter',
          `The parameter "${name}" is needed but not provided.`,
        ]);
      }
    },
  );

  test.each([
    ['a malformed algorithm', { Algorithm: 'RSAES_PKCS1_V1_5' }, '400 InvalidParameter'],
    ['the algorithm of SM2 keys', { Algorithm: 'SM2PKE' }, '400 InvalidParameter'],
    ['a plaintext that is no base64', { Plaintext: 'QQ' }, '400 InvalidParameter'],
    ['an unknown key', { KeyId: 'none' }, '404 Forbidden.KeyNotFound'],
    ['an unknown version', { KeyVersionId: 'none' }, '404 Forbidden.KeyVersionNotFound'],
  ])('refuse %s', async (_what, change, refusal) => {
    const query = { ...rsa2048, ...SHA_256, Plaintext: 'QQ==', ...change };
    expect(await refusalOf(kms, 'AsymmetricEncrypt', query)).toBe(refusal);
  });

  test('refuse a version of another key', async () => {
    const query = { ...rsa2048, ...SHA_256, KeyVersionId: rsa3072.KeyVersionId };
    const notFound = '404 Forbidden.KeyVersionNotFound';
    expect(await refusalOf(kms, 'AsymmetricEncrypt', { ...query, Plaintext: 'QQ==' })).toBe(
      notFound,
    );
    expect(await refusalOf(kms, 'AsymmetricDecrypt', { ...query, CiphertextBlob: 'QQ==' })).toBe(
      notFound,
    );
  });

  test('refuse keys that do not encrypt with a public key', async () => {
    for (const keyQuery of [
      {},
      { KeySpec: 'EC_P256' },
      { KeySpec: 'RSA_2048', KeyUsage: 'SIGN/VERIFY' },
    ]) {
      const KeyId = await newKeyId(kms, keyQuery);
      const query = { ...SHA_256, KeyId, KeyVersionId: 'any', Plaintext: 'QQ==' };
      expect(await refusalOf(kms, 'AsymmetricEncrypt', query)).toBe('400 UnsupportedOperation');
    }
  });

  test('refuse a key that is not enabled', async () => {
    const key = await newRsaKey(kms);
    const query = { ...key, ...SHA_256, Plaintext: 'QQ==' };
    const { CiphertextBlob = '' } = await succeed(kms, 'AsymmetricEncrypt', query);
    const opening = { ...key, ...SHA_256, CiphertextBlob };
    await succeed(kms, 'DisableKey', { KeyId: key.KeyId });
    expect(await refusalOf(kms, 'AsymmetricEncrypt', query)).toBe('409 Rejected.Disabled');
    expect(await refusalOf(kms, 'AsymmetricDecrypt', opening)).toBe('409 Rejected.Disabled');
    await succeed(kms, 'EnableKey', { KeyId: key.KeyId });
    await succeed(kms, 'AsymmetricDecrypt', opening);
  });

  test('use the version that the call names, the older ones too', async () => {
    const old = await newRsaKey(kms);
    const sealed = await succeed(kms, 'AsymmetricEncrypt', {
      ...old,
      ...SHA_256,
      Plaintext: 'QQ==',
    });
    const added = await newVersion('RSA_2048', new Date(), randomBytes);
    await kms.store.update((state) => {
      const key = state.keys.get(old.KeyId);
      if (key === undefined) throw new Error('no key');
      return [withKey(state, { ...key, versions: [...key.versions, added] }), undefined];
    });
    const CiphertextBlob = sealed['CiphertextBlob'] ?? '';
    const query = { ...old, ...SHA_256, CiphertextBlob };
    expect((await succeed(kms, 'AsymmetricDecrypt', query))['Plaintext']).toBe('QQ==');
    const newest = { ...query, KeyVersionId: added.keyVersionId };
    expect(await refusalOf(kms, 'AsymmetricDecrypt', newest)).toBe('400 InvalidParameter');
  });
});
