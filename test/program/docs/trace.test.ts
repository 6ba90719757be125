import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { defines } from '../../../scripts/defines.js';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

/*
 * How many files of the project lie between bin/ and the SDK: those on the call stack of a real run of `export-key` at
 * the moment when the SDK is entered (OpenApiClient.callApi), from main.ts on. V8 keeps the functions that await the
 * call on that stack. Not counted is what has returned before (reading options, files and credentials) and data (the
 * tables of commands and of operations).
 */

const LAUNCHER = `
  import { writeFileSync } from 'node:fs';
  import sdk from '@alicloud/openapi-client';
  const { prototype } = sdk.default;
  const { callApi } = prototype;
  Error.stackTraceLimit = Infinity;
  prototype.callApi = function (...args) {
    writeFileSync(process.env.TRACE_FILE, new Error('the call').stack);
    return callApi.apply(this, args);
  };
  await import('./src/main.ts');
`;

const home = useTempFolder();
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Files of src on the stack of the first call, from the outermost. */
async function filesOnStack(): Promise<string[]> {
  const folder = mkdtempSync(join(root, 'node_modules', '.trace-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  await build({
    absWorkingDir: root,
    stdin: { contents: LAUNCHER, resolveDir: root, sourcefile: 'launcher.js' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    define: defines(),
    logLevel: 'error',
  });
  const traceFile = join(home(), 'stack');
  const program = ['--enable-source-maps', join(folder, 'stdin.mjs')];
  const key = ['export-key', '--gateway', 'local', '--key-id', 'alias/rehearsal'];
  const { PATH = '' } = process.env;
  await promisify(execFile)(
    process.execPath,
    [...program, ...key, '--pubkey', PUBKEY, '--out', join(home(), 'export.json')],
    { env: { PATH, HOME: home(), TRACE_FILE: traceFile } },
  );
  const files = [...readFileSync(traceFile, 'utf8').matchAll(/\/(src\/[\w/.-]+\.ts):\d+:\d+/g)];
  return [...new Set(files.map(([, file = '']) => file).reverse())];
}

/** Files that the numbered steps of the trace name, in their order. */
function filesInArchitecture(): string[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const [, section = ''] = text.split('\n## `kmsx export-key`, from argv to exit code\n');
  const steps = section.split('\n## ')[0]?.match(/^\d+\. `src\/[^`]+`/gm) ?? [];
  return steps.map((step) => step.replace(/^\d+\. `(.*)`$/, '$1'));
}

test('export-key passes through the files that ARCHITECTURE.md names, ten at most', async () => {
  const files = await filesOnStack();
  expect(files).toEqual(filesInArchitecture());
  expect(files.length).toBeLessThanOrEqual(10);
});
