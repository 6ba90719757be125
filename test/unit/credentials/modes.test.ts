import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  fillHome,
  homeWith,
  keysOf,
  metadataAt,
  profiles,
  resolveIn,
  stsAt,
} from '../../support/credentials/credential-home.ts';
import { startMetadata } from '../../support/credentials/metadata-server.ts';
import { ACCOUNT_ID, KNOWN_KEY, startSts } from '../../support/credentials/sts-server.ts';
import { clientOf, DECRYPT, failure } from '../../support/kms/clients.ts';
import { closedPort, json, startServer } from '../../support/network/servers.ts';

const KEY = {
  access_key_id: KNOWN_KEY.accessKeyId,
  access_key_secret: KNOWN_KEY.accessKeySecret,
};
const ROLE = { ram_role_arn: `acs:ram::${ACCOUNT_ID}:role/first`, ram_session_name: 'ceremony' };
const SESSION = { ...KEY, sts_token: 'canary-profile-token' };
const NOW = new Date('2026-11-23T08:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const now = (): Date => NOW;

describe('ChainableRamRoleArn', () => {
  const CHAIN = [
    { mode: 'chainableRAMrolearn', region_id: 'cn-beijing', source_profile: 'other', ...ROLE },
    { mode: 'AK', region_id: 'cn-hangzhou', ...KEY },
  ];

  test('assumes its role with the credentials of the profile that source_profile names', async () => {
    const sts = await startSts();
    const credentials = await resolveIn(profiles(...CHAIN), { resolve: [stsAt(sts.port)] });
    expect(credentials).toMatchObject({
      source: 'profile main (chainableRAMrolearn)',
      region: 'cn-beijing',
    });
    expect(sts.requests).toHaveLength(0);
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'STS.session1');
    expect(sts.calls('AssumeRole')).toMatchObject([
      {
        AccessKeyId: KNOWN_KEY.accessKeyId,
        RoleArn: ROLE.ram_role_arn,
        RoleSessionName: 'ceremony',
      },
    ]);
  });

  test('goes through several roles, each signed by the one before it', async () => {
    const sts = await startSts();
    const middle = {
      mode: 'RamRoleArn',
      ...KEY,
      ram_role_arn: `acs:ram::${ACCOUNT_ID}:role/middle`,
    };
    const credentials = await resolveIn(
      profiles({ mode: 'ChainableRamRoleArn', source_profile: 'other', ...ROLE }, middle),
      { resolve: [stsAt(sts.port)] },
    );
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'canary-token-2');
    expect(sts.calls('AssumeRole')).toMatchObject([
      { AccessKeyId: KNOWN_KEY.accessKeyId, RoleArn: middle.ram_role_arn },
      { AccessKeyId: 'STS.session1', SecurityToken: 'canary-token-1', RoleArn: ROLE.ram_role_arn },
    ]);
  });

  test('asks the STS of each profile', async () => {
    const middle = { mode: 'RamRoleArn', ...KEY, ...ROLE, sts_region: 'cn-shanghai' };
    const credentials = await resolveIn(
      profiles({ mode: 'ChainableRamRoleArn', source_profile: 'other', ...ROLE }, middle),
      { resolve: [stsAt(await closedPort(), 'sts.cn-shanghai.aliyuncs.com')] },
    );
    const error = await failure(keysOf(credentials));
    expect(error.message).toBe(
      'credentials from profile other (RamRoleArn): sts.cn-shanghai.aliyuncs.com refuses connections',
    );
  });

  test.each<[string, readonly object[], string]>([
    ['to itself', [{ ...CHAIN[0], source_profile: 'main' }], 'circular: main, main'],
    [
      'back to a profile before it',
      [CHAIN[0] ?? {}, { ...CHAIN[0], source_profile: 'main' }],
      'circular: main, other, main',
    ],
    [
      'nowhere',
      [{ ...CHAIN[0], source_profile: 'gone' }],
      'names a source_profile that does not exist',
    ],
    ['to none', [{ ...CHAIN[0], source_profile: '' }], 'has no source_profile'],
    [
      'to a profile without a mode',
      [CHAIN[0] ?? {}, { ...KEY }],
      'other of ~/.aliyun/config.json has no mode',
    ],
    ['to a mode that is refused', [CHAIN[0] ?? {}, { mode: 'Anonymous' }], 'the mode "Anonymous"'],
  ])('that leads %s is refused', async (_, list, message) => {
    const error = await failure(resolveIn(profiles(...list)));
    expect(error).toMatchObject({ kind: 'usage' });
    expect(error.message).toContain(message);
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test('through more than eight profiles is refused', async () => {
    const chain = Array.from({ length: 9 }, (_, index) => ({
      name: `p${index}`,
      mode: 'ChainableRamRoleArn',
      source_profile: `p${index + 1}`,
      ...ROLE,
    }));
    const last = { name: 'p9', mode: 'AK', ...KEY };
    const config = { current: 'p0', profiles: [...chain, last] };
    expect((await failure(resolveIn({ config }))).message).toContain('more than 8 profiles');
    const fewer = { config: { ...config, current: 'p2' } };
    expect((await resolveIn(fewer)).source).toBe('profile p2 (ChainableRamRoleArn)');
  });

  test('names the step that STS refused', async () => {
    const sts = await startSts({ accessKeys: [] });
    const credentials = await resolveIn(
      profiles(
        { mode: 'ChainableRamRoleArn', source_profile: 'other', ...ROLE },
        { mode: 'RamRoleArn', ...KEY, ...ROLE },
      ),
      { resolve: [stsAt(sts.port)] },
    );
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toBe(
      'cannot get credentials from profile other (RamRoleArn): STS answered InvalidAccessKeyId.NotFound',
    );
  });
});

describe('RamRoleArnWithRoleName', () => {
  test.each(['RamRoleArnWithRoleName', 'ramrolearnwithecs'])(
    '(%s) assumes its role with the role of the instance',
    async (mode) => {
      const metadata = await startMetadata({ role: 'of-the-instance' });
      const sts = await startSts({ accessKeys: [metadata.key] });
      const credentials = await resolveIn(
        profiles({ mode, ram_role_name: 'of-the-instance', ...ROLE }),
        { resolve: [metadataAt(metadata.port), stsAt(sts.port)] },
      );
      expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'STS.session1');
      expect(sts.calls('AssumeRole')).toMatchObject([
        { AccessKeyId: metadata.key.accessKeyId, SecurityToken: 'canary-instance-token' },
      ]);
    },
  );

  test('off an instance names the metadata, not STS', async () => {
    const credentials = await resolveIn(profiles({ mode: 'RamRoleArnWithRoleName', ...ROLE }));
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'network-failed' });
    expect(error.message).toContain('the instance role of profile main');
    expect(error.message).toContain('100.100.100.200');
  });
});

