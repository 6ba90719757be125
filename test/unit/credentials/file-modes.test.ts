import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  fillHome,
  homeWith,
  keysOf,
  profiles,
  resolveIn,
  writeWithMode,
} from '../../support/credentials/credential-home.ts';
import { failure } from '../../support/kms/clients.ts';

const KEY = { access_key_id: 'some-id', access_key_secret: 'canary-secret' };
const ROLE_ARN = 'acs:ram::1234567890123456:role/first';

describe('a file with secrets that other users can access', () => {
  const CONFIG = profiles({ mode: 'AK', ...KEY });
  const INI = `[default]\ntype = access_key\naccess_key_id = a\naccess_key_secret = b\n`;

  async function warningsOf(home: string, env = {}): Promise<readonly string[]> {
    const warnings: string[] = [];
    await resolveIn(home, { env, warn: (message) => warnings.push(message) });
    return warnings;
  }

  test.each([
    [0o644, '0644'],
    [0o640, '0640'],
    [0o622, '0622'],
  ])('with mode %o is warned of', async (mode, octal) => {
    expect(await warningsOf(homeWith({ ...CONFIG, mode }))).toEqual([
      `~/.aliyun/config.json holds secrets and other users can access it (mode ${octal}): chmod 600 ~/.aliyun/config.json`,
    ]);
    expect(await warningsOf(homeWith({ ini: INI, mode }))).toEqual([
      `~/.alibabacloud/credentials holds secrets and other users can access it (mode ${octal}): chmod 600 ~/.alibabacloud/credentials`,
    ]);
  });

  test.each([0o600, 0o400, 0o700])('with mode %o is not', async (mode) => {
    expect(await warningsOf(homeWith({ ...CONFIG, mode }))).toEqual([]);
  });

  test('is found behind a symbolic link', async () => {
    const target = homeWith({ ...CONFIG, mode: 0o644 });
    const home = homeWith({});
    symlinkSync(join(target, '.aliyun'), join(home, '.aliyun'));
    expect(await warningsOf(home)).toHaveLength(1);
  });

  test('that is not a regular file is not checked', async () => {
    const home = homeWith({});
    const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: '/dev/null' };
    const warnings: string[] = [];
    const promise = resolveIn(home, { env, warn: (message) => warnings.push(message) });
    expect(await failure(promise)).toMatchObject({ code: 'credentials-missing' });
    expect(warnings).toEqual([]);
  });

  test('is warned of for OIDC, but not where Kubernetes keeps the token', async () => {
    const home = homeWith({});
    const oidc = {
      ALIBABA_CLOUD_ROLE_ARN: ROLE_ARN,
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/p',
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(home, 'token'),
    };
    writeWithMode(join(home, 'token'), 'canary', 0o644);
    expect(await warningsOf(home, oidc)).toEqual([
      `${home}/token holds secrets and other users can access it (mode 0644): chmod 600 ${home}/token`,
    ]);
    const volume = join(home, 'rrsa-tokens');
    mkdirSync(join(volume, '..2026_11_23_08_00_00.1'), { recursive: true });
    writeWithMode(join(volume, '..2026_11_23_08_00_00.1', 'token'), 'canary', 0o644);
    symlinkSync('..2026_11_23_08_00_00.1', join(volume, '..data'));
    symlinkSync('..data/token', join(volume, 'token'));
    const inPod = { ...oidc, ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(volume, 'token') };
    expect(await warningsOf(home, inPod)).toEqual([]);
  });

  test('is found in a profile that another one is based on', async () => {
    const home = homeWith({});
    const token = join(home, 'token');
    writeWithMode(token, 'canary', 0o640);
    const oidc = { mode: 'OIDC', oidc_provider_arn: 'p', oidc_token_file: token };
    const chained = { mode: 'ChainableRamRoleArn', source_profile: 'other' };
    const roles = [chained, oidc].map((profile) => ({ ...profile, ram_role_arn: ROLE_ARN }));
    fillHome(home, profiles(...roles));
    expect(await warningsOf(home)).toEqual([
      `${token} holds secrets and other users can access it (mode 0640): chmod 600 ${token}`,
    ]);
  });
});

describe('a pipe in place of a file', () => {
  const INI = '[default]\ntype = access_key\naccess_key_id = piped\naccess_key_secret = b\n';
  const OIDC = {
    ALIBABA_CLOUD_ROLE_ARN: ROLE_ARN,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/p',
  };

  function pipeIn(home: string): string {
    execFileSync('mkfifo', ['-m', '600', join(home, 'pipe')]);
    return join(home, 'pipe');
  }

  test('is read to its end, however late its writer writes', async () => {
    const pipe = pipeIn(homeWith({}));
    const writer = openSync(pipe, 'r+'); // 'w' would wait for the reader
    const resolved = resolveIn({}, { env: { ALIBABA_CLOUD_CREDENTIALS_FILE: pipe } });
    await setTimeout(300);
    writeSync(writer, INI);
    closeSync(writer);
    expect(await keysOf(await resolved)).toHaveProperty('accessKeyId', 'piped');
  });

  test('without a writer blocks nothing: as the credentials file it has no section', async () => {
    const pipe = pipeIn(homeWith({}));
    const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: pipe };
    expect((await failure(resolveIn({}, { env }))).message).toContain(`${pipe} has no section`);
  });

  test('is refused as an OIDC token, without being opened', async () => {
    const pipe = pipeIn(homeWith({}));
    const warn = (): void => undefined;
    const env = { ...OIDC, ALIBABA_CLOUD_OIDC_TOKEN_FILE: pipe };
    const error = await failure(keysOf(await resolveIn({}, { env, warn })));
    expect(error).toMatchObject({ kind: 'credentials', code: 'credentials-failed' });
    expect(error.message).toContain('the token file is not a regular file');
  });
});
