import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_KEY, DECRYPT, GENERATED } from '../../support/kms/clients.ts';
import type { CertificateName } from '../../support/network/servers.ts';
import { json, startProxy, startServer, tlsFile } from '../../support/network/servers.ts';

/*
 * The published program is a bundle. Here the client is bundled with the options of scripts/build.js and
 * run as a process of its own: the seam in httpx must be the one that the bundled SDKs call, and `DEBUG`,
 * which packages read when they are loaded, must print nothing.
 */

const PROGRAM = `
  import httpx from 'httpx';
  import { parseKeyId } from './kms/key-id.ts';
  import { resolveGateway } from './kms/gateway.ts';
  import { withRetries } from './kms/attempts.ts';
  const { mode, endpoint, home, caFile } = JSON.parse(process.argv[2]);
  parseKeyId('alias/a');
  withRetries.name;
  if (mode === 'httpx') {
    await httpx.read(await httpx.request(endpoint, { headers: { 'x-canary': 'canary' } }), 'utf8');
  } else {
    const { createKmsClient } = await import('./kms/client.ts');
    const { knownCredentials, resolveCredentials } = await import('./credentials/credentials.ts');
    const { loadAuthorities } = await import('./network/authorities.ts');
    const { env } = process;
    const authorities = await loadAuthorities(caFile, env, new Date());
    const credentials =
      mode === 'profile'
        ? await resolveCredentials({ profile: 'a', env, home, authorities })
        : knownCredentials('test', { ...${JSON.stringify(ACCESS_KEY)}, securityToken: 'canary-token' });
    const client = createKmsClient({
      gateway: resolveGateway({ endpoint, env: {} }),
      credentials,
      authorities,
      env,
      limits: { maxAttempts: 1, timeoutMs: 5000, deadlineMs: 5000 },
      userAgent: 'kmsx',
      clock: { now: () => new Date(), monotonicMs: () => performance.now(), random: () => 0 },
    });
    try {
      const { plaintext } = await client.decrypt(${JSON.stringify(DECRYPT)});
      console.log('bytes', plaintext.length);
    } catch (error) {
      console.log(error.code, error.message);
    }
    await client.close();
  }
`;

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
let metafile: Metafile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kmsx-bundle-'));
  const result = await build({
    absWorkingDir: root,
    stdin: { contents: PROGRAM, resolveDir: join(root, 'src'), sourcefile: 'program.js' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
    logLevel: 'error',
    banner: {
      js: "import { createRequire as kmsxCreateRequire } from 'node:module'; const require = kmsxCreateRequire(import.meta.url);",
    },
  });
  metafile = result.metafile;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Options {
  readonly mode: 'httpx' | 'known' | 'profile';
  readonly endpoint: string;
  readonly home?: string;
  readonly caFile?: string;
}

async function runProgram(
  options: Options,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string; stderr: string }> {
  const program = join(folder, 'stdin.mjs');
  const { PATH = '' } = process.env;
  return run(process.execPath, [program, JSON.stringify(options)], { env: { PATH, ...env } });
}

function kms(certificate?: CertificateName): ReturnType<typeof startServer> {
  return startServer((_, response) => {
    json(response, { ...GENERATED, Plaintext: Buffer.from('canary').toString('base64') });
  }, certificate);
}

describe('the bundled client', () => {
  test('uses its own seam in httpx: what is not KMS is known there', async () => {
    const other = await kms();
    const server = await startServer((_, response) => {
      response.writeHead(302, { Location: other.url }).end('{}');
    });
    const { stdout } = await runProgram({ mode: 'known', endpoint: server.url });
    expect(stdout).toMatch(/^not-kms /);
    expect(other.requests).toHaveLength(0);
  });

  test('prints nothing, whatever DEBUG says, though httpx alone would print all', async () => {
    const server = await kms();
    const bare = await runProgram({ mode: 'httpx', endpoint: server.url }, { DEBUG: 'httpx*' });
    expect(bare.stderr).toContain('canary');
    for (const DEBUG of ['httpx*', 'httpx:body,httpx:header', '*', '*,-foo']) {
      const { stdout, stderr } = await runProgram(
        { mode: 'known', endpoint: server.url },
        { DEBUG, DEBUG_DEPTH: '10' },
      );
      expect(stdout).toBe('bytes 6\n');
      expect(stderr).toBe('');
    }
  });

  test('prints nothing of a role, an STS token and the password of a proxy either', async () => {
    const server = await kms('localhost');
    const sts = await startServer((_, response) => {
      json(response, {
        Credentials: {
          AccessKeyId: 'id',
          AccessKeySecret: 'canary',
          SecurityToken: 'canary',
          Expiration: '2099-01-01T00:00:00Z',
        },
      });
    }, 'sts');
    const proxy = await startProxy(sts.port);
    const home = join(folder, 'home');
    mkdirSync(join(home, '.aliyun'), { recursive: true });
    const profile = {
      name: 'a',
      mode: 'RamRoleArn',
      access_key_id: 'id',
      access_key_secret: 'canary',
      ram_role_arn: 'r',
      external_id: 'canary',
    };
    writeFileSync(join(home, '.aliyun', 'config.json'), JSON.stringify({ profiles: [profile] }));
    const { stdout, stderr } = await runProgram(
      { mode: 'profile', endpoint: server.url, home, caFile: tlsFile('ca.pem') },
      { DEBUG: '*', HTTPS_PROXY: `http://user:canary@127.0.0.1:${proxy.port}` },
    );
    expect(stdout).toBe('bytes 6\n');
    expect(stderr).toBe('');
    expect(proxy.targets).toEqual(['sts.aliyuncs.com:443']);
    expect(sts.requests).toHaveLength(1);
  });

  test('verifies TLS though NODE_TLS_REJECT_UNAUTHORIZED is 0', async () => {
    const server = await kms('self-signed');
    const { stdout } = await runProgram(
      { mode: 'known', endpoint: server.url },
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    );
    expect(stdout).toMatch(/^tls-failed /);
    expect(server.requests).toHaveLength(0);
  });

  test('trusts the authorities of NODE_EXTRA_CA_CERTS', async () => {
    const server = await kms('localhost');
    const { stdout } = await runProgram(
      { mode: 'known', endpoint: server.url },
      { NODE_EXTRA_CA_CERTS: tlsFile('ca.pem') },
    );
    expect(stdout).toBe('bytes 6\n');
  });

  test('is loaded when it is needed: keys, gateways and attempts come without the SDKs', () => {
    const light = [
      'kms/key-id',
      'network/region',
      'kms/gateway',
      'network/endpoint',
      'base/env',
      'kms/attempts',
      'credentials/cli-profile',
    ];
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { path: next, kind } of metafile.inputs[path]?.imports ?? []) {
        if (kind !== 'dynamic-import') visit(next);
      }
    };
    for (const name of light) {
      expect(metafile.inputs).toHaveProperty([`src/${name}.ts`]);
      visit(`src/${name}.ts`);
    }
    expect([...reached].filter((path) => path.includes('node_modules'))).toEqual([]);
    expect(reached).toContain('src/base/error.ts');
  });
});
