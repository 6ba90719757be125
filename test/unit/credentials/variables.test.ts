import { describe, expect, test } from 'vitest';
import type { Env } from '../../../src/base/env.ts';
import type { CredentialOptions } from '../../../src/credentials/credentials.ts';
import { profileRegion } from '../../../src/credentials/cli-profile.ts';
import {
  ALIYUN_VARIABLES,
  IGNORE_PROFILE_VARIABLES,
  PROFILE_VARIABLES,
} from '../../../src/credentials/variables.ts';
import { homeWith, resolveIn } from '../../support/credentials/credential-home.ts';
import { failure } from '../../support/kms/clients.ts';

const KEY = { mode: 'AK', access_key_secret: 'secret' };
const CONFIG = {
  current: 'default',
  profiles: [
    { name: 'default', access_key_id: 'id', region_id: 'cn-hangzhou', ...KEY },
    { name: 'prod', access_key_id: 'prod-id', region_id: 'cn-shanghai', ...KEY },
  ],
};
const INI = '[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = secret\n';
const KEY_VARIABLES: Env = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'env-id',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
};

async function found(
  env: Env,
  options: Partial<CredentialOptions> = {},
): Promise<{ source: string; warnings: string[] }> {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const { source } = await resolveIn({ config: CONFIG, ini: INI }, { env, warn, ...options });
  return { source, warnings };
}

describe('the profile of the environment', () => {
  test.each(PROFILE_VARIABLES)('is that of %s, as aliyun reads it', async (name) => {
    const env = { [name]: 'prod' };
    expect(await found(env)).toEqual({ source: 'profile prod (AK)', warnings: [] });
    const home = homeWith({ config: CONFIG });
    expect(await profileRegion({ env, home })).toBe('cn-shanghai');
    const error = await failure(found({ [name]: 'nosuch' }));
    expect(error.code).toBe('profile-missing');
    expect(error.message).toContain(`${name} names "nosuch"`);
  });

  test('is refused if two variables name different profiles', async () => {
    const names = { ALIBABACLOUD_PROFILE: 'prod', ALIBABA_CLOUD_PROFILE: 'default' };
    expect(await failure(found(names))).toMatchObject({
      code: 'credentials-failed',
      message:
        'ALIBABACLOUD_PROFILE names the profile "prod" and ALIBABA_CLOUD_PROFILE names "default"',
    });
    const { source } = await found(names, { profile: 'prod' });
    expect(source).toBe('profile prod (AK)');
    const { warnings } = await found({ ALICLOUD_PROFILE: 'prod', ALIBABA_CLOUD_PROFILE: 'prod' });
    expect(warnings).toEqual([]);
  });

  test.each(PROFILE_VARIABLES)(
    'is warned of if the access key of the environment comes first: %s',
    async (name) => {
      const { source, warnings } = await found({ ...KEY_VARIABLES, [name]: 'prod' });
      expect(source).toBe('environment');
      expect(warnings).toEqual([
        `${name} names the profile "prod", but kmsx uses environment, which comes first: give --profile, or unset one`,
      ]);
    },
  );

  test.each([...IGNORE_PROFILE_VARIABLES, 'ALIBABA_CLOUD_CLI_PROFILE_DISABLED'])(
    'is not read if %s is TRUE, but --profile is',
    async (name) => {
      const env = { [name]: 'TRUE', ALICLOUD_PROFILE: 'default' };
      expect(await found(env)).toMatchObject({
        source: 'section default of ~/.alibabacloud/credentials',
      });
      expect(await found(env, { profile: 'prod' })).toMatchObject({ source: 'profile prod (AK)' });
      expect(await profileRegion({ env, home: homeWith({ config: CONFIG }) })).toBeUndefined();
    },
  );
});

const PASSED_OVER = ALIYUN_VARIABLES.flatMap(({ names, own, decides }) =>
  names.filter((name) => name !== own).map((name) => ({ name, own, decides })),
);

