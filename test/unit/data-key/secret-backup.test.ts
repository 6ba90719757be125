import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError, kmsxError } from '../../../src/base/error.ts';
import {
  assertSecretFree,
  assertSecretName,
  createSecretBackup,
  readSecretBackup,
} from '../../../src/data-key/secret-backup.ts';
import { answerMalformed } from '../../../src/answers/errors.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { PERMISSION_CODES, refused } from '../../support/kms/refusals.ts';

type Secrets = Pick<KmsClient, 'createSecret' | 'describeSecret' | 'getSecretValue'>;

const SECRET = { name: 'backups/payments', versionId: 'kmsx-0123', text: '{"Format":"…"}' };
const answered = { requestId: 'R' };

/** What KMS refuses with a code. */
function refusal(code: string): KmsxError {
  return refused(code, { requestId: 'R-1', httpStatus: 400 });
}

/** A KMS that answers as a test says, and fails a call that the test says nothing of. */
function kmsOf(answers: Partial<Secrets>, region?: string): KmsClient {
  const unexpected = (): Promise<never> => Promise.reject(new Error('an unexpected call'));
  const secrets: Secrets = {
    createSecret: unexpected,
    describeSecret: unexpected,
    getSecretValue: unexpected,
    ...answers,
  };
  return { ...secrets, region } as KmsClient;
}

const refuses = (error: Error) => (): Promise<never> => Promise.reject(error);
const finds = (text: string, versionId: string) => () =>
  Promise.resolve({ ...answered, text, versionId });

async function failureOf(run: Promise<unknown>): Promise<KmsxError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KmsxError)) throw new Error('no KmsxError', { cause: error });
  expect(error.message).not.toContain(SECRET.text);
  return error;
}

describe('the name of a secret', () => {
  it('has 1 to 192 characters of a small alphabet', () => {
    const alphabet = 'azAZ09_/+=.@-';
    const good = fc.string({
      unit: fc.constantFrom(...Array.from(alphabet)),
      minLength: 1,
      maxLength: 192,
    });
    fc.assert(
      fc.property(
        good.filter((name) => !name.startsWith('acs/')),
        (name) => {
          assertSecretName(name);
        },
      ),
    );
  });

  it.each([[''], ['acs/ram'], ['a b'], ['ä'], ['a:b'], ['a\n'], ['a'.repeat(193)], ['a?b#c']])(
    'is refused before KMS is asked: %j',
    (name) => {
      expect(() => {
        assertSecretName(name);
      }).toThrow(expect.objectContaining({ kind: 'usage', code: 'secret-name-malformed' }));
    },
  );
});

describe('whether a secret is still to be made', () => {
  it('is so where KMS does not know it', async () => {
    const kms = kmsOf({ describeSecret: refuses(refusal('Forbidden.ResourceNotFound')) });
    expect(await assertSecretFree('s', kms)).toBe(true);
  });

  it.each(PERMISSION_CODES)('is not known without the permission to ask: %s', async (code) => {
    const kms = kmsOf({ describeSecret: refuses(refusal(code)) });
    expect(await assertSecretFree('s', kms)).toBe(false);
  });

  it('is not so where it exists', async () => {
    const kms = kmsOf({ describeSecret: () => Promise.resolve(answered) });
    expect(await failureOf(assertSecretFree('s', kms))).toMatchObject({
      code: 'secret-exists',
      kind: 'kms',
      message: 'secret:s already exists',
    });
  });

  it('is not decided by any other refusal', async () => {
    const kms = kmsOf({ describeSecret: refuses(refusal('Rejected.Throttling')) });
    expect(await failureOf(assertSecretFree('s', kms))).toMatchObject({
      code: 'Rejected.Throttling',
      message: 'secret:s: KMS gets too many calls from this account',
    });
  });
});

