import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makePairInToken } from '../../../src/hsm/key-pair.ts';
import { probeAlgorithms } from '../../../src/hsm/probe.ts';
import type { TokenSession } from '../../../src/hsm/session.ts';
import { findToken } from '../../../src/hsm/tokens.ts';
import type { FakeToken, Quirks } from '../../support/hsm/fake-token.ts';
import { fakeToken } from '../../support/hsm/fake-token.ts';

async function stage(
  quirks: Partial<Quirks> = {},
): Promise<{ token: FakeToken; at: TokenSession }> {
  const token = fakeToken(quirks);
  return { token, at: { call: token.call, token: await findToken(token.call, {}), session: 1n } };
}

const NAME = { label: 'wrapping', id: Buffer.from('0102', 'hex') };

describe('making a wrapping key pair in a token', () => {
  it('makes one that unwraps and does nothing else, sensitive and not extractable', async () => {
    const { token, at } = await stage();
    const key = await makePairInToken(at, NAME);
    expect(key.publicKey).toMatchObject({ modulusBits: 2048, publicExponent: 65_537n });
    expect(token.kept().find(({ CLASS }) => CLASS === 3)).toMatchObject({
      UNWRAP: true,
      DECRYPT: false,
      SIGN: false,
      SENSITIVE: true,
      EXTRACTABLE: false,
      PRIVATE: true,
    });
  });

  it('lets it decrypt where the token takes no other', async () => {
    const { token, at } = await stage({ wantsDecrypt: true });
    await makePairInToken(at, NAME);
    expect(token.kept().find(({ CLASS }) => CLASS === 3)).toMatchObject({ DECRYPT: true });
  });

  it.each([
    { what: 'label', name: { label: 'wrapping', id: Buffer.from('03', 'hex') } },
    { what: 'id', name: { label: 'other', id: NAME.id } },
  ])(
    'refuses a $what that is in use, since some tokens replace the older key',
    async ({ name }) => {
      const { token, at } = await stage({ replacesSameId: true });
      await makePairInToken(at, NAME);
      const before = token.kept();
      await expect(makePairInToken(at, name)).rejects.toMatchObject({
        code: 'token-object-exists',
      });
      expect(token.kept()).toEqual(before);
    },
  );
});

describe('probing a token', () => {
  it.each([
    [{}, ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']],
    [{ hashes: ['sha1'] }, ['RSAES_OAEP_SHA_1']],
    [{ hashes: [] }, []],
    [{ hasSessionPairs: false }, undefined],
  ] as const)('finds what it unwraps: %o', async (quirks, expected) => {
    const { token, at } = await stage(quirks);
    expect(await probeAlgorithms(at)).toEqual(expected);
    expect(token.kept()).toEqual([]);
  });
});

describe('finding a token', () => {
  it('needs exactly one', async () => {
    const { token } = await stage();
    await expect(findToken(token.call, { serial: '0001' })).resolves.toMatchObject({ slot: 7n });
    for (const query of [
      { label: 'no' },
      { serial: randomBytes(2).toString('hex') },
      { slot: 8n },
    ]) {
      await expect(findToken(token.call, query)).rejects.toMatchObject({ code: 'token-missing' });
    }
  });
});
