import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import {
  ambientProfile,
  namedProfile,
  parseCliConfig,
  profileRegion,
} from '../../../src/credentials/cli-profile.ts';
import { failure } from '../../support/kms/clients.ts';

const CONFIG = {
  current: 'prod',
  profiles: [
    {
      name: 'prod',
      mode: 'AK',
      access_key_id: 'id',
      access_key_secret: 's',
      region_id: 'cn-beijing',
    },
    { name: 'dev', mode: 'ak', region_id: '', expired_seconds: 900 },
  ],
  meta_path: '',
};

function homeWith(config: object | string): string {
  const home = mkdtempSync(join(tmpdir(), 'kmsx-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true });
  });
  mkdirSync(join(home, '.aliyun'));
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  writeFileSync(join(home, '.aliyun', 'config.json'), text);
  return home;
}

describe('parseCliConfig', () => {
  test('reads profiles and their settings', () => {
    const { current, profiles } = parseCliConfig(JSON.stringify(CONFIG));
    expect(current).toBe('prod');
    expect(profiles.map(({ name, mode }) => [name, mode])).toEqual([
      ['prod', 'AK'],
      ['dev', 'ak'],
    ]);
    expect(profiles[0]?.setting('region_id')).toBe('cn-beijing');
    expect(profiles[1]?.setting('region_id')).toBeUndefined();
    expect(profiles[1]?.setting('expired_seconds')).toBe('900');
    expect(profiles[1]?.setting('toString')).toBeUndefined();
  });

  test.each([
    ['text that is cut short', JSON.stringify(CONFIG).slice(0, -9)],
    [
      'a name that stands twice',
      '{"profiles":[{"name":"canary","mode":"AK","canary":1,"canary":2}]}',
    ],
    ['no object', '["canary"]'],
    ['no profiles', '{"current":"canary"}'],
    ['profiles that are no list', '{"profiles":{"canary":{}}}'],
    ['a profile that is not an object', '{"profiles":["canary"]}'],
    ['a profile without a name', '{"profiles":[{"mode":"AK","access_key_secret":"canary"}]}'],
    ['a profile whose mode is not a string', '{"profiles":[{"name":"x","mode":7,"s":"canary"}]}'],
    ['a current profile that is not a string', '{"current":7,"profiles":[]}'],
  ])('refuses %s and shows nothing of it', (_, text) => {
    const error = refusal(text);
    expect(error.code).toBe('credentials-file-malformed');
    expect(error.kind).toBe('usage');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('throws nothing but credentials-file-malformed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseCliConfig(text);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
          expect(error).toHaveProperty('code', 'credentials-file-malformed');
        }
      }),
    );
  });
});

describe('the profile that applies', () => {
  test('is the current one, or that of ALIBABA_CLOUD_PROFILE', async () => {
    const home = homeWith(CONFIG);
    expect((await ambientProfile({ env: {}, home })).profile?.name).toBe('prod');
    const env = { ALIBABA_CLOUD_PROFILE: 'dev' };
    expect((await ambientProfile({ env, home })).profile?.name).toBe('dev');
  });

  test.each<[string, object | undefined, Readonly<Record<string, string>>, string]>([
    ['without a file', undefined, {}, '~/.aliyun/config.json does not exist'],
    ['without a current profile', { profiles: [] }, {}, 'has no current profile'],
    [
      'with a current profile that does not exist',
      { current: 'x', profiles: [] },
      {},
      'no profile "x"',
    ],
    [
      'with ALIBABA_CLOUD_CLI_PROFILE_DISABLED',
      CONFIG,
      { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'TRUE' },
      'ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true',
    ],
  ])('is none %s, and says so', async (_, config, env, reason) => {
    const home = config === undefined ? '/nowhere' : homeWith(config);
    const result = await ambientProfile({ env, home });
    expect(result.profile).toBeUndefined();
    expect(result.reason).toContain(reason);
  });

  test('is the one of --profile, or an error', async () => {
    const home = homeWith(CONFIG);
    expect((await namedProfile('dev', { home })).name).toBe('dev');
    expect(await failure(namedProfile('none', { home }))).toMatchObject({
      code: 'profile-missing',
      kind: 'usage',
    });
    expect((await failure(namedProfile('dev', { home: '/nowhere' }))).code).toBe('profile-missing');
    expect((await failure(namedProfile('dev', { home: undefined }))).code).toBe('profile-missing');
  });
});

describe('profileRegion', () => {
  test.each<[string, object, string | undefined]>([
    ['the current profile', {}, 'cn-beijing'],
    ['ALIBABA_CLOUD_PROFILE', { env: { ALIBABA_CLOUD_PROFILE: 'dev' } }, undefined],
    ['--profile', { profile: 'prod', env: { ALIBABA_CLOUD_PROFILE: 'dev' } }, 'cn-beijing'],
    ['a profile that does not exist', { env: { ALIBABA_CLOUD_PROFILE: 'none' } }, undefined],
  ])('is that of %s', async (_, options, expected) => {
    const home = homeWith(CONFIG);
    expect(await profileRegion({ env: {}, home, ...options })).toBe(expected);
  });

  test('is an error for a missing profile of --profile, and for a broken file', async () => {
    const home = homeWith(CONFIG);
    expect((await failure(profileRegion({ profile: 'x', env: {}, home }))).code).toBe(
      'profile-missing',
    );
    const broken = homeWith('{');
    expect((await failure(profileRegion({ env: {}, home: broken }))).code).toBe(
      'credentials-file-malformed',
    );
  });
});

function refusal(text: string): KmsxError {
  try {
    parseCliConfig(text);
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
