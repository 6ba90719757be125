import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type {
  CredentialOptions,
  ResolvedCredentials,
} from '../../../src/credentials/credentials.ts';
import { knownCredentials, resolveCredentials } from '../../../src/credentials/credentials.ts';
import type { Env } from '../../../src/base/env.ts';
import type { Home } from '../../support/credentials/credential-home.ts';
import { homeWith, keysOf, metadataAt, stsAt } from '../../support/credentials/credential-home.ts';
import {
  clientOf,
  DECRYPT,
  failure,
  GENERATED,
  testAuthorities,
} from '../../support/kms/clients.ts';
import type { Responder, TestServer } from '../../support/network/servers.ts';
import { within } from '../../support/within.ts';
import { closedPort, json, startServer, startTcpServer } from '../../support/network/servers.ts';

const SECRET = 'canary-secret-0123456789';
const KEY = { access_key_id: 'profile-id', access_key_secret: SECRET };
const OIDC: Env = {
  ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1234:role/oidc',
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1234:oidc-provider/p',
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/nowhere/token',
};
const ENVIRONMENT: Env = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'env-id',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET,
};
const URI: Env = { ALIBABA_CLOUD_CREDENTIALS_URI: 'http://127.0.0.1:1/canary' };
const CONFIG = { current: 'main', profiles: [{ name: 'main', mode: 'AK', ...KEY }] };
const INI = `[default]\ntype = access_key\naccess_key_id = ini-id\naccess_key_secret = ${SECRET}\n`;
const TEMPORARY = {
  AccessKeyId: 'sts-id',
  AccessKeySecret: 'sts-secret',
  SecurityToken: 'sts-token',
  Expiration: '2099-01-01T00:00:00Z',
};

/** As `resolveCredentials`, on a machine that is no instance unless `resolve` says so. */
async function resolve(
  options: Partial<CredentialOptions> & { files?: Home } = {},
): Promise<ResolvedCredentials> {
  const rules = options.resolve ?? [metadataAt(await closedPort())];
  const { files = {}, ...rest } = options;
  const credentials = await resolveCredentials({
    env: {},
    userId: process.geteuid?.(),
    now: () => new Date(),
    killGroup: () => undefined,
    home: homeWith(files),
    ...rest,
    resolve: rules,
  });
  onTestFinished(() => credentials.close());
  return credentials;
}

function metadataServer(): Promise<TestServer> {
  return startServer((request, response) => {
    const path = request.url.pathname;
    if (path === '/latest/api/token') response.end('metadata-token');
    else if (path.endsWith('/security-credentials/')) response.end('role-name');
    else json(response, { Code: 'Success', ...TEMPORARY });
  });
}

function stsServer(respond?: Responder): Promise<TestServer> {
  return startServer(
    respond ??
      ((_, response) => {
        json(response, { RequestId: 'id-1', Credentials: TEMPORARY });
      }),
    'sts',
  );
}

function assertNoSecret(value: unknown): void {
  const shown = inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value);
  expect(shown).not.toContain('canary');
}

