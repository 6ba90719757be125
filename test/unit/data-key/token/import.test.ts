import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { ImportTarget } from '../../../../src/data-key/token/import.ts';
import { importDataKey } from '../../../../src/data-key/token/import.ts';
import { keyCheckValues } from '../../../../src/documents/key-check-value.ts';
import type { CallName } from '../../../../src/hsm/cryptoki/calls.ts';
import { CryptokiFailure } from '../../../../src/hsm/cryptoki/calls.ts';
import { CLASSES, RETURN_VALUES } from '../../../../src/hsm/cryptoki/constants.ts';
import { makePairInToken } from '../../../../src/hsm/key-pair.ts';
import type { TokenSession } from '../../../../src/hsm/session.ts';
import { findToken } from '../../../../src/hsm/tokens.ts';
import { findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import type { FakeToken, Quirks } from '../../../support/hsm/fake-token.ts';
import { fakeToken } from '../../../support/hsm/fake-token.ts';

const DATA_KEY = Buffer.from(
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  'hex',
);
const NAME = { label: 'payments', id: Buffer.from('00ff', 'hex') };
const ALL = { checkValues: [], shown: undefined };

interface Stage {
  readonly token: FakeToken;
  readonly at: TokenSession;
  readonly target: ImportTarget;
}

async function stage(
  quirks: Partial<Quirks> = {},
  dataKey = DATA_KEY,
  hash: 'sha256' | 'sha1' = 'sha256',
): Promise<Stage> {
  const token = fakeToken(quirks);
  const at = { call: token.call, token: await findToken(token.call, {}), session: 1n };
  const key = await makePairInToken(at, { label: 'wrapping', id: randomBytes(4) });
  const publicKey = createPublicKey({ key: key.publicKey.spki, format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const exported = publicEncrypt({ key: publicKey, padding, oaepHash: hash }, dataKey);
  const algorithm = findWrappingAlgorithm(
    hash === 'sha256' ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1',
  );
  const wrapped = {
    exportedDataKey: exported.toString('base64'),
    algorithm,
    numberOfBytes: dataKey.length,
  };
  return { token, at, target: { key, wrapped, name: NAME } };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KmsxError) return error.code;
  if (error instanceof CryptokiFailure) return error.functionName;
  throw new Error('nothing was thrown', { cause: error });
}

function secretKeys({ token }: Pick<Stage, 'token'>): unknown[] {
  return token.kept().filter(({ CLASS }) => CLASS === CLASSES['secret-key']);
}

describe('importing a data key into a token', () => {
  it('keeps it sensitive and not extractable, with the check values that software computes', async () => {
    const { token, target } = await stage();
    const [entry] = await importDataKey([target], ALL);
    expect(entry).toMatchObject({
      Token: 'fake',
      Serial: '0001',
      Label: 'payments',
      Id: '00ff',
      KeyType: 'AES',
      Sensitive: true,
      Extractable: false,
      KeyCheckValues: keyCheckValues(DATA_KEY),
    });
    expect(entry).not.toHaveProperty('AlreadyThere');
    expect(secretKeys({ token })).toMatchObject([{ SENSITIVE: true, EXTRACTABLE: false }]);
    await token.call('closeSession', { session: 1n });
    expect(token.kept()).toHaveLength(3);
  });

  it.each([
    { what: 'ignores the protection of a template', quirks: { ignoresProtection: true } },
    { what: 'does not tell the length of a key', quirks: { tellsLength: false } },
    { what: 'takes no key that unwraps alone', quirks: { wantsDecrypt: true } },
  ])('goes into a token that $what', async ({ quirks }) => {
    const { token, target } = await stage(quirks);
    await importDataKey([target], ALL);
    expect(secretKeys({ token })).toMatchObject([{ SENSITIVE: true, EXTRACTABLE: false }]);
  });

  it.each([
    {
      what: 'cannot be kept from showing the key',
      quirks: { ignoresProtection: true, fixesProtection: false },
      code: 'token-key-exposed',
    },
    { what: 'keeps another key', quirks: { copiesWrongKey: true }, code: 'import-mismatch' },
    { what: 'has no room', quirks: { room: 2 }, code: 'C_CopyObject' },
    { what: 'takes no OAEP at all', quirks: { hashes: [] }, code: 'token-cannot-unwrap' },
    { what: 'takes SHA-1 alone', quirks: { hashes: ['sha1'] }, code: 'token-cannot-unwrap' },
  ] as const)('leaves nothing in a token that $what', async ({ quirks, code }) => {
    const { token, target } = await stage(quirks);
    expect(await codeOf(importDataKey([target], ALL))).toBe(code);
    expect(secretKeys({ token })).toEqual([]);
  });

  it('says that a key may stand where the token does not remove it', async () => {
    const { target } = await stage({
      copiesWrongKey: true,
      before: (name) => {
        if (name !== 'destroyObject') return;
        throw new CryptokiFailure('C_DestroyObject', RETURN_VALUES.CKR_DEVICE_ERROR);
      },
    });
    await expect(importDataKey([target], ALL)).rejects.toMatchObject({
      code: 'module-failed',
      message:
        'the import failed, and the token "fake" (0001) may still have "payments": it was not removed',
    });
  });

  it.each([
    'CKR_GENERAL_ERROR',
    'CKR_FUNCTION_FAILED',
    'CKR_DATA_LEN_RANGE',
    'CKR_DEVICE_ERROR',
    'CKR_ENCRYPTED_DATA_LEN_RANGE',
    'CKR_WRAPPED_KEY_INVALID',
  ] as const)(
    'says the same of a corrupted export, whatever the token answers: %s',
    async (corrupted) => {
      const { token, target } = await stage({ corrupted });
      const exportedDataKey = randomBytes(256).fill(1, 0, 1).toString('base64');
      const wrapped = { ...target.wrapped, exportedDataKey };
      expect(await codeOf(importDataKey([{ ...target, wrapped }], ALL))).toBe('unwrap-failed');
      expect(secretKeys({ token })).toEqual([]);
    },
  );

  it('tells which algorithms the token does take', async () => {
    const { target } = await stage({ hashes: ['sha1'], unknownHash: 'CKR_ARGUMENTS_BAD' });
    await expect(importDataKey([target], ALL)).rejects.toMatchObject({
      details: { takes: ['RSAES_OAEP_SHA_1'] },
    });
  });

  it('names the hash where the export was made with another than it says', async () => {
    const { target } = await stage({}, DATA_KEY, 'sha1');
    const algorithm = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
    const wrapped = { ...target.wrapped, algorithm };
    await expect(importDataKey([{ ...target, wrapped }], ALL)).rejects.toMatchObject({
      code: 'wrapping-hash-mislabelled',
      details: { algorithm: 'RSAES_OAEP_SHA_1' },
    });
  });

  it('compares the expected check values first', async () => {
    const { token, target } = await stage();
    const right = keyCheckValues(DATA_KEY, ['label', 'ecb']);
    const wrong = keyCheckValues(randomBytes(32), ['label']);
    const importing = importDataKey([target], { ...ALL, checkValues: wrong });
    expect(await codeOf(importing)).toBe('check-value-mismatch');
    expect(secretKeys({ token })).toEqual([]);
    await importDataKey([target], { ...ALL, checkValues: right });
    expect(secretKeys({ token })).toHaveLength(1);
  });

  it('refuses a length other than the document says', async () => {
    const { target } = await stage();
    const wrapped = { ...target.wrapped, numberOfBytes: 16 };
    expect(await codeOf(importDataKey([{ ...target, wrapped }], ALL))).toBe('data-key-length');
  });

  it('imports a key of another length as a generic secret, with the check value of its own method', async () => {
    const dataKey = randomBytes(20);
    const { target } = await stage({}, dataKey);
    const [entry] = await importDataKey([target], ALL);
    expect(entry).toMatchObject({
      KeyType: 'GENERIC_SECRET',
      KeyCheckValues: keyCheckValues(dataKey),
    });
  });

  it('says so where the token computes no check value of such a key', async () => {
    const dataKey = randomBytes(20);
    const { target, token } = await stage({ digestsKeys: false }, dataKey);
    const checkValues = keyCheckValues(dataKey);
    const importing = importDataKey([target], { ...ALL, checkValues });
    expect(await codeOf(importing)).toBe('token-cannot-check');
    expect(secretKeys({ token })).toEqual([]);
    const [entry] = await importDataKey([target], ALL);
    expect(entry).not.toHaveProperty('KeyCheckValues');
  });

  it('finds what an earlier run imported, and leaves it', async () => {
    const { token, target } = await stage();
    await importDataKey([target], ALL);
    const [entry] = await importDataKey([target], ALL);
    expect(entry?.AlreadyThere).toBe(true);
    expect(secretKeys({ token })).toHaveLength(1);
  });

  it.each([
    { what: 'the label', name: { label: 'payments', id: Buffer.from('01', 'hex') } },
    { what: 'the id', name: { label: 'other', id: NAME.id } },
    { what: 'both', name: NAME },
  ])('never replaces another key that has $what', async ({ name }) => {
    const { token, at, target } = await stage({ replacesSameId: true });
    const other = await stage({}, randomBytes(32));
    const [held] = [await importDataKey([target], ALL)];
    expect(held).toHaveLength(1);
    const exportedDataKey = reexported(target, randomBytes(32));
    const wrapped = { ...target.wrapped, exportedDataKey };
    const before = secretKeys({ token });
    expect(await codeOf(importDataKey([{ ...target, wrapped, name }], ALL))).toBe(
      'token-object-exists',
    );
    expect(secretKeys({ token })).toEqual(before);
    expect(at.token.label).toBe(other.at.token.label);
  });

  it('names the label under which the id is in use, which finds the key, and another id imports it', async () => {
    const { token, target } = await stage();
    await importDataKey([target], ALL);
    const name = { ...NAME, label: 'other name' };
    const refusal: unknown = await importDataKey([{ ...target, name }], ALL).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({
      code: 'token-object-exists',
      message: expect.stringContaining(`its label is "${NAME.label}"`) as string,
      hints: [expect.stringContaining(`--label ${NAME.label} compares it`)],
    });
    expect((await importDataKey([target], ALL))[0]?.AlreadyThere).toBe(true);
    const free = { ...name, id: Buffer.from('02', 'hex') };
    await importDataKey([{ ...target, name: free }], ALL);
    expect(secretKeys({ token })).toHaveLength(2);
  });

  it('imports into several tokens or into none', async () => {
    const [one, two] = [await stage(), await stage({ room: 2 })];
    expect(await codeOf(importDataKey([one.target, two.target], ALL))).toBe('C_CopyObject');
    expect(secretKeys(one)).toEqual([]);
    const third = await stage();
    const entries = await importDataKey([one.target, third.target], ALL);
    expect(entries).toHaveLength(2);
    const stranger = await stage({}, randomBytes(32));
    const fresh = await stage();
    expect(await codeOf(importDataKey([fresh.target, stranger.target], ALL))).toBe(
      'data-keys-differ',
    );
    expect([...secretKeys(fresh), ...secretKeys(stranger)]).toEqual([]);
  });

  it('is whole or not there, and is found by the next run, whichever call the program is killed at', async () => {
    const counted = await stage();
    const before = counted.token.calls.length;
    await importDataKey([counted.target], ALL);
    const length = counted.token.calls.length - before;
    for (let at = 1; at <= length; at += 1) {
      let calls = 0;
      let isKilled = false;
      let isArmed = false;
      const quirks = {
        before: () => {
          if (isKilled) throw new Error('killed');
          if (!isArmed) return;
          calls += 1;
          if (calls < at) return;
          isKilled = true;
          throw new Error('killed');
        },
      };
      const { token, target } = await stage(quirks);
      isArmed = true;
      await importDataKey([target], ALL).catch(() => undefined);
      isArmed = false;
      isKilled = false;
      await token.call('closeSession', { session: 1n });
      const found = secretKeys({ token });
      expect(found.length).toBeLessThanOrEqual(1);
      for (const object of found) {
        expect(object).toMatchObject({ LABEL: Buffer.from('payments'), SENSITIVE: true });
      }
      const [entry] = await importDataKey([target], ALL);
      expect(entry?.AlreadyThere === true).toBe(found.length === 1);
      expect(secretKeys({ token })).toHaveLength(1);
    }
  });

  it.each(['findObjects', 'unwrapKey', 'getAttributes', 'encrypt', 'copyObject'] as const)(
    'leaves nothing when any %s fails',
    async (name: CallName) => {
      for (let at = 1; at <= 8; at += 1) {
        let isArmed = false;
        let calls = 0;
        const { token, target } = await stage({
          before: (called) => {
            if (!isArmed || called !== name) return;
            calls += 1;
            if (calls === at) throw new CryptokiFailure('C_Any', 0x30);
          },
        });
        isArmed = true;
        const isDone = await importDataKey([target], ALL).then(
          () => true,
          () => false,
        );
        isArmed = false;
        await token.call('closeSession', { session: 1n });
        expect(secretKeys({ token })).toHaveLength(isDone ? 1 : 0);
      }
    },
  );
});

function reexported({ key }: ImportTarget, dataKey: Uint8Array): string {
  const publicKey = createPublicKey({ key: key.publicKey.spki, format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, dataKey).toString('base64');
}