test('RamRoleArn signs with the STS token of the profile if it has one', async () => {
  const expiresAt = new Date(Date.now() + 60_000);
  const temporary = { ...KNOWN_KEY, securityToken: { token: 'canary-profile-token', expiresAt } };
  const sts = await startSts({ accessKeys: [temporary] });
  const credentials = await resolveIn(profiles({ mode: 'RamRoleArn', ...SESSION, ...ROLE }), {
    resolve: [stsAt(sts.port)],
  });
  expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'STS.session1');
});

describe.each([
  [
    'CloudSSO',
    { cloud_sso_sign_in_url: 'https://signin.invalid' },
    'cloud_sso_access_token_expire',
  ],
  ['OAuth', { oauth_site_type: 'CN' }, 'oauth_refresh_token_expire'],
])('%s', (mode, settings, signInEnd) => {
  const signedIn = { mode: mode.toUpperCase(), ...SESSION, ...settings };

  test('uses the session that the aliyun command-line tool keeps while it lasts', async () => {
    const credentials = await resolveIn(profiles({ ...signedIn, sts_expiration: SECONDS + 60 }), {
      now,
    });
    expect(await keysOf(credentials)).toEqual({
      accessKeyId: KNOWN_KEY.accessKeyId,
      accessKeySecret: KNOWN_KEY.accessKeySecret,
      securityToken: 'canary-profile-token',
    });
  });

  test.each<[string, object, string, string]>([
    [
      'that has expired says how to renew it',
      { sts_expiration: SECONDS - 1, [signInEnd]: SECONDS + 3600 },
      'has expired',
      'aliyun sts GetCallerIdentity --profile main renews it',
    ],
    [
      'that has expired, with the sign-in, says how to sign in',
      { sts_expiration: SECONDS - 1, [signInEnd]: SECONDS - 1 },
      'has expired',
      `sign in: aliyun configure --mode ${mode} --profile main`,
    ],
    [
      'that ends within seconds has expired',
      { sts_expiration: SECONDS + 20 },
      'has expired',
      `sign in: aliyun configure --mode ${mode} --profile main`,
    ],
    [
      'that does not say when it ends has expired',
      {},
      'has expired',
      `sign in: aliyun configure --mode ${mode} --profile main`,
    ],
    [
      'that is not there yet says how to sign in',
      { access_key_secret: '', sts_expiration: SECONDS + 60 },
      'has no STS credentials yet',
      `sign in: aliyun configure --mode ${mode} --profile main`,
    ],
  ])('%s', async (_, change, message, hint) => {
    const error = await failure(resolveIn(profiles({ ...signedIn, ...change }), { now }));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain(message);
    expect(error.hints).toEqual([hint]);
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test('takes the session that the tool has renewed in the file meanwhile', async () => {
    const home = homeWith(profiles({ ...signedIn, sts_expiration: SECONDS + 60 }));
    let time = NOW;
    const credentials = await resolveIn(home, { now: () => time });
    await keysOf(credentials);
    time = new Date(NOW.getTime() + 61_000);
    expect(await failure(keysOf(credentials))).toMatchObject({ code: 'credentials-failed' });
    fillHome(
      home,
      profiles({ ...signedIn, sts_token: 'canary-renewed', sts_expiration: SECONDS + 3600 }),
    );
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'canary-renewed');
  });
});

describe('what kmsx refuses', () => {
  test.each([
    ['RsaKeyPair', 'aliyun configure --mode RamRoleArn --profile main'],
    ['BEARERTOKEN', 'aliyun configure --mode OIDC --profile main'],
    ['Anonymous', 'aliyun configure --mode AK --profile main'],
    ['Something', 'modes: AK, StsToken'],
    ['constructor', 'modes: AK, StsToken'],
  ])('the mode %s, by name, with what to do instead', async (mode, hint) => {
    const profile = { mode, ...KEY, bearer_token: 'canary-bearer', private_key: 'canary-key' };
    const error = await failure(resolveIn(profiles(profile)));
    expect(error).toMatchObject({ kind: 'usage', code: 'credentials-unsupported' });
    expect(error.message).toContain(`the mode "${mode}"`);
    expect(error.hints?.join()).toContain(hint);
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test.each(['rsa_key_pair', 'Bearer', 'something', 'constructor'])(
    'the type %s of the credentials file, by name, with what to do instead',
    async (type) => {
      const ini = `[default]\ntype = ${type}\nprivate_key_file = canary\n`;
      const error = await failure(resolveIn({ ini }));
      expect(error).toMatchObject({ kind: 'usage', code: 'credentials-unsupported' });
      expect(error.message).toContain(`the type "${type}"`);
      expect(error.hints?.join()).toContain('access_key, sts');
    },
  );

  test('a profile without a mode, when it is used', async () => {
    const error = await failure(resolveIn(profiles({ ...KEY })));
    expect(error).toMatchObject({ code: 'credentials-file-malformed' });
    expect(error.message).toBe('profile main of ~/.aliyun/config.json has no mode');
    expect((await resolveIn(profiles({ mode: 'AK', ...KEY }, { mode: '' }))).source).toContain(
      'AK',
    );
  });
});

describe('a credentials URI', () => {
  const GIVEN = {
    Code: 'Success',
    AccessKeyId: 'uri-id',
    AccessKeySecret: 'canary-secret',
    SecurityToken: 'canary-token',
    Expiration: '2099-01-01T00:00:00Z',
  };

  test.each([
    'http://example.com/canary',
    'http://10.0.0.5/canary',
    'http://127.0.0.1.example.com/canary',
    'http://100.100.100.201/canary',
    'http://[2001:db8::1]/canary',
    'http://canary@10.0.0.5/',
  ])('is refused where http:// leads to another machine: %s', async (uri) => {
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: uri };
    const error = await failure(resolveIn({}, { env }));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain('is http:// and points to another machine');
    expect(error.hints?.join()).toContain('https://');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test.each([
    'http://localhost/a',
    'http://127.3.2.1/a',
    'http://[::1]:8080/a',
    'http://169.254.169.254/a',
    'http://100.100.100.200/a',
    'https://example.com/a',
  ])('may be %s', async (uri) => {
    const { source } = await resolveIn({}, { env: { ALIBABA_CLOUD_CREDENTIALS_URI: uri } });
    expect(source).toBe('ALIBABA_CLOUD_CREDENTIALS_URI');
  });

  test.each<[string, object]>([
    ['a number as the secret', { AccessKeySecret: 12_345_678 }],
    ['an object as the token', { SecurityToken: { canary: 1 } }],
    ['a line break in the token', { SecurityToken: 'canary\r\nX-Canary: 1' }],
    ['a space in the access key', { AccessKeyId: 'canary id' }],
    ['other letters in the secret', { AccessKeySecret: 'canäry' }],
  ])('that gives %s is an error at once, and KMS is not asked', async (_, more) => {
    const server = await startServer((_request, response) => {
      json(response, { ...GIVEN, ...more });
    });
    const kms = await startServer((_request, response) => {
      json(response, {});
    });
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: server.url };
    const credentials = await resolveIn({}, { env });
    const limits = { maxAttempts: 5, timeoutMs: 60_000, deadlineMs: 60_000 };
    const error = await failure(clientOf(kms.url, { credentials, limits }).decrypt(DECRYPT));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain('is not text, or contains white space');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary|12345678/);
    expect([server.requests.length, kms.requests.length]).toEqual([1, 0]);
  });
});

const NO_KEYS = {
  AccessKeyId: 1,
  AccessKeySecret: 2,
  SecurityToken: 3,
  Expiration: '2099-01-01T00:00:00Z',
};

test('an instance that gives what can’t be credentials is an error, not an instance without a role', async () => {
  const server = await startServer(({ method, url }, response) => {
    if (method === 'PUT') response.end('token');
    else if (url.pathname.endsWith('/')) response.end('signer');
    else json(response, { Code: 'Success', ...NO_KEYS });
  });
  const error = await failure(resolveIn({}, { resolve: [metadataAt(server.port)] }));
  expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
  expect(error.message).toContain('instance metadata: the access key');
});

describe('the credentials file', () => {
  const INI_KEY = `access_key_id = ${KNOWN_KEY.accessKeyId}\naccess_key_secret = ${KNOWN_KEY.accessKeySecret}\n`;

  test('takes its types in any letter case', async () => {
    const credentials = await resolveIn({ ini: `[default]\ntype = Access_Key\n${INI_KEY}` });
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', KNOWN_KEY.accessKeyId);
  });

  test('sts', async () => {
    const ini = `[default]\ntype = sts\n${INI_KEY}security_token = canary-token\n`;
    expect(await keysOf(await resolveIn({ ini }))).toHaveProperty('securityToken', 'canary-token');
  });

  test('ram_role_arn', async () => {
    const sts = await startSts();
    const role = `role_arn = ${ROLE.ram_role_arn}\nrole_session_name = batch\npolicy = {}\n`;
    const ini = `[default]\ntype = ram_role_arn\n${INI_KEY}${role}`;
    await keysOf(await resolveIn({ ini }, { resolve: [stsAt(sts.port)] }));
    expect(sts.calls('AssumeRole')).toMatchObject([{ RoleSessionName: 'batch', Policy: '{}' }]);
  });

  test('oidc_role_arn', async () => {
    const sts = await startSts({ oidcToken: 'canary-oidc' });
    const tokenFile = join(homeWith({}), 'token');
    writeFileSync(tokenFile, 'canary-oidc');
    const ini = `[default]\ntype = oidc_role_arn\nrole_arn = ${ROLE.ram_role_arn}\noidc_provider_arn = acs:ram::1:oidc-provider/p\noidc_token_file_path = ${tokenFile}\n`;
    const credentials = await resolveIn({ ini }, { resolve: [stsAt(sts.port)] });
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'STS.session1');
    expect(sts.calls('AssumeRoleWithOIDC')).toHaveLength(1);
  });

  test('ecs_ram_role', async () => {
    const metadata = await startMetadata({ role: 'signer' });
    const ini = '[default]\ntype = ecs_ram_role\nrole_name = signer\n';
    const credentials = await resolveIn({ ini }, { resolve: [metadataAt(metadata.port)] });
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'canary-instance-token');
  });

  test('credentials_uri', async () => {
    const server = await startServer((_, response) => {
      const [AccessKeyId, AccessKeySecret] = ['uri-id', 'uri-secret'];
      const rest = { SecurityToken: 'uri-token', Expiration: '2099-01-01T00:00:00Z' };
      json(response, { Code: 'Success', AccessKeyId, AccessKeySecret, ...rest });
    });
    const ini = `[default]\ntype = credentials_uri\ncredentials_uri = ${server.url}/a\n`;
    expect(await keysOf(await resolveIn({ ini }))).toHaveProperty('securityToken', 'uri-token');
  });
});