describe('the order of sources', () => {
  test.each<[string, Env, Home, string]>([
    [
      'the access key of the environment',
      { ...ENVIRONMENT, ...OIDC, ...URI },
      { config: CONFIG, ini: INI },
      'environment',
    ],
    ['OIDC', { ...OIDC, ...URI }, { config: CONFIG, ini: INI }, 'OIDC in the environment'],
    ['the current profile', URI, { config: CONFIG, ini: INI }, 'profile main (AK)'],
    ['the credentials file', URI, { ini: INI }, 'section default of ~/.alibabacloud/credentials'],
    ['the credentials URI', URI, {}, 'ALIBABA_CLOUD_CREDENTIALS_URI'],
    [
      'what comes after an OIDC that lacks a variable',
      { ...OIDC, ALIBABA_CLOUD_OIDC_TOKEN_FILE: '' },
      { config: CONFIG },
      'profile main (AK)',
    ],
    [
      'what comes after a blank profile',
      {},
      {
        config: { current: 'a', profiles: [{ name: 'a', mode: 'AK', access_key_id: '' }] },
        ini: INI,
      },
      'section default of ~/.alibabacloud/credentials',
    ],
    [
      'what comes after a current profile that does not exist',
      {},
      { config: { current: 'x', profiles: [] }, ini: INI },
      'section default of ~/.alibabacloud/credentials',
    ],
    [
      'what comes after profiles that are switched off',
      { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' },
      { config: CONFIG, ini: INI },
      'section default of ~/.alibabacloud/credentials',
    ],
    [
      'the section that ALIBABA_CLOUD_PROFILE names',
      { ALIBABA_CLOUD_PROFILE: 'other' },
      { config: CONFIG, ini: INI.replace('default', 'other') },
      'section other of ~/.alibabacloud/credentials',
    ],
  ])('takes %s', async (_, env, files, source) => {
    expect((await resolve({ env, files })).source).toBe(source);
  });

  test('takes instance metadata before the credentials URI', async () => {
    const server = await metadataServer();
    const credentials = await resolve({ env: URI, resolve: [metadataAt(server.port)] });
    expect(credentials.source).toBe('instance metadata');
    expect(server.requests[0]?.headers.host).toBe('100.100.100.200');
  });

  test('takes --profile before everything', async () => {
    const config = {
      current: 'main',
      profiles: [...CONFIG.profiles, { name: 'b', mode: 'ak', ...KEY }],
    };
    const env = { ...ENVIRONMENT, ALIBABA_CLOUD_PROFILE: 'main' };
    expect((await resolve({ profile: 'b', env, files: { config } })).source).toBe('profile b (ak)');
  });

  test('takes ALIBABA_CLOUD_PROFILE before the current profile', async () => {
    const config = {
      current: 'main',
      profiles: [...CONFIG.profiles, { name: 'b', mode: 'AK', ...KEY }],
    };
    const env = { ALIBABA_CLOUD_PROFILE: 'b' };
    expect((await resolve({ env, files: { config } })).source).toBe('profile b (AK)');
  });

  test('looks at the file that ALIBABA_CLOUD_CREDENTIALS_FILE names', async () => {
    const path = join(homeWith({ ini: INI }), '.alibabacloud', 'credentials');
    const credentials = await resolve({ env: { ALIBABA_CLOUD_CREDENTIALS_FILE: path } });
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'ini-id');
  });
});

