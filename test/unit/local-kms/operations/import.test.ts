import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

const START = Date.parse('2026-11-24T12:00:00Z');
const HOUR_MS = 3_600_000;
const ALGORITHMS = ['RSAES_PKCS1_V1_5', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

let time: number;
let kms: TestGateway;
let KeyId: string;
beforeEach(async () => {
  time = START;
  kms = await startTestGateway(undefined, undefined, () => new Date(time));
  KeyId = 'none yet';
  KeyId = await create();
});

/** What a call answers: its body, or of a refusal status and code. */
async function call(
  action: string,
  query: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await kms.call(action, { KeyId, ...query });
  return status === 200 ? body : { refused: `${status} ${String(body['Code'])}` };
}

const refused = (code: string): object => ({ refused: code });

async function create(query: Record<string, string> = {}): Promise<string> {
  const { KeyMetadata } = await call('CreateKey', { Origin: 'EXTERNAL', ...query });
  return (KeyMetadata as { KeyId: string }).KeyId;
}

async function describeKey(): Promise<Record<string, string>> {
  return (await call('DescribeKey'))['KeyMetadata'] as Record<string, string>;
}

interface Parameters {
  readonly PublicKey: string;
  readonly ImportToken: string;
  readonly TokenExpireTime: string;
}

async function parametersFor(WrappingAlgorithm: Algorithm): Promise<Parameters> {
  const query = { WrappingKeySpec: 'RSA_2048', WrappingAlgorithm };
  return (await call('GetParametersForImport', query)) as unknown as Parameters;
}

function wrap({ PublicKey }: Parameters, algorithm: Algorithm, material: Buffer): string {
  const key = createPublicKey({
    key: Buffer.from(PublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const padding =
    algorithm === 'RSAES_PKCS1_V1_5'
      ? constants.RSA_PKCS1_PADDING
      : constants.RSA_PKCS1_OAEP_PADDING;
  const oaepHash = algorithm === 'RSAES_OAEP_SHA_256' ? 'sha256' : 'sha1';
  return publicEncrypt({ key, padding, oaepHash }, material).toString('base64');
}

/** Imports material as it should be done, but for what is said. */
async function importMaterial(
  material: Buffer,
  {
    algorithm = 'RSAES_OAEP_SHA_256',
    ...query
  }: Record<string, string> & {
    algorithm?: Algorithm;
  } = {},
): Promise<Record<string, unknown>> {
  const parameters = await parametersFor(algorithm);
  return call('ImportKeyMaterial', {
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: wrap(parameters, algorithm, material),
    KeyMaterialExpireUnix: '0',
    ...query,
  });
}

const done = { RequestId: expect.any(String) as string };

describe('key material', () => {
  test.each(ALGORITHMS)('comes in by %s and works', async (algorithm) => {
    expect(await importMaterial(randomBytes(32), { algorithm })).toEqual(done);
    expect(await describeKey()).toMatchObject({
      KeyState: 'Enabled',
      Origin: 'EXTERNAL',
      MaterialExpireTime: '',
      LastRotationDate: '2026-11-24T12:00:00Z',
    });
    const { CiphertextBlob, Plaintext } = await call('GenerateDataKey');
    const opened = await call('Decrypt', { CiphertextBlob: String(CiphertextBlob) });
    expect(opened).toMatchObject({ KeyId, Plaintext });
  });

  test.each(ALGORITHMS)('by %s is refused unless it has 32 bytes', async (algorithm) => {
    for (const length of [1, 16, 31, 33, 64]) {
      const answer = await importMaterial(randomBytes(length), { algorithm });
      expect(answer).toEqual(refused('400 InvalidKeyMaterial'));
    }
    expect(await describeKey()).toMatchObject({ KeyState: 'PendingImport' });
  });

  test.each(ALGORITHMS)('asked for by %s is refused if it comes by another', async (asked) => {
    const parameters = await parametersFor(asked);
    for (const other of ALGORITHMS.filter((algorithm) => algorithm !== asked)) {
      const answer = await call('ImportKeyMaterial', {
        ImportToken: parameters.ImportToken,
        EncryptedKeyMaterial: wrap(parameters, other, randomBytes(32)),
        KeyMaterialExpireUnix: '0',
      });
      expect(answer).toEqual(refused('400 InvalidKeyMaterial'));
    }
  });

  test.each(ALGORITHMS)('damaged on its way by %s is refused', async (algorithm) => {
    const parameters = await parametersFor(algorithm);
    const bytes = Buffer.from(wrap(parameters, algorithm, randomBytes(32)), 'base64');
    for (const at of [1, 100, 255]) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      const answer = await call('ImportKeyMaterial', {
        ImportToken: parameters.ImportToken,
        EncryptedKeyMaterial: damaged.toString('base64'),
        KeyMaterialExpireUnix: '0',
      });
      expect(answer).toEqual(refused('400 InvalidKeyMaterial'));
    }
  });

  test('is refused in no encoding, and cut short', async () => {
    const material = randomBytes(32);
    const send = (EncryptedKeyMaterial: string): Promise<object> =>
      importMaterial(material, { EncryptedKeyMaterial });
    expect(await send('?')).toEqual(refused('400 InvalidParameter'));
    expect(await send('')).toEqual(refused('400 MissingParameter'));
    expect(await send('QUJD')).toEqual(refused('400 InvalidKeyMaterial'));
  });

  test('can be deleted; the same, and no other, brings back what it encrypted', async () => {
    const material = randomBytes(32);
    await importMaterial(material);
    const { CiphertextBlob, KeyVersionId } = await call('Encrypt', { Plaintext: 'aGVsbG8=' });
    const blob = { CiphertextBlob: String(CiphertextBlob) };
    expect(await call('DeleteKeyMaterial')).toEqual(done);
    expect(await call('DeleteKeyMaterial')).toEqual(done);
    expect(await describeKey()).toMatchObject({ KeyState: 'PendingImport', PrimaryKeyVersion: '' });
    expect(await call('Decrypt', blob)).toEqual(refused('409 Rejected.PendingImport'));
    expect(await importMaterial(randomBytes(32))).toEqual(refused('400 InvalidKeyMaterial'));
    expect(await describeKey()).toMatchObject({ KeyState: 'PendingImport' });
    expect(await importMaterial(material)).toEqual(done);
    expect(await call('Decrypt', blob)).toMatchObject({ KeyVersionId, Plaintext: 'aGVsbG8=' });
  });

  test('of one key opens nothing of another key with the same material', async () => {
    const material = randomBytes(32);
    await importMaterial(material);
    const { CiphertextBlob } = await call('Encrypt', { Plaintext: 'aGVsbG8=' });
    const first = KeyId;
    KeyId = await create();
    await importMaterial(material);
    const opened = await call('Decrypt', { CiphertextBlob: String(CiphertextBlob) });
    expect(opened).toMatchObject({ KeyId: first });
  });

  test('leaves a disabled key disabled, and a key that goes alone', async () => {
    const material = randomBytes(32);
    await importMaterial(material);
    await call('DisableKey');
    expect(await importMaterial(material)).toEqual(done);
    expect(await describeKey()).toMatchObject({ KeyState: 'Disabled' });
    await call('ScheduleKeyDeletion', { PendingWindowInDays: '7' });
    const { DeleteDate } = await describeKey();
    expect(await importMaterial(material)).toEqual(refused('409 Rejected.StateModifiedFailed'));
    expect(await call('DeleteKeyMaterial')).toEqual(done);
    expect(await describeKey()).toMatchObject({ KeyState: 'PendingDeletion', DeleteDate });
    await call('CancelKeyDeletion');
    expect(await describeKey()).toMatchObject({ KeyState: 'PendingImport' });
  });

  test('expires at its second, and comes back until another', async () => {
    const material = randomBytes(32);
    const at = START / 1000 + 60;
    await importMaterial(material, { KeyMaterialExpireUnix: `${at}` });
    expect(await describeKey()).toMatchObject({ MaterialExpireTime: '2026-11-24T12:01:00Z' });
    const { CiphertextBlob } = await call('Encrypt', { Plaintext: 'aGVsbG8=' });
    const blob = { CiphertextBlob: String(CiphertextBlob) };
    time = 1000 * at - 1;
    expect(await call('Decrypt', blob)).toMatchObject({ KeyId });
    time += 1;
    expect(await call('Decrypt', blob)).toEqual(refused('409 Rejected.PendingImport'));
    expect(await describeKey()).toMatchObject({
      KeyState: 'PendingImport',
      MaterialExpireTime: '',
    });
    expect(kms.store.state.keys.get(KeyId)?.versions).toEqual([]);
    const later = { KeyMaterialExpireUnix: `${at + 3600}` };
    expect(await importMaterial(material, later)).toEqual(done);
    expect(await call('Decrypt', blob)).toMatchObject({ Plaintext: 'aGVsbG8=' });
  });

  test.each(['1', '-1', 'never', `${START / 1000}`, `${START / 1000 - 1}`, '10000000000'])(
    'cannot expire at %s',
    async (KeyMaterialExpireUnix) => {
      const answer = await importMaterial(randomBytes(32), { KeyMaterialExpireUnix });
      expect(answer).toEqual(refused('400 InvalidParameter'));
    },
  );

  test('must say when it expires', async () => {
    const answer = await importMaterial(randomBytes(32), { KeyMaterialExpireUnix: '' });
    expect(answer).toEqual(refused('400 MissingParameter'));
  });
});

describe('an import token', () => {
  test('comes with a new public key each time, and says how long it is good', async () => {
    const [one, two] = [
      await parametersFor('RSAES_OAEP_SHA_256'),
      await parametersFor('RSAES_OAEP_SHA_256'),
    ];
    expect(one).toMatchObject({ KeyId, TokenExpireTime: '2026-11-25T12:00:00Z' });
    const spki = {
      key: Buffer.from(one.PublicKey, 'base64'),
      format: 'der',
      type: 'spki',
    } as const;
    const details = { modulusLength: 2048, publicExponent: 65537n };
    expect(createPublicKey(spki).asymmetricKeyDetails).toEqual(details);
    expect(one.PublicKey).not.toBe(two.PublicKey);
    expect(one.ImportToken).not.toBe(two.ImportToken);
    const mixed = { ImportToken: two.ImportToken, KeyMaterialExpireUnix: '0' };
    const EncryptedKeyMaterial = wrap(one, 'RSAES_OAEP_SHA_256', randomBytes(32));
    const answer = await call('ImportKeyMaterial', { ...mixed, EncryptedKeyMaterial });
    expect(answer).toEqual(refused('400 InvalidKeyMaterial'));
  });

  test('is good for 24 hours, often', async () => {
    const parameters = await parametersFor('RSAES_PKCS1_V1_5');
    const material = randomBytes(32);
    const send = (): Promise<object> =>
      call('ImportKeyMaterial', {
        ImportToken: parameters.ImportToken,
        EncryptedKeyMaterial: wrap(parameters, 'RSAES_PKCS1_V1_5', material),
        KeyMaterialExpireUnix: '0',
      });
    expect(await send()).toEqual(done);
    time += 24 * HOUR_MS - 1;
    expect(await send()).toEqual(done);
    time += 1;
    expect(await send()).toEqual(refused('400 ExpiredImportToken'));
  });

  test('is refused damaged, and for another key', async () => {
    const { ImportToken } = await parametersFor('RSAES_OAEP_SHA_256');
    const bytes = Buffer.from(ImportToken, 'base64');
    for (const at of [0, 12, 20, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x80, at);
      const answer = await importMaterial(randomBytes(32), {
        ImportToken: damaged.toString('base64'),
      });
      expect(answer).toEqual(refused('400 InvalidImportToken'));
    }
    const send = (token: string): Promise<object> =>
      importMaterial(randomBytes(32), { ImportToken: token });
    expect(await send('QUJD')).toEqual(refused('400 InvalidImportToken'));
    expect(await send('?')).toEqual(refused('400 InvalidImportToken'));
    expect(await send('')).toEqual(refused('400 MissingParameter'));
    KeyId = await create();
    expect(await send(ImportToken)).toEqual(refused('400 InvalidImportToken'));
  });

  test.each([
    [{ WrappingKeySpec: 'RSA_4096' }, '400 InvalidParameter'],
    [{ WrappingAlgorithm: 'RSAES_OAEP_SHA_512' }, '400 InvalidParameter'],
    [{ WrappingAlgorithm: 'SM2PKE' }, '400 InvalidParameter'],
    [{ WrappingKeySpec: 'EC_SM2' }, '400 InvalidParameter'],
    [{ WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' }, '400 UnsupportedOperation'],
    [{ WrappingKeySpec: '' }, '400 MissingParameter'],
    [{ WrappingAlgorithm: '' }, '400 MissingParameter'],
    [{ KeyId: '' }, '400 MissingParameter'],
    [{ KeyId: 'alias/rehearsal' }, '400 Unsupported.Alias'],
    [{ KeyId: 'none' }, '404 Forbidden.KeyNotFound'],
  ])('is not given out for %j', async (query, code) => {
    const good = { WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: 'RSAES_OAEP_SHA_1' };
    expect(await call('GetParametersForImport', { ...good, ...query })).toEqual(refused(code));
  });

  test('of a KMS instance is not for OAEP with SHA-1', async () => {
    KeyId = await create({ DKMSInstanceId: 'kst-1', ProtectionLevel: 'HSM' });
    const answer = await parametersFor('RSAES_OAEP_SHA_1');
    expect(answer).toEqual(refused('400 UnsupportedOperation'));
    expect(await importMaterial(randomBytes(32))).toEqual(done);
  });
});

test('a key with material of KMS takes none, gives none, and has no token', async () => {
  const { ImportToken } = await parametersFor('RSAES_OAEP_SHA_256');
  KeyId = await create({ Origin: 'Aliyun_KMS' });
  const origin = refused('400 Unsupported.Origin');
  expect(await parametersFor('RSAES_OAEP_SHA_256')).toEqual(origin);
  expect(await call('DeleteKeyMaterial')).toEqual(origin);
  const answer = await call('ImportKeyMaterial', {
    ImportToken,
    EncryptedKeyMaterial: 'QUJD',
    KeyMaterialExpireUnix: '0',
  });
  expect(answer).toEqual(origin);
});
