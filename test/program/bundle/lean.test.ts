/* What the build leaves out of the bundle, or puts off: each rule is tried on the packages as they are. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { leanBundle, providersWhenUsed } from '../../../scripts/bundle/lean.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What every rule is for. */
const PACKAGES = ['@alicloud/kms20160120', '@alicloud/openapi-client', '@alicloud/credentials'];

/** Tells which files of packages were run, in `globalThis.ran`. */
const telling: Plugin = {
  name: 'telling',
  setup(builder) {
    const files =
      /(?:darabonba\/typescript|tea-xml|gateway-spi|alicloud\/credentials)\/dist\/.*\.js$/;
    builder.onLoad({ filter: files }, ({ path }) => {
      if (path.endsWith('/credentials/dist/src/client.js')) return undefined; // the plugin's own
      const name = JSON.stringify(path.replace(/^.*node_modules\//, ''));
      const text = readFileSync(path, 'utf8');
      return { contents: `(globalThis.ran ??= []).push(${name});\n${text}` };
    });
  },
};

async function bundle(
  program: string,
  packages: readonly string[],
  outfile: string,
): Promise<void> {
  const imports = packages.map((name) => `import ${JSON.stringify(name)};`);
  await build({
    stdin: { contents: [...imports, program].join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
    plugins: [telling, leanBundle],
  });
}

async function run(program: string): Promise<{ stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.lean-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const outfile = join(folder, 'program.cjs');
  await bundle(program, PACKAGES, outfile);
  const env = {
    PATH: process.env['PATH'],
    DEBUG: '*',
    LOG_TOKENS: '1',
    LOG_STREAM: '1',
    FORCE_COLOR: '0',
  };
  return await promisify(execFile)(process.execPath, [outfile], { env });
}

const RAN =
  'console.log(JSON.stringify((globalThis.ran ?? []).map((path) => path.replace(/^.*dist./, ""))))';

const CASES: readonly (readonly [string, string, string])[] = [
  ['the SDK’s clients load nothing that they may not need', RAN, '[]'],
  [
    'the SDK’s runtime is there when it is used',
    `import { RuntimeOptions } from '@alicloud/tea-util';
     console.log(new RuntimeOptions({ maxAttempts: 3 }).maxAttempts, globalThis.ran.length > 10);`,
    '3 true',
  ],
  [
    'the one provider of credentials that is used is loaded',
    `import { StaticAKCredentialsProvider } from '@alicloud/credentials';
     const provider = StaticAKCredentialsProvider.builder().withAccessKeyId('a').withAccessKeySecret('b').build();
     console.log(provider.getProviderName()); ${RAN}`,
    'static_ak\n["src/providers/static_ak.js","src/credentials.js"]',
  ],
  [
    'WebSocket is left out, and says so where it is used',
    `import '@darabonba/typescript';
     import { Date, XML } from '@darabonba/typescript';
     try { XML.parseXml('<a/>'); } catch (error) { console.log(error.message); }`,
    'xml2js is left out of the bundle',
  ],
  [
    'debug is silent, whatever DEBUG says',
    "import debug from 'debug'; debug('httpx:header')('secret'); console.log(debug('a').enabled);",
    'false',
  ],
  [
    'YAML is parsed in silence, whatever LOG_TOKENS and LOG_STREAM say',
    "import { Composer, Lexer, parse, Parser } from 'yaml'; console.log(parse('a: 1').a);",
    '1',
  ],
  [
    'chalk has colours where kmsx asks for them, whatever the terminal is',
    "import chalk, { Chalk } from 'chalk'; console.log(chalk.level, new Chalk({ level: 0 }).red('a'));",
    '1 a',
  ],
];

it.each(CASES)('%s', async (_, program, printed) => {
  const { stdout, stderr } = await run(program);
  expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: printed, stderr: '' });
});

it('a build fails if a package no longer names what is put off', async () => {
  const building = bundle('', ['@alicloud/tea-util'], '/none');
  await expect(building).rejects.toThrow(
    '@alicloud/openapi-client names @alicloud/credentials no more',
  );
});

it.each([
  ['loads a file less', /^const uri_1 .*$/m],
  ['exports a provider less', /^exports\.URICredentialsProvider = uri_1.*$/m],
])('a build fails if the credentials library %s', (_, line) => {
  const file = join(root, 'node_modules/@alicloud/credentials/dist/src/client.js');
  const text = readFileSync(file, 'utf8');
  expect(providersWhenUsed(text)).not.toBe(text);
  expect(text).toMatch(line);
  expect(() => providersWhenUsed(text.replace(line, ''))).toThrow('@alicloud/credentials loads');
});
