import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillHome, profiles } from '../support/credentials/credential-home.ts';
import { kmsx } from '../support/kmsx.ts';
import type { StsServer } from '../support/credentials/sts-server.ts';
import { ACCOUNT_ID, KNOWN_KEY, startSts } from '../support/credentials/sts-server.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY } from '../support/wrapping/wrapping-keys.ts';
import type { TestServer } from '../support/network/servers.ts';
import { json, startServer, tlsFile } from '../support/network/servers.ts';

const folder = useTempFolder();

const KEY = {
  access_key_id: KNOWN_KEY.accessKeyId,
  access_key_secret: KNOWN_KEY.accessKeySecret,
};
const ROLE_ARN = `acs:ram::${ACCOUNT_ID}:role/exporter`;
const WOULD_SUCCEED = { Code: 'DryRunOperationError', Message: '', RequestId: 'kms-1' };

/** A KMS that verifies who signed, by the sessions of an STS. */
async function kmsTrusting(sts: StsServer, signers: string[]): Promise<TestServer> {
  return startServer((request, response) => {
    const { userName = '' } = sts.signerOf(request);
    signers.push(userName);
    json(response, WOULD_SUCCEED, 400);
  });
}

async function exportDryRun(
  kms: TestServer,
  options: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
): ReturnType<typeof kmsx> {
  const { args = [], env = {} } = options;
  return await kmsx(
    [
      ...['export-key', '--key-id', 'alias/a', '--pubkey', PUBKEY, '--dry-run'],
      ...['--endpoint', kms.url, '--ca-file', tlsFile('ca.pem'), '--max-attempts', '1', ...args],
    ],
    { cwd: folder(), env },
  );
}

describe('credentials that STS gives', () => {
  it.each<[string, readonly object[], string]>([
    [
      'RamRoleArn',
      [{ mode: 'RamRoleArn', ...KEY, ram_role_arn: ROLE_ARN, ram_session_name: 'one' }],
      'exporter:one',
    ],
    [
      'ChainableRamRoleArn',
      [
        { mode: 'ChainableRamRoleArn', source_profile: 'other', ram_role_arn: ROLE_ARN },
        { mode: 'RamRoleArn', ...KEY, ram_role_arn: `acs:ram::${ACCOUNT_ID}:role/middle` },
      ],
      'exporter:kmsx',
    ],
    [
      'OIDC',
      [
        {
          mode: 'OIDC',
          oidc_provider_arn: `acs:ram::${ACCOUNT_ID}:oidc-provider/p`,
          oidc_token_file: 'TOKEN',
          ram_role_arn: ROLE_ARN,
        },
      ],
      'exporter:kmsx',
    ],
  ])('sign the call for a profile of mode %s', async (_, list, signer) => {
    const sts = await startSts({ certificate: 'localhost', oidcToken: 'canary-oidc' });
    const signers: string[] = [];
    const kms = await kmsTrusting(sts, signers);
    const token = join(folder(), 'token');
    writeFileSync(token, 'canary-oidc', { mode: 0o600 });
    const text = JSON.stringify(
      profiles(...list.map((profile) => ({ ...profile, sts_endpoint: sts.endpoint }))).config,
    );
    fillHome(folder(), { config: text.replace('TOKEN', token) });
    const result = await exportDryRun(kms, { args: ['--verbose'] });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(signers).toEqual([signer]);
    expect(result.stdout + result.stderr).not.toContain('canary');
  });

  it('are fetched anew in the midst of a run when KMS calls them expired', async () => {
    const sts = await startSts({ certificate: 'localhost' });
    const tokens: unknown[] = [];
    const kms = await startServer(({ headers }, response) => {
      tokens.push(headers['x-acs-security-token']);
      if (tokens.length === 2) {
        json(response, { Code: 'InvalidSecurityToken.Expired', RequestId: 'kms-1' }, 400);
        return;
      }
      json(response, {
        CiphertextBlob: Buffer.alloc(150, 7).toString('base64'),
        ExportedDataKey: Buffer.alloc(256, 1).toString('base64'),
        KeyId: '08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73',
        KeyVersionId: '2ab1a983-7072-4bbc-a582-584b5bd8e5b1',
        RequestId: `kms-${tokens.length}`,
      });
    });
    const role = { mode: 'RamRoleArn', ...KEY, ram_role_arn: ROLE_ARN };
    fillHome(folder(), profiles({ ...role, sts_endpoint: sts.endpoint }));
    const second = join(folder(), 'second.pem');
    const made = await kmsx(
      ['keygen', '--no-passphrase', '--privkey-out', 'second.key', '--pubkey-out', second],
      { cwd: folder() },
    );
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const result = await kmsx(
      [
        ...['export-key', '--key-id', 'alias/a', '--pubkey', PUBKEY, '--pubkey', second],
        ...['--endpoint', kms.url, '--ca-file', tlsFile('ca.pem'), '--max-attempts', '1'],
        ...['--backup', 'backup.json'],
      ],
      { cwd: folder() },
    );
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(tokens).toEqual(['canary-token-1', 'canary-token-1', 'canary-token-2']);
  });

  it('are refused in words that name the profile, and say nothing secret', async () => {
    const sts = await startSts({ certificate: 'localhost', accessKeys: [] });
    const kms = await kmsTrusting(sts, []);
    const role = { mode: 'RamRoleArn', ...KEY, ram_role_arn: ROLE_ARN };
    fillHome(folder(), profiles({ ...role, sts_endpoint: sts.endpoint }));
    const env = { KMSX_DEBUG: '1', DEBUG: '*' };
    const result = await exportDryRun(kms, { args: ['--verbose'], env });
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toContain(
      'kmsx: error: cannot get credentials from profile main (RamRoleArn): STS answered InvalidAccessKeyId.NotFound',
    );
    expect(result.stderr).not.toContain('canary');
    expect(result.stderr).not.toContain(KNOWN_KEY.accessKeyId);
  });
});

