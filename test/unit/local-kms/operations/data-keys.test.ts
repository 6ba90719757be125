import type { KeyObject } from 'node:crypto';
import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  createPrivateKey,
} from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';
import { newVersion } from '../../../../src/local-kms/state/new-key.ts';
import { withKey } from '../../../../src/local-kms/state/state.ts';
import { newKeyId, newRsaKey, refusalOf, succeed } from '../../../support/local-kms/calls.ts';
import { TestKms, startTestGateway } from '../../../support/local-kms/test-kms.ts';

let kms: TestKms;
let recipient: { publicKey: KeyObject; privateKey: KeyObject };

beforeAll(async () => {
  kms = await TestKms.start();
  recipient = generateKeyPairSync('rsa', { modulusLength: 2048 });
});
afterAll(() => kms.close());

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function wrapping(hash: 'SHA_256' | 'SHA_1' = 'SHA_256'): Record<string, string> {
  return {
    PublicKeyBlob: spki(recipient.publicKey).toString('base64'),
    WrappingKeySpec: 'RSA_2048',
    WrappingAlgorithm: `RSAES_OAEP_${hash}`,
  };
}

function unwrap(exported: string, oaepHash: 'sha256' | 'sha1' = 'sha256'): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return privateDecrypt(
    { key: recipient.privateKey, padding, oaepHash },
    Buffer.from(exported, 'base64'),
  );
}

async function expectRefusal(
  action: string,
  query: Record<string, string>,
  status: number,
  code: string,
  message?: string,
): Promise<void> {
  const answer = await kms.call(action, query);
  expect({ status: answer.status, code: answer.body['Code'] }).toEqual({ status, code });
  if (message !== undefined) expect(answer.body['Message']).toBe(message);
}

