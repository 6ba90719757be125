/* Real proxies: Debian's squid and tinyproxy, in a network where nothing else leads anywhere. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCESS_KEY_ENV,
  DOMAIN,
  exportFrom,
  KMS_PORT,
  SESSION,
  startGateway,
} from '../../support/network/dedicated-gateway.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useNetwork } from '../../support/network/namespace.ts';
import type { RealProxy } from '../../support/network/proxies.ts';
import {
  PROXY_PASSWORD,
  proxyUrl,
  startSquid,
  startTinyproxy,
} from '../../support/network/proxies.ts';
import { tlsFile } from '../../support/network/servers.ts';

/** A gateway that the proxy alone can look up. */
const FAR = `kst-far.${DOMAIN}`;
/** One that this machine knows too. */
const NEAR = `kst-near.${DOMAIN}`;
const DENIED = `kst-denied.${DOMAIN}`;
const STS = 'sts.aliyuncs.com';
const SQUID_PORT = 3128;

const network = useNetwork({
  hosts: ['127.0.0.1 localhost', `127.0.0.1 ${NEAR}`, '127.0.0.1 proxy.test'],
  addresses: ['fd00::5/128', '100.100.100.200/32'],
});
const logs = { cloud: '' };
let caFile = '';
let squid: RealProxy;
let tinyproxy: RealProxy;

beforeAll(async () => {
  const net = network();
  for (const name of ['sts.pem', 'sts.key.pem']) {
    writeFileSync(join(net.folder, name), readFileSync(tlsFile(name)));
  }
  const cloud = net.start(process.execPath, [
    fileURLToPath(new URL('../../../scripts/run-ts.js', import.meta.url)),
    fileURLToPath(new URL('../../support/network/cloud-services.ts', import.meta.url)),
    ...[net.folder, JSON.stringify(SESSION)],
  ]);
  cloud.stdout.on('data', (chunk: Buffer) => (logs.cloud += chunk.toString()));
  cloud.stderr.pipe(process.stderr);
  [caFile, squid, tinyproxy] = await Promise.all([
    startGateway(net, readFileSync(tlsFile('ca.pem'), 'utf8')),
    startSquid(net, {
      port: SQUID_PORT,
      tlsPort: 3129,
      hosts: [FAR, NEAR, DENIED, STS].map((name) => `127.0.0.1 ${name}`),
      denied: DENIED,
    }),
    startTinyproxy(net, 8888),
  ]);
  await net.forward('fd00::5', KMS_PORT, KMS_PORT);
  await net.waitFor('127.0.0.1', 443);
});

beforeEach(() => {
  squid.newLog();
  tinyproxy.newLog();
  logs.cloud = '';
});

const ONCE = ['--max-attempts', '1'];

function exportBy(
  env: Readonly<Record<string, string>>,
  host = FAR,
  ...args: readonly string[]
): Promise<RunResult> {
  return exportFrom(network(), `${host}:${KMS_PORT}`, ['--ca-file', caFile, ...ONCE, ...args], env);
}

function expectRefused(result: RunResult, message: string, hint: string): void {
  expect(result, result.stderr).toMatchObject({ code: 5, stdout: '' });
  expect(result.stderr).toContain(`kmsx: error: ${message}`);
  expect(result.stderr).toMatch(new RegExp(`^kmsx: hint: .*${hint}`, 'm'));
  expectNoPassword(result);
}

function expectNoPassword({ stdout, stderr }: RunResult): void {
  const login = Buffer.from(`alice:${PROXY_PASSWORD}`).toString('base64');
  for (const secret of [PROXY_PASSWORD, encodeURIComponent(PROXY_PASSWORD), login, 'canary:']) {
    expect(stdout + stderr).not.toContain(secret);
  }
}

const tunnel = (host: string): string => `CONNECT ${host}:${KMS_PORT} `;

