/* Everything that kmsx gives to node:fs. In its working directory, home folder and TMPDIR strangers left things for it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announced, cleanEnv, finish, KMSX } from '../support/kmsx.ts';

const root = dirname(dirname(KMSX));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
const [home, cwd, temporary] = ['home', 'cwd', 'tmp'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const RECORD = join(folder, 'record');
const HOOK = pathToFileURL(fileURLToPath(new URL('../support/record-files.js', import.meta.url)));

/** Exit codes and command lines. Some have no terminal to ask on, or no credentials to send anything with. */
const RUNS: readonly (readonly [number, string])[] = [
  [0, 'keygen --privkey-out k.pem --pubkey-out p.pem --no-passphrase'],
  [2, 'keygen --privkey-out k2.pem --pubkey-out p2.pem'],
  [0, 'export-key --key-id alias/rehearsal --gateway local --pubkey p.pem --backup b --out e'],
  [0, 'reexport-key --gateway local --in b --pubkey p.pem --out e2'],
  [
    0,
    'reencrypt-key --gateway local --in b --to-key-id alias/rehearsal --to-context a=b --backup b2',
  ],
  [0, 'unwrap-key --privkey k.pem --in e --component c1 --component c2'],
  [0, 'unwrap-key --privkey k.pem --in e --format raw --out /dev/fd/3'],
  [0, 'combine c1 c2 --format raw --out key'],
  [0, 'recover-key --gateway local --in b --format raw --out key2'],
  [0, 'verify-key --gateway local --against b --in e --privkey k.pem'],
  [0, 'list-keys --gateway local'],
  [0, 'inspect b e p.pem'],
  [3, 'list-keys --region cn-hangzhou'],
  [3, 'doctor --key-id alias/rehearsal --region cn-hangzhou'],
  [
    0,
    'policy --for export-key --region cn-hangzhou --key-id acs:kms:cn-hangzhou:1234567890123456:key/key-hzz62f1cb66fa42qo',
  ],
  [0, 'rehearse'],
  [0, 'completion bash'],
  [0, 'help environment'],
  [0, '--version'],
];

/** Packages that code in the bundle asks for or could ask for, and what npm and others would read. */
const PACKAGES = [
  'kerberos',
  'ws',
  'moment',
  'xml2js',
  'bufferutil',
  'utf-8-validate',
  'chalk',
  'debug',
];
const POISON = "console.log('POISON'); process.exit(99);";

function leaveThings(place: string): void {
  for (const name of [...PACKAGES, 'supports-color', 'ora', ...builtinModules]) {
    if (name.startsWith('_')) continue;
    for (const modules of ['node_modules', '.node_modules', '.node_libraries']) {
      mkdirSync(join(place, modules, name), { recursive: true });
      writeFileSync(join(place, modules, name, 'index.js'), POISON);
    }
  }
  const manifest = {
    type: 'commonjs',
    main: 'main.js',
    imports: { '#x': './main.js' },
    bin: 'main.js',
  };
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
  for (const name of ['main.js', 'kmsx.js', '.kmsxrc', 'kmsx.config.js', 'index.js']) {
    writeFileSync(join(place, name), POISON);
  }
  writeFileSync(join(place, '.npmrc'), 'node-options=--require=./main.js\n');
  writeFileSync(join(place, '.env'), 'NODE_OPTIONS=--require=./main.js\nKMSX_GATEWAY=local\n');
  writeFileSync(join(place, 'node.config.json'), '{"nodeOptions":{"import":["./main.js"]}}');
  for (const name of ['config.json', 'credentials', 'openssl.cnf', 'state.json']) {
    writeFileSync(join(place, name), 'POISON');
  }
}

const env = cleanEnv(home, {
  TMPDIR: temporary,
  NODE_PATH: join(cwd, 'node_modules'),
  RECORD_FILES: RECORD,
});

/** Starts the program with a pipe as its descriptor 3. */
function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const argv = [process.execPath, '--import', HOOK.href, KMSX, ...args];
  const child = spawn('bash', ['-c', 'exec "$@" 3> >(cat > /dev/null)', 'bash', ...argv], {
    cwd,
    env,
  });
  child.stdin.end();
  return child;
}

/** The paths that a run gave to node:fs, absolute. */
function recorded(): string[] {
  const lines = readFileSync(RECORD, 'utf8').trim().split('\n');
  return [...new Set(lines)].map((line) => {
    const path = line.replace(/^\w+ /, '');
    return path.startsWith('file:') ? fileURLToPath(path) : resolve(cwd, path);
  });
}

/** The places in the first column of SECURITY.md's table, and what matches each. */
function places(): { readonly place: string; readonly pattern: RegExp }[] {
  const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');
  const [, section = ''] = page.split('## What is read without being told');
  const cells = section.split('\n').map((line) => /^\| ([^|]*`[^|]*) \|/.exec(line)?.[1] ?? '');
  return cells
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, place = '']) => place))
    .map((place) => {
      const path = place
        .replace(/^~/, home)
        .replace(/^\$TMPDIR/, temporary)
        .replace(/^KMSX/, root)
        .replace(/^OUTPUT\/$/, cwd)
        .replace(/^OUTPUT/, cwd);
      const text = path
        .split('*')
        .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
        .join('[^/]*')
        .replace(/\/$/, '(?:/.*)?');
      return { place, pattern: new RegExp(`^${text}$`) };
    });
}

const given = new Set<string>();
let left: readonly string[] = [];
let paths: readonly string[] = [];

beforeAll(async () => {
  for (const place of [home, cwd, temporary]) {
    mkdirSync(place);
    leaveThings(place);
    left = [...left, ...readdirSync(place).map((name) => join(place, name))];
  }
  for (const [code, line] of RUNS) {
    const args = line.split(' ');
    const result = await finish(start(args));
    expect(result, `${line}: ${result.stderr}`).toMatchObject({ code });
    expect(result.stdout + result.stderr).not.toContain('POISON');
    for (const arg of args) given.add(resolve(cwd, arg));
  }
  const server = start(['local-kms', '--tls']);
  await announced(server);
  server.kill('SIGTERM');
  expect(await finish(server)).toMatchObject({ code: 0 });
  paths = recorded();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('what kmsx reads without being told', () => {
  it('is in the table of SECURITY.md', () => {
    const table = places();
    expect(table.length).toBeGreaterThan(15);
    const unknown = paths.filter(
      (path) =>
        !given.has(path) &&
        !temporary.startsWith(`${path}/`) && // the folders above $TMPDIR
        !table.some(({ pattern }) => pattern.test(path)),
    );
    expect(unknown).toEqual([]);
  });

  it('is all that the table has', () => {
    const unread = places().filter(({ pattern }) => !paths.some((path) => pattern.test(path)));
    expect(unread.map(({ place }) => place)).toEqual([]);
  });

  it('is nothing that strangers left in those three folders', () => {
    expect(left.length).toBeGreaterThan(30);
    const read = paths.filter((path) =>
      left.some((at) => path === at || path.startsWith(`${at}/`)),
    );
    expect(read).toEqual([]);
  });
});
