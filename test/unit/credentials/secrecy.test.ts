import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillHome, homeWith } from '../../support/credentials/credential-home.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import { closedPort } from '../../support/network/servers.ts';

/* Whatever is wrong with a configuration, its secrets are in nothing that kmsx says. */

const MODES = [
  'AK',
  'StsToken',
  'RamRoleArn',
  'ChainableRamRoleArn',
  'RamRoleArnWithRoleName',
  'EcsRamRole',
  'OIDC',
  'CredentialsURI',
  'External',
  'CloudSSO',
  'OAuth',
  'RsaKeyPair',
  'BearerToken',
  'Anonymous',
  '',
];
const TYPES = [
  'access_key',
  'sts',
  'ram_role_arn',
  'ecs_ram_role',
  'oidc_role_arn',
  'credentials_uri',
  'rsa_key_pair',
  'bearer',
];

const secret = fc.stringMatching(/^[0-9a-f]{24}$/);
const someSecrets = fc.array(secret, { minLength: 12, maxLength: 12 });

/** How a text may be spoilt; positions are parts of its length. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('none' as const) }),
  fc.record({
    kind: fc.constant('cut' as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('drop' as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    text: fc.constantFrom('"', '{', '}', ',', '\n', '\0', '\\', ' ', '[', '=', ';', 'é'),
  }),
);

function spoil(text: string, how: typeof damage extends fc.Arbitrary<infer D> ? D : never): string {
  if (how.kind === 'none') return text;
  const at = Math.floor(how.at * text.length);
  if (how.kind === 'cut') return text.slice(0, at);
  if (how.kind === 'drop') return text.slice(0, at) + text.slice(at + 1);
  return text.slice(0, at) + how.text + text.slice(at);
}

function settings(secrets: readonly string[]): Record<string, string | number> {
  const [a, b, c, d, e, f, g, h, i, j, k, l] = secrets;
  return {
    access_key_id: 'some-id',
    access_key_secret: a ?? '',
    sts_token: b ?? '',
    sts_expiration: 4_000_000_000,
    ram_role_arn: 'acs:ram::1234567890123456:role/r',
    source_profile: 'other',
    external_id: c ?? '',
    process_command: `/nowhere/program --token ${d ?? ''}`,
    credentials_uri: `http://127.0.0.1:1/?${e ?? ''}`,
    oidc_provider_arn: 'acs:ram::1234567890123456:oidc-provider/p',
    oidc_token_file: '/nowhere/token',
    access_token: f ?? '',
    oauth_access_token: g ?? '',
    oauth_refresh_token: h ?? '',
    bearer_token: i ?? '',
    private_key: j ?? '',
    region_id: 'cn-hangzhou',
    expired_seconds: 900,
    key_pair_name: k ?? '',
    sts_endpoint: '127.0.0.1:1',
    cloud_sso_sign_in_url: `https://signin.invalid/${l ?? ''}`,
  };
}

/** Exchanges the values of two settings, as somebody does who is in a hurry. */
function mixUp(
  profile: Record<string, string | number>,
  [one, other]: readonly [number, number],
): Record<string, string | number> {
  const names = Object.keys(profile);
  const [a = '', b = ''] = [names[one % names.length], names[other % names.length]];
  return { ...profile, [a]: profile[b] ?? '', [b]: profile[a] ?? '' };
}

async function saidWith(home: string, endpoint: string, proxy: string): Promise<string> {
  const argv = ['export-key', '--key-id', 'alias/a', '--pubkey', PUBKEY, '--endpoint', endpoint];
  const options = ['--max-attempts', '1', '--timeout', '2', '--verbose'];
  let said = '';
  for (const format of ['json', 'text']) {
    const outcome = await runInProcess([...argv, ...options, '--error-format', format], {
      env: {
        HOME: home,
        KMSX_DEBUG: '1',
        DEBUG: '*',
        ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
        HTTPS_PROXY: proxy,
        HTTP_PROXY: proxy,
      },
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.code, outcome.stderr).not.toBe(1);
    said += outcome.stdout + outcome.stderr;
  }
  return said;
}

function assertSilent(said: string, secrets: readonly string[]): void {
  for (const value of secrets) {
    for (let at = 0; at < value.length; at += 8) {
      expect(said).not.toContain(value.slice(at, at + 8));
    }
  }
}

test('nothing of ~/.aliyun/config.json that is secret is ever said', async () => {
  const closed = `http://127.0.0.1:${await closedPort()}`;
  const home = homeWith({});
  const pair = fc.tuple(fc.nat(40), fc.nat(40));
  const modes = fc.tuple(fc.constantFrom(...MODES), fc.constantFrom(...MODES));
  await fc.assert(
    fc.asyncProperty(
      someSecrets,
      modes,
      fc.option(pair),
      damage,
      async (secrets, two, mix, how) => {
        const list = two.map((mode, index) => {
          const profile = { mode, ...settings(secrets) };
          return { name: index === 0 ? 'main' : 'other', ...(mix ? mixUp(profile, mix) : profile) };
        });
        const text = JSON.stringify({ current: 'main', profiles: list }, null, 2);
        fillHome(home, { config: spoil(text, how) });
        assertSilent(await saidWith(home, closed, closed), secrets);
      },
    ),
    { numRuns: 40 },
  );
});

test('nothing of ~/.alibabacloud/credentials that is secret is ever said', async () => {
  const closed = `http://127.0.0.1:${await closedPort()}`;
  const home = homeWith({});
  await fc.assert(
    fc.asyncProperty(someSecrets, fc.constantFrom(...TYPES), damage, async (secrets, type, how) => {
      const [a = '', b = '', c = '', d = ''] = secrets;
      const lines = [
        '[default]',
        `type = ${type}`,
        'access_key_id = some-id',
        `access_key_secret = ${a}`,
        `security_token = ${b}`,
        'role_arn = acs:ram::1234567890123456:role/r',
        `credentials_uri = http://127.0.0.1:1/?${c}`,
        'oidc_provider_arn = p',
        'oidc_token_file_path = /nowhere/token',
        `private_key_file = ${d}`,
        'sts_endpoint = 127.0.0.1:1',
      ];
      fillHome(home, { ini: spoil(lines.join('\n'), how) });
      assertSilent(await saidWith(home, closed, closed), secrets.slice(0, 4));
    }),
    { numRuns: 40 },
  );
});