describe('GenerateAndExportDataKey', () => {
  test.each([
    ['SHA_256', 'sha256'],
    ['SHA_1', 'sha1'],
  ] as const)('with OAEP and %s: the export holds what the blob holds', async (hash, oaepHash) => {
    const EncryptionContext = '{"purpose":"test","__proto__":"x"}';
    const made = await kms.succeed('GenerateAndExportDataKey', {
      KeyId: 'alias/rehearsal',
      EncryptionContext,
      ...wrapping(hash),
    });
    expect(Object.keys(made).sort()).toEqual(
      ['CiphertextBlob', 'ExportedDataKey', 'KeyId', 'KeyVersionId', 'RequestId'].sort(),
    );
    expect(made).toMatchObject({
      KeyId: kms.keyId,
      KeyVersionId: expect.stringMatching(UUID) as string,
    });
    const dataKey = unwrap(made['ExportedDataKey'] ?? '', oaepHash);
    expect(dataKey).toHaveLength(32);

    const { CiphertextBlob = '' } = made;
    const decrypted = await kms.succeed('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(decrypted).toMatchObject({
      Plaintext: dataKey.toString('base64'),
      KeyId: kms.keyId,
      KeyVersionId: made['KeyVersionId'],
    });
  });

  test('gives another key each time', async () => {
    const call = (): Promise<Record<string, string>> =>
      kms.succeed('GenerateAndExportDataKey', { KeyId: kms.keyId, ...wrapping() });
    const keys = await Promise.all([call(), call(), call()]);
    expect(
      new Set(keys.map((key) => unwrap(key['ExportedDataKey'] ?? '').toString('hex'))).size,
    ).toBe(3);
    expect(new Set(keys.map((key) => key['CiphertextBlob'])).size).toBe(3);
  });

  test('begins its blob with the key version id', async () => {
    const made = await kms.succeed('GenerateAndExportDataKey', { KeyId: kms.keyId, ...wrapping() });
    const blob = Buffer.from(made['CiphertextBlob'] ?? '', 'base64');
    expect(blob.toString('ascii', 0, 36)).toBe(made['KeyVersionId']);
    expect(blob).toHaveLength(36 + 12 + 32 + 16);
  });

  test.each([
    [{}, 32],
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: '1' }, 1],
    [{ NumberOfBytes: '190' }, 190],
    [{ NumberOfBytes: '24', KeySpec: 'AES_128' }, 24],
  ])('%j asks for %d bytes', async (size, length) => {
    const query = { KeyId: kms.keyId, ...wrapping(), ...size };
    const made = await kms.succeed('GenerateAndExportDataKey', query);
    expect(unwrap(made['ExportedDataKey'] ?? '')).toHaveLength(length);
  });

  test('refuses a data key that does not fit its algorithm', async () => {
    const query = { KeyId: kms.keyId, ...wrapping('SHA_1'), NumberOfBytes: '214' };
    const made = await kms.succeed('GenerateAndExportDataKey', query);
    expect(unwrap(made['ExportedDataKey'] ?? '', 'sha1')).toHaveLength(214);
    for (const [hash, NumberOfBytes] of [
      ['SHA_1', '215'],
      ['SHA_256', '191'],
      ['SHA_256', '1024'],
    ] as const) {
      const query = { KeyId: kms.keyId, ...wrapping(hash), NumberOfBytes };
      await expectRefusal('GenerateAndExportDataKey', query, 400, 'InvalidParameter');
    }
  });

  test.each(['KeyId', 'PublicKeyBlob', 'WrappingAlgorithm', 'WrappingKeySpec'])(
    'needs %s, and an empty one is none',
    async (name) => {
      const { [name]: left, ...query } = { KeyId: kms.keyId, ...wrapping() } as Record<
        string,
        string
      >;
      expect(left).toBeDefined();
      const message = `The parameter "${name}" is needed but not provided.`;
      await expectRefusal('GenerateAndExportDataKey', query, 400, 'MissingParameter', message);
      const empty = { ...query, [name]: '' };
      await expectRefusal('GenerateAndExportDataKey', empty, 400, 'MissingParameter', message);
    },
  );

  test.each([
    ['NumberOfBytes', '0'],
    ['NumberOfBytes', '1025'],
    ['NumberOfBytes', '-1'],
    ['NumberOfBytes', '032'],
    ['NumberOfBytes', '32.0'],
    ['NumberOfBytes', '1e1'],
    ['NumberOfBytes', ' 32'],
    ['NumberOfBytes', ''],
    ['KeySpec', 'AES_192'],
    ['KeySpec', 'aes_256'],
    ['KeySpec', ''],
    ['EncryptionContext', '{"a":1}'],
    ['EncryptionContext', ''],
    ['WrappingAlgorithm', 'RSAES_PKCS1_V1_5'],
    ['WrappingAlgorithm', 'SM2PKE'],
    ['WrappingKeySpec', 'RSA_3072'],
    ['WrappingKeySpec', 'EC_SM2'],
    ['PublicKeyBlob', 'AAAA'],
    ['DryRun', 'yes'],
    ['DryRun', 'TRUE'],
    ['Format', 'XML'],
  ])('refuses %s=%s', async (name, value) => {
    const query = { KeyId: kms.keyId, ...wrapping(), [name]: value };
    const blamed = name === 'WrappingKeySpec' && value === 'EC_SM2' ? 'WrappingAlgorithm' : name;
    const message = `The specified parameter "${blamed}" is not valid.`;
    await expectRefusal('GenerateAndExportDataKey', query, 400, 'InvalidParameter', message);
  });

  test('exports under an SM2 public key, and takes no other for one', async () => {
    const sm2 = { WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' };
    const key = createPrivateKey(testKey('sm2.pem'));
    const PublicKeyBlob = spki(createPublicKey(key)).toString('base64');
    const query = { KeyId: kms.keyId, ...wrapping(), ...sm2 };
    const answer = await kms.call('GenerateAndExportDataKey', { ...query, PublicKeyBlob });
    const wrapped = Buffer.from(String(answer.body['ExportedDataKey']), 'base64');
    expect(wrapped).toHaveLength(97 + 32);
    expect(wrapped[0]).toBe(0x04);
    const message = 'The specified parameter "PublicKeyBlob" is not valid.';
    await expectRefusal('GenerateAndExportDataKey', query, 400, 'InvalidParameter', message);
  });

  test('takes one RSA public key of 2048 bits in DER and nothing else', async () => {
    const der = spki(recipient.publicKey);
    const others: Record<string, Buffer | string> = {
      'bytes after it': Buffer.concat([der, Buffer.from([0])]),
      'a byte less': der.subarray(0, -1),
      'PKCS#1': recipient.publicKey.export({ type: 'pkcs1', format: 'der' }),
      'a private key': recipient.privateKey.export({ type: 'pkcs8', format: 'der' }),
      PEM: Buffer.from(recipient.publicKey.export({ type: 'spki', format: 'pem' })),
      '1024 bits': spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      '3072 bits': spki(createPublicKey(testKey('rsa-3072.pem'))),
      'exponent 3': spki(createPublicKey(testKey('exponent-3.pem'))),
      'an even exponent': evenExponent(der),
      'an even modulus': evenModulus(recipient.publicKey),
      'RSA-PSS': spki(createPublicKey(testKey('rsa-pss.pem'))),
      P256: spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
      SM2: spki(generateKeyPairSync('ec', { namedCurve: 'SM2' }).publicKey),
      'unpadded base64': der.toString('base64').replace(/=*$/, '').slice(0, -1),
      'base64 with line feeds': `${der.toString('base64')}\n`,
      base64url: der.toString('base64').replaceAll('+', '-').replaceAll('/', '_').replace(/^/, '-'),
    };
    for (const [what, blob] of Object.entries(others)) {
      const PublicKeyBlob = typeof blob === 'string' ? blob : blob.toString('base64');
      const query = { KeyId: kms.keyId, ...wrapping(), PublicKeyBlob };
      const answer = await kms.call('GenerateAndExportDataKey', query);
      expect([what, answer.status, answer.body['Message']]).toEqual([
        what,
        400,
        'The specified parameter "PublicKeyBlob" is not valid.',
      ]);
    }
  });
});

