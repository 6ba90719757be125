/* kmsx/local-kms as strangers use it: they have installed the package that npm packs, and their own test runner. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { installedPackages } from '../../support/npm-packages.ts';
import { copyPackages, copyProject } from '../../support/project-copy.ts';
import type { RunResult } from '../../support/run-result.ts';

const root = dirname(dirname(KMSX));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
const stranger = join(folder, 'stranger');
/** Against hanging alone: others may be busy here. */
const TIMEOUT_MS = 300_000;
const PATIENT = { testTimeout: TIMEOUT_MS };
const OTHER_PACKAGES = ['vitest', 'typescript', '@alicloud', '@types'];

async function run(command: string, args: readonly string[], cwd = stranger): Promise<RunResult> {
  const env = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const child = spawn(command, args, { cwd, env: cleanEnv(folder, env) });
  child.stdin.end();
  return await finish(child);
}

async function ok(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const result = await run(command, args, cwd);
  expect(result, `${result.stdout}${result.stderr}`).toMatchObject({ code: 0 });
  return result.stdout;
}

const node = (...args: readonly string[]): Promise<string> => ok(process.execPath, args);

const write = (name: string, text: string): void => {
  writeFileSync(join(stranger, name), text);
};

beforeAll(async () => {
  const project = join(folder, 'project');
  for (const path of [project, stranger]) mkdirSync(path);
  copyProject(project);
  copyPackages(project);
  await ok('npm', ['pack'], project);
  write('package.json', JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  await ok('npm', ['install', join(project, `kmsx-${manifest.version}.tgz`)]);
  for (const name of OTHER_PACKAGES) {
    symlinkSync(join(root, 'node_modules', name), join(stranger, 'node_modules', name));
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A client of the official SDK, and what it decrypts; for either kind of module. */
const SCENARIO = `
const clientOf = ({ accessKeyId, accessKeySecret, region, host, protocol }) =>
  new Kms.default(
    new Config({ accessKeyId, accessKeySecret, regionId: region, endpoint: host, protocol }),
  );
const roundTrip = async (kms) => {
  const client = clientOf(kms);
  const [keyId, plaintext] = ['alias/rehearsal', 'AAEC'];
  const { ciphertextBlob } = await client.encrypt(new Kms.EncryptRequest({ keyId, plaintext }));
  return (await client.decrypt(new Kms.DecryptRequest({ ciphertextBlob }))).plaintext;
};`;

const MODULE = `
import * as Kms from '@alicloud/kms20160120';
import { Config } from '@alicloud/openapi-client';
import { startLocalKms } from 'kmsx/local-kms';
${SCENARIO}`;

const COMMON_JS = `
const Kms = require('@alicloud/kms20160120');
const { Config } = require('@alicloud/openapi-client');
const { LocalKmsError, startLocalKms } = require('kmsx/local-kms');
${SCENARIO}`;

/** For vitest and jest: a server of the file's own, and one of the whole run. */
const SUITE = `
let kms;
beforeAll(async () => {
  kms = await startLocalKms();
});
afterAll(() => kms.close());
test('a round trip', async () => {
  expect(await roundTrip(kms)).toBe('AAEC');
});
test('a fault', async () => {
  kms.setFaults(['throttle:action=Decrypt']);
  await expect(roundTrip(kms)).rejects.toThrow('Rejected.Throttling');
});
test('the server of the whole run', async () => {
  const { Endpoint } = JSON.parse(process.env.KMSX_LOCAL_KMS);
  expect(Endpoint).not.toBe(kms.endpoint);
  expect((await fetch(Endpoint + '/health')).status).toBe(200);
});`;

const GLOBAL_SETUP = `
import { startLocalKms } from 'kmsx/local-kms';
export default async () => {
  const kms = await startLocalKms();
  const environment = kms.commandEnvironment(process.env);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  return () => kms.close();
};`;

interface Results {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
}

describe('a test suite', () => {
  it('runs in vitest', async () => {
    write('global-setup.mjs', GLOBAL_SETUP);
    write(
      'suite.test.mjs',
      `import { afterAll, beforeAll, expect, test } from 'vitest';\n${MODULE}${SUITE}`,
    );
    const settings = { globalSetup: ['global-setup.mjs'], ...PATIENT, hookTimeout: TIMEOUT_MS };
    write('vitest.config.mjs', `export default { test: ${JSON.stringify(settings)} };`);
    const vitest = ['node_modules/vitest/vitest.mjs', 'run'];
    const report = await node(...vitest, '--reporter=json', 'suite.test.mjs');
    expect(JSON.parse(report)).toMatchObject({ numPassedTests: 3, numTotalTests: 3 });
  });

  // Its sandbox has classes of its own where those of Node.js's errors are others.
  it('runs in jest, which loads CommonJS, and refuses as it does elsewhere', async () => {
    const jest = join(installedPackages('jest@29.7.0'), 'jest', 'bin', 'jest.js');
    write(
      'global-setup.cjs',
      `const { startLocalKms } = require('kmsx/local-kms');
      module.exports = async () => {
        globalThis.kms = await startLocalKms();
        Object.assign(process.env, globalThis.kms.env);
      };`,
    );
    write('global-teardown.cjs', `module.exports = () => globalThis.kms.close();`);
    write(
      'suite.test.cjs',
      `${COMMON_JS}${SUITE}
      test('a folder', async () => {
        const options = { state: 'new/state', tls: true };
        const first = await startLocalKms(options);
        await expect(startLocalKms(options)).rejects.toBeInstanceOf(LocalKmsError);
        await expect(startLocalKms(options)).rejects.toMatchObject({ code: 'state-locked' });
        await first.close();
        const again = await startLocalKms(options);
        expect(again).toMatchObject({ hadState: true, keys: first.keys });
        await again.close();
      });
      test('a port', async () => {
        const port = Number(new URL(kms.endpoint).port);
        await expect(startLocalKms({ port })).rejects.toMatchObject({ code: 'port-taken' });
      });`,
    );
    const config = {
      testMatch: ['**/suite.test.cjs'],
      globalSetup: './global-setup.cjs',
      globalTeardown: './global-teardown.cjs',
      watchman: false,
      ...PATIENT,
    };
    write('jest.config.json', JSON.stringify(config));
    const report = await node(jest, '--ci', '--json', '--config', 'jest.config.json');
    const { numPassedTests, numTotalTests } = JSON.parse(report) as Results;
    expect({ numPassedTests, numTotalTests }).toEqual({ numPassedTests: 5, numTotalTests: 5 });
  });
});

describe('a program', () => {
  it('that imports it is changed by nothing, gets the same of require, and ends by itself', async () => {
    write(
      'program.mjs',
      `import { createRequire } from 'node:module';
      const read = [];
      const { env } = process;
      const watched = new Proxy(env, {
        get: (target, name) => (read.push(name), target[name]),
        has: (target, name) => (read.push(name), name in target),
        ownKeys: (target) => (read.push('all'), Reflect.ownKeys(target)),
      });
      Object.defineProperty(process, 'env', { value: watched, configurable: true });
      const state = () => JSON.stringify([process.eventNames(), Object.keys(globalThis)]);
      const before = state();
      const library = await import('kmsx/local-kms');
      Object.defineProperty(process, 'env', { value: env });
      const required = createRequire(import.meta.url)('kmsx/local-kms');
      const kms = await library.startLocalKms();
      const { status } = await fetch(kms.endpoint + '/health');
      await kms.close();
      console.log(JSON.stringify({
        read: read.filter((name) => name !== 'WATCH_REPORT_DEPENDENCIES'), // the loader's own
        isUnchanged: state() === before,
        isSame: Object.entries(library).every(([name, value]) => required[name] === value),
        names: Object.keys(library),
        status,
      }));`,
    );
    expect(JSON.parse(await node('program.mjs'))).toEqual({
      read: [],
      isUnchanged: true,
      isSame: true,
      names: ['LocalKmsError', 'startLocalKms'],
      status: 200,
    });
  });

  it('in CommonJS requires or imports it', async () => {
    write(
      'program.cjs',
      `${COMMON_JS}
      void (async () => {
        const imported = await import('kmsx/local-kms');
        const kms = await imported.startLocalKms({ seed: require('kmsx/package.json') })
          .catch((error) => (console.log(error instanceof LocalKmsError, error.code), startLocalKms()));
        console.log(await roundTrip(kms));
        await kms.close();
      })();`,
    );
    expect(await node('program.cjs')).toBe('true seed-malformed\nAAEC\n');
  });

  it('starts a command that can reach the server and no real account', async () => {
    write(
      'command.mjs',
      `import { execFile } from 'node:child_process';
      import { promisify } from 'node:util';
      import { startLocalKms } from 'kmsx/local-kms';
      const kms = await startLocalKms();
      const from = { ...process.env, ALIBABA_CLOUD_SECURITY_TOKEN: 'real' };
      const options = { env: kms.commandEnvironment(from) };
      const kmsx = ['node_modules/kmsx/bin/kmsx.js', 'list-keys', '--quiet'];
      console.log((await promisify(execFile)(process.execPath, kmsx, options)).stdout);
      await kms.close();`,
    );
    expect(JSON.parse(await node('command.mjs'))).toMatchObject({ Usable: true, Rehearsal: true });
  });
});

describe('its types', () => {
  const USE = `
import type { LocalKms, LocalKmsErrorCode, LocalKmsOptions } from 'kmsx/local-kms';
import { LocalKmsError, startLocalKms } from 'kmsx/local-kms';

const options: LocalKmsOptions = { port: 0, seed: {}, tls: undefined, now: () => new Date() };
const kms: LocalKms = await startLocalKms(options);
export const texts: string[] = [kms.endpoint, kms.caFile ?? '', ...kms.keys.map((key) => key.keyId)];
export const env: Record<string, string> = { ...kms.env, ...kms.commandEnvironment({ A: undefined }) };
export const codeOf = (error: unknown): LocalKmsErrorCode | undefined =>
  error instanceof LocalKmsError ? error.code : undefined;
export async function inScope(): Promise<string> {
  await using other = await startLocalKms({ log: (line) => void line.length, faults: ['hang'] });
  return other.region;
}
// @ts-expect-error it is called faults
await startLocalKms({ fault: ['hang'] });
// @ts-expect-error nothing of it can be changed
kms.port = 1;
`;
  const WITH_NODE = `
import { startLocalKms } from 'kmsx/local-kms';

const kms = await startLocalKms({ signal: AbortSignal.timeout(1000) });
export const env: NodeJS.ProcessEnv = kms.commandEnvironment(process.env);
`;
  const REQUIRED = `
import { startLocalKms } from 'kmsx/local-kms';
import library = require('kmsx/local-kms');

export const start: typeof library.startLocalKms = startLocalKms;
`;

  it.each([
    ['nodenext', ['node'], ['es2023'], ['use.mts', 'with-node.mts', 'required.cts']],
    ['nodenext', ['node'], ['esnext', 'dom'], ['use.mts', 'with-node.mts', 'required.cts']],
    ['nodenext', [], ['es2022'], ['use.mts', 'required.cts']],
    ['bundler', ['node'], ['es2023', 'dom'], ['use.mts', 'with-node.mts']],
    ['bundler', [], ['es2022'], ['use.mts']],
  ])('stand alone: %s, types %j, lib %j', async (moduleResolution, types, lib, files) => {
    write('use.mts', USE);
    write('with-node.mts', WITH_NODE);
    write('required.cts', REQUIRED);
    const compilerOptions = {
      module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
      moduleResolution,
      target: 'es2022',
      lib,
      types,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    await node('node_modules/typescript/bin/tsc', '--project', 'tsconfig.json');
  });
});
