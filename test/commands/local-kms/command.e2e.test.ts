/* kmsx local-kms -- COMMAND: what the command sees, how it ends, and that no real account is in its reach. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { commandEnvironment } from '../../../src/local-kms/client-environment.ts';
import type { Announcement } from '../../support/kmsx.ts';
import { finish, KMSX, shell, startKmsx } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const run = (line: string, env: Readonly<Record<string, string>> = {}) =>
  shell(line, { cwd: folder(), env });

describe('a command beside the embedded KMS', () => {
  it('reaches it, and its output and exit code are those of the whole', async () => {
    const line = `$KMSX local-kms -- sh -c '$KMSX list-keys --quiet && echo "$KMSX_LOCAL_KMS"; exit 7'`;
    const { code, stdout, stderr } = await run(line);
    expect(code, stderr).toBe(7);
    const [keys, announcement] = stdout.trimEnd().split('\n');
    expect(JSON.parse(keys ?? '')).toMatchObject({ Usable: true, Rehearsal: true });
    const { Keys } = JSON.parse(announcement ?? '') as Announcement;
    expect(Keys[0]?.Aliases).toEqual(['alias/rehearsal']);
    expect(stderr).toBe(
      'kmsx: warning: this is a rehearsal: the embedded KMS answered, not Alibaba Cloud\n',
    );
  });

  it.each([
    ['succeeds', 'true', 0],
    ['is killed', `sh -c 'kill -9 $$'`, 137],
    ['is not there', 'no-such-program', 7],
    ['cannot be run', './data', 7],
  ])('%s: its end is told by the exit code', async (_, command, code) => {
    writeFileSync(join(folder(), 'data'), 'no program');
    expect(await run(`$KMSX local-kms -- ${command}`)).toMatchObject({ code, stdout: '' });
  });

  it('gets SIGTERM, and the embedded KMS stays until it ends', async () => {
    const node = `const { writeFileSync } = require('node:fs');
      process.on('SIGTERM', async () => {
        const answer = await fetch(process.env.KMSX_ENDPOINT + '/health');
        writeFileSync('health', String(answer.status));
        process.exit(3);
      });
      writeFileSync('ready', '');
      setInterval(() => {}, 1000);`;
    writeFileSync(join(folder(), 'wait.cjs'), node);
    const child = startKmsx(['local-kms', '--', process.execPath, 'wait.cjs'], { cwd: folder() });
    const ended = finish(child);
    await waitFor('ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 3 });
    expect(readFileSync(join(folder(), 'health'), 'utf8')).toBe('200');
  });

  it('comes after two dashes, and not with --env', async () => {
    expect(await run('$KMSX local-kms true')).toMatchObject({ code: 2, stdout: '' });
    expect(await run('$KMSX local-kms --env -- true')).toMatchObject({ code: 2, stdout: '' });
  });
});

async function waitFor(name: string): Promise<void> {
  for (;;) {
    try {
      readFileSync(join(folder(), name));
      return;
    } catch {
      await delay(20);
    }
  }
}

describe('--env', () => {
  it('prints lines that a shell can source', async () => {
    const child = startKmsx(['local-kms', '--env', '--quiet'], { cwd: folder() });
    const [lines] = (await once(child.stdout, 'data')) as [Buffer];
    const { code, stdout } = await run(
      `${lines.toString()} ${process.execPath} ${KMSX} list-keys -q`,
    );
    child.kill('SIGTERM');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Usable: true });
    expect((await finish(child)).code).toBe(0);
  });
});

describe('the environment of a command', () => {
  const announcement = {
    Endpoint: 'http://127.0.0.1:1',
    Region: 'cn-local',
    AccessKeyId: 'id',
    AccessKeySecret: 'secret',
    Keys: [],
  };

  it.each([
    'KMSX_GATEWAY',
    'KMSX_CA_FILE',
    'ALIBABA_CLOUD_SECURITY_TOKEN',
    'ALIBABACLOUD_SECURITY_TOKEN',
    'ALICLOUD_SECURITY_TOKEN',
    'SECURITY_TOKEN',
    'ALIBABA_CLOUD_PROFILE',
    'ALIBABACLOUD_PROFILE',
    'ALICLOUD_PROFILE',
    'ALIBABA_CLOUD_ROLE_ARN',
    'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
    'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
    'ALIBABA_CLOUD_CREDENTIALS_URI',
    'ALICLOUD_ACCESS_KEY_ID',
    'ACCESS_KEY_ID',
    'ACCESS_KEY_SECRET',
  ])('has nothing of a real account: %s', (name) => {
    expect(commandEnvironment(announcement, { [name]: 'real' })[name]).toBeUndefined();
  });

  it('keeps what else there is, and keeps loopback off the proxy', () => {
    const env = commandEnvironment(announcement, { PATH: '/bin', NO_PROXY: 'intranet' });
    expect(env).toMatchObject({
      PATH: '/bin',
      NO_PROXY: 'intranet,127.0.0.1,localhost,::1',
      KMSX_ENDPOINT: 'http://127.0.0.1:1',
      ALIBABA_CLOUD_REGION_ID: 'cn-local',
      ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE',
      ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    });
  });
});