/** The last three bytes of an RSA key in DER are its exponent, 01 00 01. */
function evenExponent(der: Buffer): Buffer {
  const changed = Buffer.from(der);
  changed.writeUInt8(2, der.length - 1);
  return changed;
}

function evenModulus(key: KeyObject): Buffer {
  const { n = '', ...rest } = key.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  modulus.writeUInt8(modulus.readUInt8(255) & 0xfe, 255);
  return spki(
    createPublicKey({ key: { ...rest, n: modulus.toString('base64url') }, format: 'jwk' }),
  );
}

describe('ExportDataKey', () => {
  test('exports the same data key again', async () => {
    const EncryptionContext = '{"a":"1","b":"2"}';
    const made = await kms.succeed('GenerateDataKey', { KeyId: kms.keyId, EncryptionContext });
    const exported = await kms.succeed('ExportDataKey', {
      CiphertextBlob: made['CiphertextBlob'] ?? '',
      EncryptionContext: '{ "b":"2","a":"1" }',
      ...wrapping(),
    });
    expect(unwrap(exported['ExportedDataKey'] ?? '').toString('base64')).toBe(made['Plaintext']);
    expect(exported).toMatchObject({ KeyId: kms.keyId, KeyVersionId: made['KeyVersionId'] });
    expect(exported).not.toHaveProperty('Plaintext');
  });

  test('refuses a data key that does not fit', async () => {
    const query = { KeyId: kms.keyId, NumberOfBytes: '191' };
    const { CiphertextBlob = '' } = await kms.succeed('GenerateDataKey', query);
    await kms.succeed('ExportDataKey', { CiphertextBlob, ...wrapping('SHA_1') });
    await expectRefusal(
      'ExportDataKey',
      { CiphertextBlob, ...wrapping() },
      400,
      'InvalidParameter',
    );
  });

  test('needs a blob', () => expectRefusal('ExportDataKey', wrapping(), 400, 'MissingParameter'));
});

