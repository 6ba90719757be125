import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { homeWith, profiles } from '../../support/credentials/credential-home.ts';
import { testIo } from '../../support/test-io.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import type { CertificateName } from '../../support/network/servers.ts';
import { startServer, tlsFile } from '../../support/network/servers.ts';

/* The library that sends requests puts the whole URL into the errors that it meets: token, signature and all. */

type Fault = 'an oversized answer' | 'a cut answer' | 'a time-out' | 'a TLS failure';

const TOKENS = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'canary-id',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-secret',
  ALIBABA_CLOUD_SECURITY_TOKEN: 'canary-token',
};
const ROLE = {
  mode: 'RamRoleArn',
  access_key_id: 'canary-id',
  access_key_secret: 'canary-secret',
  sts_token: 'canary-token',
  ram_role_arn: 'acs:ram::1234567890123456:role/canary',
};

function fail(fault: Fault, response: ServerResponse): void {
  if (fault === 'a time-out') return;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 9_000_000 });
  if (fault === 'a cut answer') {
    response.write('{', () => response.destroy());
    return;
  }
  const timer = setInterval(() => response.write(Buffer.alloc(262_144, ' ')), 1);
  response.on('close', () => {
    clearInterval(timer);
  });
  onTestFinished(() => {
    clearInterval(timer);
  });
}

async function failing(fault: Fault, isTls: boolean): Promise<{ url: string; port: number }> {
  const good: CertificateName | undefined = isTls ? 'localhost' : undefined;
  return await startServer(
    (_, response) => {
      fail(fault, response);
    },
    fault === 'a TLS failure' ? 'expired' : good,
  );
}

/** The options and the environment that lead to what fails. */
const WHO: Readonly<
  Record<string, (fault: Fault) => Promise<{ args: string[]; env: Record<string, string> }>>
> = {
  KMS: async (fault) => ({ args: ['--endpoint', (await failing(fault, true)).url], env: TOKENS }),
  STS: async (fault) => {
    const { port } = await failing(fault, true);
    const home = homeWith(profiles({ ...ROLE, sts_endpoint: `127.0.0.1:${port}` }));
    return { args: ['--endpoint', '127.0.0.1:1'], env: { HOME: home } };
  },
  'a URI': async (fault) => {
    const { url } = await failing(fault, true);
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: `${url}/canary-path?canary=query` };
    return { args: ['--endpoint', '127.0.0.1:1'], env };
  },
};

/** All that a run says which finds nobody to talk to. */
async function saidBy(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const io = {
    ...testIo({
      env: {
        ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
        KMSX_DEBUG: '1',
        DEBUG: '*',
        ...env,
      },
    }),
    now: () => new Date(),
  };
  expect(await run(createProgram(io, argv), argv, io)).toBe(5);
  return io.stdoutText() + io.stderrText();
}

describe.each(Object.entries(WHO))('%s', (_, reach) => {
  test.each<Fault>(['an oversized answer', 'a cut answer', 'a time-out', 'a TLS failure'])(
    'that fails by %s gets nothing of the request into any output',
    async (fault) => {
      const { args, env } = await reach(fault);
      const timeout = fault === 'a time-out' ? '1' : '60';
      const common = [...args, '--timeout', timeout, '--max-attempts', '1', '--verbose'];
      const key = ['--key-id', 'alias/canary', '--pubkey', PUBKEY, '--context', 'canary=canary'];
      const ca = ['--ca-file', tlsFile('ca.pem')];
      const calls = [
        ['export-key', ...key, ...common, ...ca],
        ['export-key', ...key, ...common, ...ca, '--error-format', 'json'],
        ['doctor', ...key, ...common, ...ca, '--json'],
      ];
      const expected = {
        'an oversized answer': /1 MiB/,
        'a cut answer': /was cut/,
        'a time-out': /no answer from/,
        'a TLS failure': /expired|does not speak/,
      }[fault];
      for (const said of await Promise.all(calls.map((argv) => saidBy(argv, env)))) {
        expect(said).toMatch(expected);
        // An alias that is asked for may be named.
        expect(said.replaceAll('alias/canary', '')).not.toMatch(
          /canary|Signature|Action=|[&?][A-Za-z]+=|POST |GET | failed\./,
        );
      }
    },
  );
});
