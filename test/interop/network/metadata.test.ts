/*
 * The real program at the real address of instance metadata, 100.100.100.200, in a network namespace of its own: there
 * it leads to no instance of anybody. It needs root and the Debian package iproute2.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fillHome, profiles } from '../../support/credentials/credential-home.ts';
import type { InstanceOrder, InstanceReport } from '../../support/network/ecs-instance.ts';
import { KMSX } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const execute = promisify(execFile);
const INSTANCE = fileURLToPath(new URL('../../support/network/ecs-instance.ts', import.meta.url));
const RUN_TS = fileURLToPath(new URL('../../../scripts/run-ts.js', import.meta.url));
const KEY = ['--key-id', 'alias/a', '--pubkey', PUBKEY];

async function onInstance(
  metadata: InstanceOrder['metadata'],
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<InstanceReport> {
  const order: InstanceOrder = {
    metadata,
    command: [
      process.execPath,
      KMSX,
      'export-key',
      ...KEY,
      '--dry-run',
      ...['--endpoint', 'KMS_ENDPOINT', '--max-attempts', '1', '--verbose'],
      ...options,
    ],
    env: { HOME: folder(), NO_COLOR: '1', ...env },
  };
  const { stdout } = await execute('unshare', [
    '--net',
    process.execPath,
    RUN_TS,
    INSTANCE,
    JSON.stringify(order),
  ]);
  return JSON.parse(stdout) as InstanceReport;
}

describe('on an instance with a RAM role', () => {
  it.each([
    ['both versions of metadata', { role: 'signer' }],
    ['metadata with a token alone', { role: 'signer', versions: 'v2' as const }],
    ['metadata without a token', { role: 'signer', versions: 'v1' as const }],
    ['an answer with the token that is lost', { role: 'signer', losesTokens: true }],
  ])('and %s, kmsx takes the role', async (_, metadata) => {
    const report = await onInstance(metadata);
    expect(report, report.stderr).toMatchObject({ code: 0 });
    expect(report.stderr).toContain('credentials from instance metadata');
    expect(report.tokens).toEqual(['canary-instance-token']);
    expect(report.asked[0]).toBe('PUT /latest/api/token');
    expect(report.stdout + report.stderr).not.toContain('canary');
  });

  it('a proxy for everything is passed by for metadata', async () => {
    const proxy = 'http://127.0.0.1:9';
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
    expect(await onInstance({ role: 'signer' }, env)).toMatchObject({ code: 0 });
  });

  it('a profile of mode EcsRamRole asks for the role that it names', async () => {
    fillHome(folder(), profiles({ mode: 'EcsRamRole', ram_role_name: 'signer' }));
    const report = await onInstance({ role: 'signer' }, {}, ['--profile', 'main']);
    expect(report).toMatchObject({ code: 0 });
    expect(report.asked.at(-1)).toBe('GET /latest/meta-data/ram/security-credentials/signer');
  });

  it.each([{ versions: 'v1' as const }, { losesTokens: true }])(
    'version 1 is not used where ALIBABA_CLOUD_IMDSV1_DISABLED forbids it (%j)',
    async (options) => {
      const env = { ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' };
      const report = await onInstance({ role: 'signer', ...options }, env);
      expect(report).toMatchObject({ code: 3, tokens: [] });
      expect(report.asked.filter((request) => !request.startsWith('PUT'))).toEqual([]);
    },
  );
});

describe('where there are no credentials', () => {
  it.each<[string, InstanceOrder['metadata'], string]>([
    ['the instance has no role', {}, 'no RAM role: status 404'],
    ['metadata never answers', 'silent', 'no answer: not an Alibaba Cloud instance'],
    ['packets to it vanish', 'swallowed', 'no answer: not an Alibaba Cloud instance'],
    ['there is no network', 'absent', 'no answer: not an Alibaba Cloud instance'],
  ])('and %s, kmsx says so, with all that it tried', async (_, kind, reason) => {
    const report = await onInstance(kind);
    expect(report).toMatchObject({ code: 3, stdout: '', tokens: [] });
    for (const part of [
      'environment (ALIBABA_CLOUD_ACCESS_KEY_ID is not set)',
      'OIDC (ALIBABA_CLOUD_ROLE_ARN is not set)',
      'profile (~/.aliyun/config.json does not exist)',
      'credentials file (~/.alibabacloud/credentials does not exist)',
      `instance metadata (${reason})`,
      'credentials URI (ALIBABA_CLOUD_CREDENTIALS_URI is not set)',
    ]) {
      expect(report.stderr).toContain(part);
    }
  });

  it('nothing is asked where metadata is switched off', async () => {
    const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' };
    expect(await onInstance({ role: 'signer' }, env)).toMatchObject({ code: 3, asked: [] });
  });
});