describe('GenerateDataKey and GenerateDataKeyWithoutPlaintext', () => {
  test('give the plaintext, or not', async () => {
    const query = { KeyId: kms.keyId, NumberOfBytes: '1024' };
    const made = await kms.succeed('GenerateDataKey', query);
    expect(Buffer.from(made['Plaintext'] ?? '', 'base64')).toHaveLength(1024);
    const { CiphertextBlob = '' } = made;
    const decrypted = await kms.succeed('Decrypt', { CiphertextBlob });
    expect(decrypted['Plaintext']).toBe(made['Plaintext']);

    const sealed = await kms.succeed('GenerateDataKeyWithoutPlaintext', query);
    expect(Object.keys(sealed).sort()).toEqual(
      ['CiphertextBlob', 'KeyId', 'KeyVersionId', 'RequestId'].sort(),
    );
    const opened = await kms.succeed('Decrypt', { CiphertextBlob: sealed['CiphertextBlob'] ?? '' });
    expect(Buffer.from(opened['Plaintext'] ?? '', 'base64')).toHaveLength(1024);
  });
});

describe('Encrypt and Decrypt', () => {
  test.each([1, 16, 6144])('carry %d bytes there and back', async (length) => {
    const Plaintext = Buffer.alloc(length, 7).toString('base64');
    const sealed = await kms.succeed('Encrypt', { KeyId: kms.keyId, Plaintext });
    const opened = await kms.succeed('Decrypt', { CiphertextBlob: sealed['CiphertextBlob'] ?? '' });
    expect(opened['Plaintext']).toBe(Plaintext);
    expect(opened['KeyVersionId']).toBe(sealed['KeyVersionId']);
  });

  test.each([
    ['too long', Buffer.alloc(6145).toString('base64')],
    ['no base64', 'hello world'],
    ['base64 with stray bits', 'QR=='],
    ['unpadded', 'QQ'],
  ])('refuse a plaintext that is %s', (_what, Plaintext) =>
    expectRefusal('Encrypt', { KeyId: kms.keyId, Plaintext }, 400, 'InvalidParameter'),
  );

  test('tell a wrong context, a damaged blob and another key apart from nothing', async () => {
    const EncryptionContext = '{"a":"1"}';
    const { CiphertextBlob = '' } = await kms.succeed('GenerateDataKey', {
      KeyId: kms.keyId,
      EncryptionContext,
    });
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    const other = await kms.succeed('CreateKey');
    const { PrimaryKeyVersion = '' } = other['KeyMetadata'] as unknown as Record<string, string>;
    const flipped = (index: number): string => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      return changed.toString('base64');
    };
    const wrong = [
      { CiphertextBlob },
      { CiphertextBlob, EncryptionContext: '{"a":"2"}' },
      { CiphertextBlob, EncryptionContext: '{"a":"1","b":"1"}' },
      { CiphertextBlob, EncryptionContext: '{"A":"1"}' },
      ...[0, 36, 47, 48, 79, 80, bytes.length - 1].map((index) => ({
        CiphertextBlob: flipped(index),
        EncryptionContext,
      })),
      ...[
        bytes.subarray(0, -1),
        Buffer.concat([bytes, Buffer.from([0])]),
        bytes.subarray(0, 64),
      ].map((blob) => ({ CiphertextBlob: blob.toString('base64'), EncryptionContext })),
      {
        CiphertextBlob: Buffer.concat([
          Buffer.from(PrimaryKeyVersion, 'ascii'),
          bytes.subarray(36),
        ]).toString('base64'),
        EncryptionContext,
      },
      { CiphertextBlob: 'AAAA', EncryptionContext },
      { CiphertextBlob: 'no base64', EncryptionContext },
    ];
    const answers = await Promise.all(wrong.map((query) => kms.call('Decrypt', query)));
    const seen = answers.map(
      ({ status, body }) => `${status} ${String(body['Code'])} ${String(body['Message'])}`,
    );
    expect(new Set(seen)).toEqual(
      new Set(['400 InvalidParameter The specified parameter is not valid.']),
    );
    await kms.succeed('Decrypt', { CiphertextBlob, EncryptionContext });
  });
});

