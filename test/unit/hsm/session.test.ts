import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { CryptokiFailure } from '../../../src/hsm/cryptoki/calls.ts';
import { RETURN_VALUES, TOKEN_FLAGS } from '../../../src/hsm/cryptoki/constants.ts';
import { withTokenSession } from '../../../src/hsm/session.ts';
import { findToken } from '../../../src/hsm/tokens.ts';
import type { Quirks } from '../../support/hsm/fake-token.ts';
import { fakeToken, STANDARD } from '../../support/hsm/fake-token.ts';

interface Outcome {
  readonly calls: readonly string[];
  readonly warnings: readonly string[];
  readonly pins: readonly Buffer[];
}

async function run(
  quirks: Partial<Quirks>,
  { pin = '1234', readWrite = true, work = () => Promise.resolve('done') } = {},
): Promise<Outcome & { result: Promise<string> }> {
  const token = fakeToken(quirks);
  const warnings: string[] = [];
  const pins: Buffer[] = [];
  const options = {
    askPin: () => {
      const secret = new SecretBytes(Buffer.from(pin));
      pins.push(secret.bytes);
      return Promise.resolve(secret);
    },
    warn: (message: string) => Promise.resolve(void warnings.push(message)),
  };
  const found = await findToken(token.call, {});
  const result = withTokenSession(token.call, found, readWrite, options, work);
  await result.catch(() => undefined);
  return { calls: token.calls, warnings, pins, result };
}

const withFlags = (...flags: readonly (keyof typeof TOKEN_FLAGS)[]): Partial<Quirks> => ({
  flags: flags.reduce((all, flag) => all | TOKEN_FLAGS[flag], STANDARD.flags),
});

describe('a session with a token', () => {
  it('is logged out and closed, and the PIN overwritten, whatever happens', async () => {
    const good = await run({});
    await expect(good.result).resolves.toBe('done');
    const failed = await run({}, { work: () => Promise.reject(new Error('no')) });
    await expect(failed.result).rejects.toThrow('no');
    for (const { calls, pins } of [good, failed]) {
      expect(calls.slice(-2)).toEqual(['logout', 'closeSession']);
      expect(pins).toEqual([Buffer.alloc(4)]);
    }
  });

  it.each([
    { what: 'a wrong PIN', quirks: {}, pin: '9', code: 'pin-wrong', asks: 1 },
    { what: 'a locked PIN', quirks: withFlags('UserPinLocked'), code: 'pin-locked', asks: 0 },
    {
      what: 'a token that is write-protected',
      quirks: withFlags('WriteProtected'),
      code: 'token-read-only',
      asks: 0,
    },
  ])('refuses $what', async ({ quirks, pin, code, asks }) => {
    const { result, pins } = await run(quirks, { ...(pin !== undefined && { pin }) });
    await expect(result).rejects.toMatchObject({ code });
    expect(pins).toHaveLength(asks);
  });

  it('opens a token that is write-protected for reading', async () => {
    const { result } = await run(withFlags('WriteProtected'), { readWrite: false });
    await expect(result).resolves.toBe('done');
  });

  it.each([
    [withFlags('UserPinFinalTry', 'UserPinCountLow'), 'has one try left'],
    [withFlags('UserPinCountLow'), 'was given a wrong PIN before'],
  ])('warns before the PIN is asked for', async (quirks, text) => {
    const { warnings } = await run(quirks);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(text);
  });

  it.each([
    ['CKR_PIN_LOCKED', 'pin-locked'],
    ['CKR_PIN_EXPIRED', 'pin-unusable'],
    ['CKR_SESSION_READ_ONLY', 'token-read-only'],
    ['CKR_DEVICE_MEMORY', 'token-full'],
    ['CKR_TOKEN_RESOURCE_EXCEEDED', 'token-full'],
    ['CKR_DEVICE_REMOVED', 'token-missing'],
    ['CKR_GENERAL_ERROR', 'module-failed'],
    ['CKR_MECHANISM_INVALID', 'module-failed'],
  ] as const)('says what %s means', async (name, code) => {
    const failure = new CryptokiFailure('C_Any', RETURN_VALUES[name]);
    const { result } = await run({}, { work: () => Promise.reject(failure) });
    await expect(result).rejects.toMatchObject({ code });
    await expect(result).rejects.toThrow(`(C_Any: ${name})`);
  });

  it('names a return value that it does not know by its number', async () => {
    const failure = new CryptokiFailure('C_Any', 0x80000123);
    const { result } = await run({}, { work: () => Promise.reject(failure) });
    await expect(result).rejects.toThrow('(C_Any: 0x80000123)');
  });
});