describe('credentials from elsewhere', () => {
  it('are those of a URI', async () => {
    const uri = await startServer((_, response) => {
      const [AccessKeyId, AccessKeySecret] = ['uri-id', 'canary-secret'];
      const rest = { SecurityToken: 'canary-token', Expiration: '2099-01-01T00:00:00Z' };
      json(response, { Code: 'Success', AccessKeyId, AccessKeySecret, ...rest });
    });
    const kms = await startServer((_, response) => {
      json(response, WOULD_SUCCEED, 400);
    });
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: `${uri.url}/?canary` };
    const result = await exportDryRun(kms, { args: ['--verbose'], env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(kms.requests[0]?.headers['x-acs-security-token']).toBe('canary-token');
    expect(result.stderr).toContain('credentials from ALIBABA_CLOUD_CREDENTIALS_URI');
    expect(result.stderr).not.toContain('canary');
  });

  it('are what the command of a profile prints', async () => {
    const kms = await startServer((_, response) => {
      json(response, WOULD_SUCCEED, 400);
    });
    writeFileSync(
      join(folder(), 'print.mjs'),
      `console.error('canary-stderr'); console.log(JSON.stringify({ access_key_id: 'printed', access_key_secret: 'canary', sts_token: 'canary-token' }))`,
    );
    const command = `'${process.execPath}' '${join(folder(), 'print.mjs')}'`;
    fillHome(folder(), profiles({ mode: 'External', process_command: command }));
    const result = await exportDryRun(kms, { args: ['--verbose'] });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(kms.requests[0]?.headers.authorization).toContain('Credential=printed,');
    expect(result.stderr).not.toContain('canary');
  });
});

it('a mode that kmsx refuses is named, with what to do instead', async () => {
  fillHome(folder(), profiles({ mode: 'BearerToken', bearer_token: 'canary' }));
  const result = await kmsx(
    [
      ...['export-key', '--key-id', 'alias/a', '--pubkey', PUBKEY, '--error-format', 'json'],
      ...['--endpoint', 'http://127.0.0.1:1'],
    ],
    { cwd: folder() },
  );
  expect(result).toMatchObject({ code: 2, stdout: '' });
  const lines = result.stderr.trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    Error: {
      Code: 'credentials-unsupported',
      Message:
        'profile main has the mode "BearerToken", which kmsx does not support: KMS takes signed requests, not bearer tokens',
      Hint: 'aliyun configure --mode OIDC --profile main turns a token into credentials; or --mode AK',
    },
  });
});

it('a configuration that others can read is warned of, once, and not with --quiet', async () => {
  const kms = await startServer((_, response) => {
    json(response, WOULD_SUCCEED, 400);
  });
  fillHome(folder(), {
    ...profiles({ mode: 'AK', ...KEY, region_id: 'cn-hangzhou' }),
    mode: 0o644,
  });
  const warning =
    'kmsx: warning: ~/.aliyun/config.json holds secrets and other users can access it (mode 0644): chmod 600 ~/.aliyun/config.json\n';
  const result = await exportDryRun(kms);
  expect(result.code).toBe(0);
  expect(result.stderr.split(warning)).toHaveLength(2);
  expect((await exportDryRun(kms, { args: ['--quiet'] })).stderr).toBe('');
});