describe('where there is nothing', () => {
  test('says what was tried and why each had nothing', async () => {
    const error = await failure(resolve());
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-missing' });
    for (const part of [
      'environment (ALIBABA_CLOUD_ACCESS_KEY_ID is not set)',
      'OIDC (ALIBABA_CLOUD_ROLE_ARN is not set)',
      'profile (~/.aliyun/config.json does not exist)',
      'credentials file (~/.alibabacloud/credentials does not exist)',
      'instance metadata (no answer: not an Alibaba Cloud instance)',
      'credentials URI (ALIBABA_CLOUD_CREDENTIALS_URI is not set)',
    ]) {
      expect(error.message).toContain(part);
    }
    expect(error.message).not.toContain('\n');
  });

  test('answers within two seconds, though the metadata service never does', async () => {
    const port = await startTcpServer(() => undefined);
    const error = await within(2000, failure(resolve({ resolve: [metadataAt(port)] })));
    expect(error.code).toBe('credentials-missing');
  });

  test('knows an instance without a role', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(404).end('canary');
    });
    const error = await failure(resolve({ resolve: [metadataAt(server.port)] }));
    expect(error.message).toContain('instance metadata (no RAM role: status 404)');
    assertNoSecret(error);
  });

  test('does not ask for metadata where that is switched off', async () => {
    const server = await metadataServer();
    const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'True' };
    const error = await failure(resolve({ env, resolve: [metadataAt(server.port)] }));
    expect(error.message).toContain('ALIBABA_CLOUD_ECS_METADATA_DISABLED is true');
    expect(server.requests).toHaveLength(0);
  });

  test('works without a home folder', async () => {
    const error = await failure(resolve({ home: undefined }));
    expect(error.message).toContain('HOME is not set');
  });

  test('stops when it is interrupted', async () => {
    const port = await startTcpServer(() => undefined);
    const signal = AbortSignal.timeout(50);
    const stopped = within(1000, resolve({ signal, resolve: [metadataAt(port)] }));
    await expect(stopped).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('what is refused', () => {
  test.each<[string, Partial<CredentialOptions> & { files?: Home }, string]>([
    [
      'a profile that does not exist',
      { profile: 'x', files: { config: CONFIG } },
      'profile-missing',
    ],
    ['a profile without any file', { profile: 'x' }, 'profile-missing'],
    [
      'an ALIBABA_CLOUD_PROFILE that is nowhere',
      { env: { ALIBABA_CLOUD_PROFILE: 'x', ...URI }, files: { config: CONFIG, ini: INI } },
      'profile-missing',
    ],
    [
      'half an access key',
      { env: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'canary' }, files: { config: CONFIG } },
      'credentials-failed',
    ],
    [
      'an access key secret alone',
      { env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary' } },
      'credentials-failed',
    ],
    [
      'an access key with white space',
      { env: { ...ENVIRONMENT, ALIBABA_CLOUD_ACCESS_KEY_SECRET: `${SECRET}\n` } },
      'credentials-failed',
    ],
    [
      'a token with a line break',
      { env: { ...ENVIRONMENT, ALIBABA_CLOUD_SECURITY_TOKEN: 'canary\r\nX: y' } },
      'credentials-failed',
    ],
    [
      'a URI that is none',
      { env: { ALIBABA_CLOUD_CREDENTIALS_URI: 'canary' } },
      'credentials-failed',
    ],
    [
      'a URI of another protocol',
      { env: { ALIBABA_CLOUD_CREDENTIALS_URI: 'file:///canary' } },
      'credentials-failed',
    ],
    [
      'a configuration that is cut short',
      { files: { config: JSON.stringify(CONFIG).slice(0, -5) } },
      'credentials-file-malformed',
    ],
    [
      'a credentials file that is none',
      { files: { ini: `${INI}canary` } },
      'credentials-file-malformed',
    ],
    [
      'a profile with half an access key',
      {
        files: {
          config: {
            current: 'a',
            profiles: [{ name: 'a', mode: 'AK', access_key_secret: SECRET }],
          },
        },
      },
      'credentials-file-malformed',
    ],
    [
      'a blank profile that is asked for',
      { profile: 'a', files: { config: { profiles: [{ name: 'a', mode: 'AK' }] } } },
      'credentials-file-malformed',
    ],
    [
      'a section without a type',
      { files: { ini: `[default]\naccess_key_secret = ${SECRET}` } },
      'credentials-file-malformed',
    ],
    [
      'a section of an unknown type',
      { files: { ini: `[default]\ntype = rsa_key_pair\nprivate_key_file = canary` } },
      'credentials-unsupported',
    ],
    [
      'a role session that is too short',
      {
        files: {
          config: {
            current: 'a',
            profiles: [
              { name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r', expired_seconds: 60 },
            ],
          },
        },
      },
      'credentials-file-malformed',
    ],
    [
      'an STS region that changes the host',
      {
        files: {
          config: {
            current: 'a',
            profiles: [
              { name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r', sts_region: 'x/#' },
            ],
          },
        },
      },
      'region-malformed',
    ],
    [
      'an STS endpoint with a path',
      {
        files: {
          config: {
            current: 'a',
            profiles: [
              { name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r', sts_endpoint: 'h/x' },
            ],
          },
        },
      },
      'gateway-malformed',
    ],
  ])('%s', async (_, options, code) => {
    const error = await failure(resolve(options));
    expect(error.code).toBe(code);
    assertNoSecret(error);
  });
});

describe('profiles', () => {
  function withProfile(profile: object): Partial<CredentialOptions> & { files: Home } {
    return {
      files: {
        config: { current: 'a', profiles: [{ name: 'a', region_id: 'cn-beijing', ...profile }] },
      },
    };
  }

  test('AK', async () => {
    const credentials = await resolve(withProfile({ mode: 'AK', ...KEY }));
    expect(credentials.region).toBe('cn-beijing');
    expect(await keysOf(credentials)).toEqual({
      accessKeyId: 'profile-id',
      accessKeySecret: SECRET,
      securityToken: undefined,
    });
  });

  test('StsToken', async () => {
    const credentials = await resolve(
      withProfile({ mode: 'StsToken', ...KEY, sts_token: 'token' }),
    );
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'token');
  });

  test('RamRoleArn asks STS for a session, once', async () => {
    const server = await stsServer();
    const credentials = await resolve({
      ...withProfile({
        mode: 'RamRoleArn',
        ...KEY,
        ram_role_arn: 'acs:ram::1234:role/r',
        ram_session_name: 'ceremony',
        expired_seconds: 900,
        external_id: 'ext',
      }),
      authorities: await testAuthorities(),
      resolve: [stsAt(server.port)],
    });
    expect(server.requests).toHaveLength(0);
    for (let index = 0; index < 2; index += 1) {
      expect(await keysOf(credentials)).toEqual({
        accessKeyId: 'sts-id',
        accessKeySecret: 'sts-secret',
        securityToken: 'sts-token',
      });
    }
    expect(server.requests).toHaveLength(1);
    expect(Object.fromEntries(server.requests[0]?.parameters ?? [])).toMatchObject({
      Action: 'AssumeRole',
      AccessKeyId: 'profile-id',
      RoleArn: 'acs:ram::1234:role/r',
      RoleSessionName: 'ceremony',
      DurationSeconds: '900',
      ExternalId: 'ext',
    });
  });

  test('OIDC asks STS with the token of a file', async () => {
    const server = await stsServer();
    const tokenFile = join(homeWith({}), 'token');
    writeFileSync(tokenFile, 'oidc-token');
    const credentials = await resolve({
      ...withProfile({
        mode: 'OIDC',
        oidc_provider_arn: 'acs:ram::1234:oidc-provider/p',
        oidc_token_file: tokenFile,
        ram_role_arn: 'acs:ram::1234:role/r',
      }),
      authorities: await testAuthorities(),
      resolve: [stsAt(server.port)],
    });
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'sts-token');
    expect(Object.fromEntries(server.requests[0]?.parameters ?? [])).toMatchObject({
      Action: 'AssumeRoleWithOIDC',
      OIDCToken: 'oidc-token',
      RoleSessionName: 'kmsx',
    });
  });

  test('EcsRamRole asks for the role that is named', async () => {
    const server = await metadataServer();
    const credentials = await resolve({
      ...withProfile({ mode: 'EcsRamRole', ram_role_name: 'signer' }),
      resolve: [metadataAt(server.port)],
    });
    expect(server.requests).toHaveLength(0);
    expect(await keysOf(credentials)).toHaveProperty('securityToken', 'sts-token');
    const paths = server.requests.map(({ url }) => url.pathname);
    expect(paths.at(-1)).toBe('/latest/meta-data/ram/security-credentials/signer');
    expect(server.requests.at(-1)?.headers['x-aliyun-ecs-metadata-token']).toBe('metadata-token');
  });

  test.each<[string, Home]>([
    ['EcsRamRole', withProfile({ mode: 'EcsRamRole', ram_role_name: 'signer' }).files],
    ['ecs_ram_role', { ini: '[default]\ntype = ecs_ram_role\nrole_name = signer\n' }],
  ])('%s is refused where instance metadata is switched off', async (_, files) => {
    const server = await metadataServer();
    const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'TRUE' };
    const error = await failure(resolve({ files, env, resolve: [metadataAt(server.port)] }));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain('ALIBABA_CLOUD_ECS_METADATA_DISABLED is true');
    expect(server.requests).toHaveLength(0);
  });

  test('CredentialsURI asks there', async () => {
    const server = await startServer((_, response) => {
      json(response, TEMPORARY);
    });
    const credentials = await resolve(
      withProfile({ mode: 'CredentialsURI', credentials_uri: `${server.url}/a?b=c` }),
    );
    expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'sts-id');
    expect(server.requests[0]?.url.search).toBe('?b=c');
  });

  test.each([
    [
      'sts_endpoint',
      { sts_endpoint: 'sts.eu-central-1.aliyuncs.com' },
      {},
      'sts.eu-central-1.aliyuncs.com',
    ],
    ['sts_region', { sts_region: 'eu-central-1' }, {}, 'sts.eu-central-1.aliyuncs.com'],
    [
      'ALIBABA_CLOUD_STS_REGION',
      {},
      { ALIBABA_CLOUD_STS_REGION: 'cn-beijing', ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true' },
      'sts-vpc.cn-beijing.aliyuncs.com',
    ],
  ])('%s moves STS', async (_, settings, env, host) => {
    const server = await stsServer();
    const credentials = await resolve({
      ...withProfile({ mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r', ...settings }),
      env,
      authorities: await testAuthorities(),
      resolve: [{ host, port: 443, address: '127.0.0.1', addressPort: server.port }],
    });
    // The certificate is for another name: that it was asked for is proof enough.
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'tls-failed' });
    expect(error.message).toContain(host);
  });
});

describe('a source that fails', () => {
  const ROLE = {
    config: {
      current: 'a',
      profiles: [{ name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r' }],
    },
  };

  async function stsError(respond: Responder): Promise<Error> {
    const server = await stsServer(respond);
    const credentials = await resolve({
      files: ROLE,
      authorities: await testAuthorities(),
      resolve: [stsAt(server.port)],
    });
    return failure(keysOf(credentials));
  }

  test.each<[string, number, object | string, object]>([
    [
      'refuses',
      403,
      { Code: 'NoPermission', Message: 'canary', RequestId: 'id-1', HostId: 'canary' },
      { kind: 'credentials', code: 'credentials-failed', requestId: 'id-1', httpStatus: 403 },
    ],
    [
      'does not know the key',
      404,
      { Code: 'InvalidAccessKeyId.NotFound', Message: 'canary', RequestId: 'id-1' },
      { kind: 'credentials', code: 'credentials-failed' },
    ],
    [
      'echoes the request',
      400,
      { Code: 'SignatureDoesNotMatch', Message: 'canary POST&%2F&…', RequestId: 'id-1' },
      { kind: 'credentials', code: 'credentials-failed' },
    ],
    [
      'is too busy',
      400,
      { Code: 'Throttling.User', Message: 'canary', RequestId: 'id-1' },
      { kind: 'unavailable', code: 'Throttling.User' },
    ],
    ['is down', 502, '<html>canary</html>', { kind: 'unavailable', code: 'network-failed' }],
    [
      'gives nothing',
      200,
      { RequestId: 'canary' },
      { kind: 'credentials', code: 'credentials-failed' },
    ],
    ['gives HTML', 200, '<html>canary</html>', { kind: 'credentials', code: 'credentials-failed' }],
  ])('STS %s', async (_, status, body, expected) => {
    const error = await stsError((__, response) => {
      if (typeof body === 'string') {
        response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);
      } else json(response, body, status);
    });
    expect(error).toMatchObject(expected);
    expect(error.message).toContain('profile a (RamRoleArn)');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary-secret');
    expect(error.message).not.toContain('canary');
    expect(error.message).not.toContain('html');
  });

  test('names the Code of STS', async () => {
    const error = await stsError((_, response) => {
      json(response, { Code: 'EntityNotExist.Role', RequestId: 'id-1' }, 404);
    });
    expect(error.message).toBe(
      'cannot get credentials from profile a (RamRoleArn): STS answered EntityNotExist.Role',
    );
  });

  test('says in words why STS refuses, where RAM tells', async () => {
    const error = await stsError((_, response) => {
      const AccessDeniedDetail = {
        NoPermissionType: 'ImplicitDeny',
        AuthAction: 'sts:AssumeRole',
        AuthPrincipalType: 'SubUser',
        AuthPrincipalDisplayName: 'operator',
        PolicyType: 'AssumeRolePolicy',
      };
      json(response, { Code: 'NoPermission', RequestId: 'id-1', AccessDeniedDetail }, 403);
    });
    expect(error).toHaveProperty('hints', [
      'allow sts:AssumeRole for the RAM user operator in the trust policy of the role',
    ]);
  });

  test.each([
    ['that does not answer with JSON', 200, 'canary'],
    ['that answers with half of it', 200, JSON.stringify({ AccessKeySecret: 'canary' })],
    ['that answers with an error', 500, 'canary'],
  ])('a URI %s shows nothing of it', async (_, status, body) => {
    const server = await startServer((__, response) => {
      response.writeHead(status).end(body);
    });
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: `${server.url}/?canary` };
    const error = await failure(keysOf(await resolve({ env })));
    expect(error.message).toContain('ALIBABA_CLOUD_CREDENTIALS_URI');
    assertNoSecret(error);
  });

  test('a token file that does not exist', async () => {
    const error = await failure(keysOf(await resolve({ env: OIDC })));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toBe(
      'cannot get credentials from OIDC in the environment: the token file that ALIBABA_CLOUD_OIDC_TOKEN_FILE names cannot be read (ENOENT)',
    );
  });

  test('an STS that cannot be reached is named, and may be tried again', async () => {
    const credentials = await resolve({ files: ROLE, resolve: [stsAt(await closedPort())] });
    const error = await failure(keysOf(credentials));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'network-failed' });
    expect(error.message).toBe(
      'credentials from profile a (RamRoleArn): sts.aliyuncs.com refuses connections',
    );
  });
});

