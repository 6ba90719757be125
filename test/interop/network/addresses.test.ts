/* IPv6, and names with several addresses of which one is dead: refused, or swallowed as by a firewall. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DOMAIN,
  exportFrom,
  KMS_PORT,
  startGateway,
} from '../../support/network/dedicated-gateway.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useNetwork } from '../../support/network/namespace.ts';
import type { RealProxy } from '../../support/network/proxies.ts';
import { proxyUrl, startSquid } from '../../support/network/proxies.ts';
import { tlsFile } from '../../support/network/servers.ts';

/** ::1 first, then 127.0.0.1. */
const SIX_FIRST = `kst-six.${DOMAIN}`;
/** 127.0.0.1 first, then 127.0.0.3. */
const FOUR_TWICE = `kst-four.${DOMAIN}`;
const PROXY = 'proxy.test';

/** Where 127.0.0.3 and not 127.0.0.1 answers: the first refuses, or swallows. */
const REFUSED_PORT = 9001;
const SWALLOWED_PORT = 9002;
/** Where ::1 alone answers. */
const SIX_PORT = 9006;
const HTTP_PORT = 8080;
const SWALLOWED_HTTP_PORT = 8081;
const DEAD_PORT = 9009;
const SQUID_PORT = 3128;
const SWALLOWED_SQUID_PORT = 3130;

const network = useNetwork({
  hosts: [
    '::1 localhost',
    '127.0.0.1 localhost',
    ...[`::1 ${SIX_FIRST}`, `127.0.0.1 ${SIX_FIRST}`],
    ...[`127.0.0.1 ${FOUR_TWICE}`, `127.0.0.3 ${FOUR_TWICE}`],
    ...[`::1 ${PROXY}`, `127.0.0.1 ${PROXY}`],
  ],
});
let caFile = '';
let squid: RealProxy;

beforeAll(async () => {
  const net = network();
  [caFile, squid] = await Promise.all([
    startGateway(net, readFileSync(tlsFile('ca.pem'), 'utf8')),
    startSquid(net, {
      port: SQUID_PORT,
      tlsPort: 3129,
      hosts: [`127.0.0.1 ${FOUR_TWICE}`],
      denied: 'denied.test',
    }),
  ]);
  await net.localKms(['--port', String(HTTP_PORT), '--seed', 'seed.json']);
  await Promise.all([
    net.forward('127.0.0.3', REFUSED_PORT, KMS_PORT),
    net.forward('127.0.0.3', SWALLOWED_PORT, KMS_PORT),
    net.forward('::1', SIX_PORT, KMS_PORT),
    net.forward('::1', SIX_PORT + 1, HTTP_PORT),
    net.forward('127.0.0.1', SWALLOWED_HTTP_PORT, HTTP_PORT),
    net.forward('127.0.0.1', SWALLOWED_SQUID_PORT, SQUID_PORT),
  ]);
  net.swallow('127.0.0.1', SWALLOWED_PORT);
  for (const port of [SWALLOWED_HTTP_PORT, SWALLOWED_SQUID_PORT]) net.swallow('::1', port);
  for (const address of ['::1', '127.0.0.1']) net.swallow(address, DEAD_PORT);
});

const ONCE = ['--max-attempts', '1'];

interface Timed extends RunResult {
  readonly durationMs: number;
}

async function exportOnce(
  endpoint: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Timed> {
  const began = performance.now();
  const result = await exportFrom(
    network(),
    endpoint,
    ['--ca-file', caFile, ...ONCE, ...args],
    env,
  );
  return { ...result, durationMs: performance.now() - began };
}

function expectDone(result: Timed): void {
  expect(result.code, result.stderr).toBe(0);
  expect(JSON.parse(result.stdout)).toMatchObject({ Format: 'kmsx-export/1' });
  expect(result.stderr).toContain('attempt 1: ok');
}

describe('IPv6', () => {
  it('is an address of a gateway, by https', async () => {
    const result = await exportOnce(`[::1]:${SIX_PORT}`);
    expectDone(result);
    expect(JSON.parse(result.stdout)).toMatchObject({ Endpoint: `https://[::1]:${SIX_PORT}` });
  });

  it('is an address of a gateway, by http', async () => {
    expectDone(await exportOnce(`http://[::1]:${SIX_PORT + 1}`));
  });

  it('is an address for --resolve, with brackets and without', async () => {
    const host = `kst-resolved.${DOMAIN}:${SIX_PORT}`;
    for (const address of ['[::1]', '::1', '0:0:0:0:0:0:0:1']) {
      expectDone(await exportOnce(host, ['--resolve', `${host}:${address}`]));
    }
  });

  it('never goes through a proxy where it is loopback', async () => {
    const env = { HTTPS_PROXY: proxyUrl(SQUID_PORT), ALL_PROXY: proxyUrl(SQUID_PORT) };
    squid.newLog();
    expectDone(await exportOnce(`[::1]:${SIX_PORT}`, [], env));
    const mapped = await exportOnce(`[::ffff:127.0.0.1]:${KMS_PORT}`, [], env);
    expect(mapped.stderr).toContain('shows is for another name'); // it was reached
    expect(squid.newLog()).toBe('');
  });
});

describe('a name with several addresses', () => {
  it.each([
    ['an IPv6 address that refuses, then IPv4', `${SIX_FIRST}:${KMS_PORT}`, 0],
    ['an IPv4 address that refuses, then another', `${FOUR_TWICE}:${REFUSED_PORT}`, 0],
    ['an IPv4 address that swallows, then another', `${FOUR_TWICE}:${SWALLOWED_PORT}`, 1000],
    ['http, and one that refuses', `http://localhost:${HTTP_PORT}`, 0],
    ['http, and one that swallows', `http://localhost:${SWALLOWED_HTTP_PORT}`, 1000],
  ])('%s', async (_, endpoint, atLeastMs) => {
    const result = await exportOnce(endpoint);
    expectDone(result);
    expect(result.durationMs).toBeGreaterThan(atLeastMs);
  });

  it.each([
    ['refuses', SQUID_PORT, 0],
    ['swallows', SWALLOWED_SQUID_PORT, 1000],
  ])('is that of a proxy, and the first %s', async (_, port, atLeastMs) => {
    squid.newLog();
    const env = { HTTPS_PROXY: proxyUrl(port, PROXY) };
    const result = await exportOnce(`${FOUR_TWICE}:${KMS_PORT}`, [], env);
    expectDone(result);
    expect(result.durationMs).toBeGreaterThan(atLeastMs);
    expect(squid.newLog()).toContain(`CONNECT ${FOUR_TWICE}:${KMS_PORT} `);
  });

  it('is that of an https proxy, and the first refuses', async () => {
    const env = { HTTPS_PROXY: proxyUrl(3129, 'localhost', 'https') };
    expectDone(await exportOnce(`${FOUR_TWICE}:${KMS_PORT}`, [], env));
  });

  it('none of which answers is given up, and says what they did', async () => {
    const refused = await exportOnce(`${SIX_FIRST}:9`);
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toContain(`kmsx: error: ${SIX_FIRST}:9 refuses connections`);
    const silent = await exportOnce(`${SIX_FIRST}:${DEAD_PORT}`);
    expect(silent).toMatchObject({ code: 5, stdout: '' });
    expect(silent.stderr).toContain(`kmsx: error: no connection to ${SIX_FIRST}:${DEAD_PORT}`);
  });
});