describe('a variable that aliyun reads and kmsx does not', () => {
  test.each(PASSED_OVER)('is warned of: $name', async ({ name, own, decides }) => {
    const { source, warnings } = await found({ [name]: 'canary' });
    expect(source).toBe('profile default (AK)');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      new RegExp(`^${name} is set, which aliyun reads and kmsx does not: use .+, or unset it$`),
    );
    expect(warnings[0]).not.toContain('canary');
    if (own !== undefined) expect(warnings[0]).toContain(`use ${own}, or`);

    const decided =
      decides === 'profile' ? { profile: 'default' } : { decided: { [decides]: true } };
    expect((await found({ [name]: 'canary' }, decided)).warnings).toEqual([]);
    expect((await found({ [name]: '' })).warnings).toEqual([]);
  });

  test('is not warned of if it says what kmsx read, or if aliyun does not look at it', async () => {
    const same = { ALIBABACLOUD_ROLE_ARN: 'arn', ALIBABA_CLOUD_ROLE_ARN: 'arn' };
    expect((await found(same)).warnings).toEqual([]);
    const later = { ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou', REGION: 'us-east-1' };
    expect((await found(later)).warnings).toEqual([]);
    const first = { ALIBABACLOUD_ROLE_ARN: 'other', ALIBABA_CLOUD_ROLE_ARN: 'arn' };
    expect((await found(first)).warnings).toHaveLength(1);
  });
});

const OIDC: Env = {
  ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1234:role/oidc',
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1234:oidc-provider/p',
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/nowhere/token',
};

/** What makes each variable count. */
const READ: readonly (readonly [string, Env])[] = [
  ['ALIBABA_CLOUD_ACCESS_KEY_ID', KEY_VARIABLES],
  ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', KEY_VARIABLES],
  ['ALIBABA_CLOUD_SECURITY_TOKEN', { ...KEY_VARIABLES, ALIBABA_CLOUD_SECURITY_TOKEN: 't' }],
  ['ALIBABA_CLOUD_ROLE_ARN', OIDC],
  ['ALIBABA_CLOUD_OIDC_PROVIDER_ARN', OIDC],
  ['ALIBABA_CLOUD_OIDC_TOKEN_FILE', OIDC],
  ['ALIBABA_CLOUD_ROLE_SESSION_NAME', { ...OIDC, ALIBABA_CLOUD_ROLE_SESSION_NAME: 'name' }],
  ['ALIBABA_CLOUD_STS_REGION', { ...OIDC, ALIBABA_CLOUD_STS_REGION: 'cn-hangzhou' }],
  [
    'ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED',
    {
      ...OIDC,
      ALIBABA_CLOUD_STS_REGION: 'cn-hangzhou',
      ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true',
    },
  ],
  ...PROFILE_VARIABLES.map((name) => [name, { [name]: 'prod' }] as const),
  ...IGNORE_PROFILE_VARIABLES.map((name) => [name, { [name]: 'TRUE' }] as const),
  ['ALIBABA_CLOUD_CLI_PROFILE_DISABLED', { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' }],
  [
    'ALIBABA_CLOUD_CREDENTIALS_FILE',
    {
      ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
      ALIBABA_CLOUD_CREDENTIALS_FILE: '/nowhere',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
      ALIBABA_CLOUD_CREDENTIALS_URI: 'https://localhost/',
    },
  ],
];

describe('quotes and blanks around a value of the environment', () => {
  test.each(
    READ.flatMap(([name, env]) =>
      [`"X"`, `'X'`, '`X`', '“X”', '"X', "X'", ' X', 'X ', 'X\r'].map((form) => ({
        name,
        form,
        env,
      })),
    ),
  )('are refused before anything is sent: $name=$form', async ({ name, form, env }) => {
    const written = form.replace('X', env[name] ?? '');
    const error = await failure(found({ ...env, [name]: written }));
    expect(error).toMatchObject({ code: 'credentials-failed', kind: 'credentials' });
    expect(error.message).toBe(
      `${name} begins or ends with a quote or white space, which is not part of its value`,
    );
    expect(error.hints?.join()).toContain(`set ${name} again without them`);
  });

  test('do not matter in a variable that is not read', async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: '"id"' };
    expect((await found(env, { profile: 'prod' })).source).toBe('profile prod (AK)');
  });
});