describe('a call with credentials that are fetched', () => {
  test('fetches them once and signs with them', async () => {
    const sts = await stsServer();
    const kms = await startServer((_, response) => {
      json(response, { ...GENERATED, Plaintext: 'eA==' });
    });
    const credentials = await resolve({
      files: {
        config: {
          current: 'a',
          profiles: [{ name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r' }],
        },
      },
      authorities: await testAuthorities(),
      resolve: [stsAt(sts.port)],
    });
    const client = clientOf(kms.url, { credentials });
    await client.decrypt(DECRYPT);
    await client.decrypt(DECRYPT);
    expect(sts.requests).toHaveLength(1);
    expect(kms.requests.map(({ headers }) => headers['x-acs-security-token'])).toEqual([
      'sts-token',
      'sts-token',
    ]);
    expect(kms.requests[0]?.headers.authorization).toContain('Credential=sts-id,');
  });

  test('gives an STS that hangs no more time than the attempt has', async () => {
    const port = await startTcpServer(() => undefined);
    const kms = await startServer((_, response) => {
      json(response, GENERATED);
    });
    const credentials = await resolve({
      files: {
        config: {
          current: 'a',
          profiles: [{ name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r' }],
        },
      },
      resolve: [stsAt(port)],
    });
    const limits = { maxAttempts: 1, timeoutMs: 300, deadlineMs: 20_000 };
    const client = clientOf(kms.url, { credentials, limits });
    const error = await within(2000, failure(client.decrypt(DECRYPT)));
    expect(error).toMatchObject({ kind: 'unavailable', code: 'timed-out' });
    expect(error.message).toContain('sts.aliyuncs.com');
    expect(kms.requests).toHaveLength(0);
  });
});

test("what @alicloud/credentials would take from the process's own environment does not matter", async () => {
  const stray = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'stray-id',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'stray-secret',
    ALIBABA_CLOUD_SECURITY_TOKEN: 'stray-token',
    ALIBABA_CLOUD_ROLE_ARN: 'stray-role',
    ALIBABA_CLOUD_ROLE_SESSION_NAME: 'stray-session',
    ALIBABA_CLOUD_STS_REGION: 'stray-region',
    ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true',
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'stray-provider',
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: 'stray-file',
    ALIBABA_CLOUD_CREDENTIALS_URI: 'http://127.0.0.1:1/stray',
    ALIBABA_CLOUD_PROFILE: 'stray-profile',
    ALIBABA_CLOUD_CREDENTIALS_FILE: '/nowhere/stray',
    ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
    HOME: '/nowhere/stray',
  };
  for (const [name, value] of Object.entries(stray)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const server = await stsServer();
  const credentials = await resolve({
    files: {
      config: {
        current: 'a',
        profiles: [{ name: 'a', mode: 'RamRoleArn', ...KEY, ram_role_arn: 'r' }],
      },
    },
    authorities: await testAuthorities(),
    resolve: [stsAt(server.port)],
  });
  expect(await keysOf(credentials)).toHaveProperty('accessKeyId', 'sts-id');
  expect(JSON.stringify(Object.fromEntries(server.requests[0]?.parameters ?? []))).not.toContain(
    'stray',
  );
  const ini = await resolve({ files: { ini: INI } });
  expect(await keysOf(ini)).toMatchObject({ accessKeyId: 'ini-id', securityToken: undefined });
  expect((await failure(resolve())).code).toBe('credentials-missing');
});

test('knownCredentials give the key, and do not show it', async () => {
  const credentials = knownCredentials('the embedded KMS', {
    accessKeyId: 'local-id',
    accessKeySecret: 'local-secret',
  });
  expect(await keysOf(credentials)).toMatchObject({ accessKeyId: 'local-id' });
  expect(credentials.source).toBe('the embedded KMS');
});