describe('a backup as a new secret', () => {
  const exists = refuses(refusal('Rejected.ResourceExist'));
  const lost = refuses(kmsxError('network-failed', 'the connection ended'));
  const garbled = refuses(answerMalformed('CreateSecret', 'RequestId is missing'));
  const own = finds(SECRET.text, SECRET.versionId);
  const absent = refuses(refusal('Forbidden.ResourceNotFound'));
  const unreadable = refuses(refusal('Forbidden.NoPermission'));

  it('is made by one call', async () => {
    const made: unknown[] = [];
    const kms = kmsOf({
      createSecret: (secret) => {
        made.push(secret);
        return Promise.resolve(answered);
      },
    });
    await createSecretBackup(SECRET, kms);
    expect(made).toEqual([SECRET]);
  });

  it.each([
    ['says that it exists', exists],
    ['was lost', lost],
    ['cannot be right', garbled],
  ])('stands where the answer %s and it reads back as its own', async (_, createSecret) => {
    await createSecretBackup(SECRET, kmsOf({ createSecret, getSecretValue: own }));
  });

  it.each([
    ['with the same text under another version', exists, finds(SECRET.text, 'kmsx-4567')],
    ['with another text under the same version', exists, finds('{}', SECRET.versionId)],
    ['that was made meanwhile', lost, finds('{}', 'v1')],
    ['that is about to be deleted', exists, absent],
  ])("is never taken for somebody else's: %s", async (_, createSecret, getSecretValue) => {
    const kms = kmsOf({ createSecret, getSecretValue });
    expect(await failureOf(createSecretBackup(SECRET, kms))).toMatchObject({
      code: 'secret-exists',
      message: 'secret:backups/payments already exists',
    });
  });

  it('is not taken for made where it was lost and is not there', async () => {
    const kms = kmsOf({ createSecret: lost, getSecretValue: absent });
    expect(await failureOf(createSecretBackup(SECRET, kms))).toMatchObject({
      code: 'network-failed',
      kind: 'unavailable',
      message: 'secret:backups/payments: the connection ended',
    });
  });

  it.each([
    [
      'exists',
      exists,
      'secret-exists',
      /^secret:backups\/payments exists; kmsx could not read whether it holds this/,
    ],
    ['may exist', lost, 'network-failed', /; it may have been made$/],
  ])(
    'that %s and cannot be read back says how to find out',
    async (_, createSecret, code, text) => {
      const kms = kmsOf({ createSecret, getSecretValue: unreadable });
      const error = await failureOf(createSecretBackup(SECRET, kms));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(text);
      expect(error.hints?.join()).toContain(SECRET.versionId);
    },
  );

  it.each(PERMISSION_CODES)(
    'without the permission names it, and does not read: %s',
    async (code) => {
      const kms = kmsOf({ createSecret: refuses(refusal(code)) }, 'cn-hangzhou');
      expect(await failureOf(createSecretBackup(SECRET, kms))).toMatchObject({
        code,
        kind: 'credentials',
        message: 'secret:backups/payments: these credentials have no permission for CreateSecret',
        hints: ['allow kms:CreateSecret on acs:kms:cn-hangzhou:*:secret in a RAM policy'],
        requestId: 'R-1',
        httpStatus: 400,
      });
    },
  );

  it('says what KMS says of who misses it', async () => {
    const message =
      'secret:backups/payments: these credentials have no permission for CreateSecret';
    const named =
      'allow kms:CreateSecret on acs:kms:cn-hangzhou:1234:secret for the RAM user a in a RAM policy';
    const unnamed = 'allow kms:CreateSecret for the RAM user a in a RAM policy';
    const resource = 'the Resource of its statement is acs:kms:cn-hangzhou:*:secret';
    for (const [its, hints] of [
      ['acs:kms:cn-hangzhou:1234:secret', [named]],
      [undefined, [unnamed, resource]],
    ] as const) {
      const denial = {
        kind: 'implicit',
        action: 'kms:CreateSecret',
        resource: its,
        principal: 'the RAM user a',
        policy: undefined,
        encoded: undefined,
      } as const;
      const denied = refused('Forbidden.NoPermission', { denial });
      const kms = kmsOf({ createSecret: refuses(denied) }, 'cn-hangzhou');
      const error = await failureOf(createSecretBackup(SECRET, kms));
      expect(error).toMatchObject({ message, hints });
    }
  });

  it('passes on what is no error of KMS', async () => {
    const defect = new TypeError('a defect');
    const kms = kmsOf({ createSecret: refuses(defect) });
    await expect(createSecretBackup(SECRET, kms)).rejects.toBe(defect);
  });
});

describe('a backup that KMS keeps', () => {
  it('is read as the bytes of its text', async () => {
    const kms = kmsOf({ getSecretValue: finds('{"a":"ä"}', 'v') });
    expect(await readSecretBackup('s', kms)).toEqual(Buffer.from('{"a":"ä"}'));
  });

  it('that is not there, or not to be read, is named', async () => {
    const missing = kmsOf({ getSecretValue: refuses(refusal('Forbidden.ResourceNotFound')) });
    expect(await failureOf(readSecretBackup('s', missing))).toMatchObject({
      code: 'Forbidden.ResourceNotFound',
      message: 'secret:s: KMS does not know this secret here',
    });
    const forbidden = kmsOf({ getSecretValue: refuses(refusal('Forbidden.NoPermission')) });
    expect(await failureOf(readSecretBackup('s', forbidden))).toMatchObject({
      hints: ['allow kms:GetSecretValue on acs:kms:*:*:secret/s in a RAM policy'],
    });
  });
});