describe('The KMS key of a data key', () => {
  test('decrypts with each of its versions, and encrypts with the newest', async () => {
    const gateway = await startTestGateway();
    const KeyId = await newKeyId(gateway);
    const old = await succeed(gateway, 'GenerateDataKey', { KeyId });
    const added = await newVersion('Aliyun_AES_256', new Date(), randomBytes);
    await gateway.store.update((state) => {
      const key = state.keys.get(KeyId);
      if (key === undefined) throw new Error('no key');
      return [withKey(state, { ...key, versions: [...key.versions, added] }), undefined];
    });
    const { CiphertextBlob = '', Plaintext = '', KeyVersionId } = old;
    const opened = await succeed(gateway, 'Decrypt', { CiphertextBlob });
    expect(opened).toMatchObject({ KeyId, KeyVersionId, Plaintext });
    const exported = await succeed(gateway, 'ExportDataKey', { CiphertextBlob, ...wrapping() });
    expect(exported['KeyVersionId']).toBe(KeyVersionId);
    for (const [action, more] of [
      ['GenerateDataKey', {}],
      ['GenerateDataKeyWithoutPlaintext', {}],
      ['GenerateAndExportDataKey', wrapping()],
      ['Encrypt', { Plaintext }],
    ] as const) {
      const made = await succeed(gateway, action, { KeyId, ...more });
      expect([action, made['KeyVersionId']]).toEqual([action, added.keyVersionId]);
      const blob = { CiphertextBlob: made['CiphertextBlob'] ?? '' };
      expect((await succeed(gateway, 'Decrypt', blob))['KeyVersionId']).toBe(added.keyVersionId);
    }
  });

  test.each(['Disabled', 'PendingDeletion', 'PendingImport'] as const)(
    'does nothing in the state %s',
    async (keyState) => {
      const gateway = await startTestGateway();
      const KeyId = await newKeyId(gateway);
      const { CiphertextBlob = '' } = await succeed(gateway, 'GenerateDataKey', { KeyId });
      await gateway.store.update((state) => {
        const key = state.keys.get(KeyId);
        if (key === undefined) throw new Error('no key');
        const [{ keyVersionId } = { keyVersionId: '' }] = key.versions;
        const withoutMaterial = {
          versions: [],
          imported: { keyVersionId, digest: Buffer.alloc(32) },
        };
        const changes = keyState === 'PendingImport' ? withoutMaterial : {};
        return [withKey(state, { ...key, keyState, ...changes }), undefined];
      });
      for (const [action, query] of [
        ['GenerateDataKey', { KeyId }],
        ['GenerateDataKeyWithoutPlaintext', { KeyId }],
        ['GenerateAndExportDataKey', { KeyId, ...wrapping() }],
        ['Encrypt', { KeyId, Plaintext: 'QQ==' }],
        ['Decrypt', { CiphertextBlob }],
        ['ExportDataKey', { CiphertextBlob, ...wrapping() }],
        ['ReEncrypt', { CiphertextBlob, DestinationKeyId: 'alias/rehearsal' }],
      ] as const) {
        expect([action, await refusalOf(gateway, action, query)]).toEqual([
          action,
          `409 Rejected.${keyState}`,
        ]);
      }
    },
  );

  test('is a symmetric one', async () => {
    const gateway = await startTestGateway();
    const { KeyId } = await newRsaKey(gateway);
    for (const [action, query] of [
      ['GenerateDataKey', { KeyId }],
      ['GenerateAndExportDataKey', { KeyId, ...wrapping() }],
      ['Encrypt', { KeyId, Plaintext: 'QQ==' }],
    ] as const) {
      expect(await refusalOf(gateway, action, query)).toBe('400 UnsupportedOperation');
    }
  });
});

test('a wrapping key that is used again is checked as strictly as at first', async () => {
  const { PublicKeyBlob = '', ...rest } = wrapping();
  await kms.succeed('GenerateAndExportDataKey', { KeyId: kms.keyId, ...rest, PublicKeyBlob });
  const other = { KeyId: kms.keyId, ...rest, PublicKeyBlob: `${PublicKeyBlob} ` };
  await expectRefusal('GenerateAndExportDataKey', other, 400, 'InvalidParameter');
  const misfit = { ...rest, PublicKeyBlob, WrappingKeySpec: 'EC_SM2' };
  await expectRefusal(
    'GenerateAndExportDataKey',
    { KeyId: kms.keyId, ...misfit },
    400,
    'InvalidParameter',
  );
});