describe('squid', () => {
  it('carries an export, and learns the name and nothing else', async () => {
    const result = await exportBy({ HTTPS_PROXY: proxyUrl(SQUID_PORT) });
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ Format: 'kmsx-export/1', Rehearsal: true });
    const log = squid.newLog();
    expect(log.trim().split('\n')).toHaveLength(1);
    expect(log).toContain('TCP_TUNNEL/200');
    expect(log).toContain(tunnel(FAR));
    expect(log).not.toMatch(/Action|canary|KeyId|https:|\?/);
    expectNoPassword(result);
  });

  it.each<[string, Record<string, string>]>([
    ['https_proxy', { https_proxy: proxyUrl(SQUID_PORT), HTTPS_PROXY: 'http://127.0.0.1:9' }],
    ['ALL_PROXY', { ALL_PROXY: proxyUrl(SQUID_PORT) }],
    [
      'HTTPS_PROXY before ALL_PROXY',
      { HTTPS_PROXY: proxyUrl(SQUID_PORT), ALL_PROXY: 'http://127.0.0.1:9' },
    ],
    ['a proxy by its name', { HTTPS_PROXY: proxyUrl(SQUID_PORT, 'proxy.test') }],
  ])('is named by %s', async (_, env) => {
    const result = await exportBy(env);
    expect(result.code, result.stderr).toBe(0);
    expect(squid.newLog()).toContain(tunnel(FAR));
  });

  it('is not asked by HTTP_PROXY for https', async () => {
    const result = await exportBy({ HTTP_PROXY: proxyUrl(SQUID_PORT) }, NEAR);
    expect(result.code, result.stderr).toBe(0);
    expect(squid.newLog()).toBe('');
  });

  it.each([NEAR, DOMAIN, `.${DOMAIN}`, `example.com, ${NEAR.toUpperCase()}`, '*'])(
    'is not asked where NO_PROXY is %s',
    async (value) => {
      const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), NO_PROXY: value };
      const result = await exportBy(env, NEAR);
      expect(result.code, result.stderr).toBe(0);
      expect(squid.newLog()).toBe('');
    },
  );

  it.each(['example.com', '127.0.0.0/8', NEAR.slice(1)])(
    'is asked where NO_PROXY is %s',
    async (value) => {
      const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), NO_PROXY: value };
      const result = await exportBy(env, NEAR);
      expect(result.code, result.stderr).toBe(0);
      expect(squid.newLog()).toContain(tunnel(NEAR));
    },
  );

  it.each([
    ['fd00::/16', false],
    ['[fd00::5]', false],
    ['fd01::/16,10.0.0.0/8', true],
  ])('for an IPv6 address with NO_PROXY=%s: %s', async (value, isAsked) => {
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), NO_PROXY: value };
    // Whoever connects, the certificate has another name: that shows who was reached.
    const result = await exportBy(env, '[fd00::5]');
    expectRefused(
      result,
      `the certificate that [fd00::5]:${KMS_PORT} shows is for another name`,
      '',
    );
    expect(squid.newLog().includes(tunnel('[fd00::5]'))).toBe(isAsked);
  });

  it('is never asked for loopback', async () => {
    const env = { ALL_PROXY: proxyUrl(SQUID_PORT), HTTPS_PROXY: proxyUrl(SQUID_PORT) };
    for (const host of ['127.0.0.1', 'localhost']) {
      const result = await exportBy(env, host);
      expect(result.code, result.stderr).toBe(0);
    }
    expect(squid.newLog()).toBe('');
  });

  it('that does not know the password says so: 407', async () => {
    const url = `http://alice:canary%3Awrong@127.0.0.1:${SQUID_PORT}`;
    const result = await exportBy({ HTTPS_PROXY: url });
    expectRefused(
      result,
      `the proxy 127.0.0.1:${SQUID_PORT} does not connect to ${FAR}:${KMS_PORT} (407)`,
      'a password, and rejects those in.*HTTPS_PROXY',
    );
  });

  it('that gets no password says what to type', async () => {
    const result = await exportBy({ ALL_PROXY: `http://127.0.0.1:${SQUID_PORT}` });
    expectRefused(result, 'the proxy', 'ALL_PROXY=http://USER:PASSWORD@HOST:PORT');
  });

  it('that denies a name is obeyed, at once: 403', async () => {
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT) };
    const args = ['--ca-file', caFile, '--max-attempts', '5'];
    const result = await exportFrom(network(), `${DENIED}:${KMS_PORT}`, args, env);
    expectRefused(
      result,
      `the proxy 127.0.0.1:${SQUID_PORT} does not connect`,
      'allow this address',
    );
    expect(squid.newLog().trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['a name that it does not know', `kst-nobody.${DOMAIN}:${KMS_PORT}`],
    ['a port where nobody listens', `${FAR}:9`],
  ])('cannot reach %s', async (_, host) => {
    const args = ['--ca-file', caFile, ...ONCE];
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT) };
    const result = await exportFrom(network(), host, args, env);
    expect(result.stderr).toMatch(/does not connect to \S+ \(50[0-9]\)/);
    expectRefused(result, 'the proxy', 'only inside their VPC');
  });

  it('does not hide a certificate that is wrong', async () => {
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT) };
    const args = ['--ca-file', caFile, '--max-attempts', '5'];
    const name = await exportFrom(network(), `${STS}:${KMS_PORT}`, args, env);
    expectRefused(name, `the certificate that ${STS}:${KMS_PORT} shows is for another name`, '');
    const authority = await exportFrom(network(), `${FAR}:${KMS_PORT}`, ONCE, env);
    expectRefused(authority, `the certificate of ${FAR}:${KMS_PORT} comes from`, '--ca-file');
    expect(squid.newLog().trim().split('\n')).toHaveLength(2);
  });

  it('may be reached by TLS, and is verified by --ca-file', async () => {
    const port = squid.tlsPort ?? 0;
    const right = await exportBy({ HTTPS_PROXY: proxyUrl(port, 'localhost', 'https') });
    expect(right.code, right.stderr).toBe(0);
    expect(squid.newLog()).toContain(tunnel(FAR));
    const wrong = await exportBy({ HTTPS_PROXY: proxyUrl(port, 'proxy.test', 'https') });
    expectRefused(
      wrong,
      `the proxy could not be used: the certificate that proxy.test:${port} shows is for another name`,
      'named|HTTPS_PROXY',
    );
    const args = ['--max-attempts', '5'];
    const env = { HTTPS_PROXY: proxyUrl(port, 'localhost', 'https') };
    const unknown = await exportFrom(network(), `${FAR}:${KMS_PORT}`, args, env);
    expectRefused(
      unknown,
      'the proxy could not be used: the certificate of localhost',
      '--ca-file',
    );
    expect(unknown.stderr).not.toContain('attempts,');
    expect(squid.newLog()).not.toContain('CONNECT');
  });

  it('that speaks no TLS is not https', async () => {
    const result = await exportBy({ HTTPS_PROXY: proxyUrl(SQUID_PORT, '127.0.0.1', 'https') });
    expectRefused(
      result,
      'the proxy could not be used: what answers at 127.0.0.1:3128',
      'write http://',
    );
  });

  it('has a password that no output shows, whatever KMSX_DEBUG and DEBUG ask for', async () => {
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), KMSX_DEBUG: '1', DEBUG: '*' };
    const good = await exportBy(env);
    expect(good.code, good.stderr).toBe(0);
    expectNoPassword(good);
    const bad = await exportBy({ ...env, HTTPS_PROXY: proxyUrl(9) });
    expect(bad.stderr).toMatch(/\n\s+at /); // the stack trace that was asked for
    expectRefused(
      bad,
      'the proxy could not be used: 127.0.0.1:9 refuses connections',
      'HTTPS_PROXY',
    );
    const json = await exportBy(
      { ...env, HTTPS_PROXY: proxyUrl(9) },
      FAR,
      '--error-format',
      'json',
    );
    expectNoPassword(json);
    expect(json.stderr).toContain('"Code":"proxy-failed"');
  });

  it('carries requests to STS too', async () => {
    const home = join(network().folder, 'role');
    mkdirSync(join(home, '.aliyun'), { recursive: true });
    const profile = {
      name: 'role',
      mode: 'RamRoleArn',
      access_key_id: ACCESS_KEY_ENV.ALIBABA_CLOUD_ACCESS_KEY_ID,
      access_key_secret: ACCESS_KEY_ENV.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
      ram_role_arn: 'acs:ram::1234567890123456:role/role',
      ram_session_name: 'session',
    };
    writeFileSync(
      join(home, '.aliyun', 'config.json'),
      JSON.stringify({ current: 'role', profiles: [profile] }),
      { mode: 0o600 },
    );
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), HOME: home };
    const result = await exportBy(env, FAR, '--profile', 'role');
    expect(result.code, result.stderr).toBe(0);
    const log = squid.newLog();
    expect(log).toContain(`CONNECT ${STS}:443 `);
    expect(log).toContain(tunnel(FAR));
    expect(logs.cloud).toBe(`STS ${STS}\n`);
  });

  it('is named by HTTP_PROXY for an http credentials URI, by HTTPS_PROXY for the rest', async () => {
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: '',
      ALIBABA_CLOUD_CREDENTIALS_URI: 'http://100.100.100.200/credentials',
      HTTP_PROXY: proxyUrl(SQUID_PORT),
    };
    const result = await exportBy(env, NEAR);
    expect(result.code, result.stderr).toBe(0);
    expect(logs.cloud).toBe('metadata /credentials\n');
    const log = squid.newLog();
    expect(log).toContain('CONNECT 100.100.100.200:80 ');
    expect(log).not.toContain(NEAR);
  });

  it('never carries requests to the metadata of an instance', async () => {
    const env = {
      HTTP_PROXY: proxyUrl(SQUID_PORT),
      ALL_PROXY: proxyUrl(SQUID_PORT),
      ALIBABA_CLOUD_ACCESS_KEY_ID: '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: '',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: '',
    };
    const result = await exportBy(env);
    expect(result.code, result.stderr).toBe(0);
    expect(logs.cloud).toContain('metadata /latest/meta-data/ram/security-credentials/role\n');
    const log = squid.newLog();
    expect(log).toContain(tunnel(FAR));
    expect(log).not.toContain('100.100.100.200');
  });
});

describe('tinyproxy', () => {
  const url = 'http://alice:canary@127.0.0.1:8888';

  it('carries an export, and learns the name and nothing else', async () => {
    const result = await exportBy({ HTTPS_PROXY: url }, NEAR);
    expect(result.code, result.stderr).toBe(0);
    const log = tinyproxy.newLog();
    expect(log).toContain(`CONNECT ${NEAR}:${KMS_PORT} HTTP/1.1`);
    expect(log).not.toMatch(/Action|KeyId|canary|\?/);
  });

  it('that does not know the password says so', async () => {
    const result = await exportBy({ HTTPS_PROXY: url.replace('canary', 'wrong') }, NEAR);
    expectRefused(result, 'the proxy 127.0.0.1:8888 does not connect to', 'HTTPS_PROXY');
  });

  it('cannot reach a name that it does not know', async () => {
    const result = await exportBy({ HTTPS_PROXY: url });
    expectRefused(result, 'the proxy 127.0.0.1:8888 does not connect to', 'only inside their VPC');
  });
});
