/*
 * Newer versions of Node.js can keep compiled code in a folder, and run what is there instead of the program: they
 * check a CRC of the source, and V8 its length, so that whoever may write the folder decides what runs. Here
 * it has other code for both files of kmsx that Node.js compiles.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import { NEWER_NODES, nodeFolder } from '../../support/npm-packages.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

/** What the code in the cache does. */
const POISON = 'process.exit(99);';
const POISONED = 99;
/** Where a file of kmsx has room for it: a comment of the bundler, or one of the launcher. Its length stays. */
const ROOM = /^\/\/ src\/start\/[\w.-]+$|^\/\* [^*]*\*\/$/m;

const folder = useTempFolder();
const launcher = (): string => join(folder(), 'kmsx', 'bin', 'kmsx.js');
const program = (): string => join(folder(), 'kmsx', 'dist', 'kmsx.cjs');
/** Where Node.js puts its cache if it is not told a folder. */
const cache = (): string => join(folder(), 'tmp', 'node-compile-cache');

let node: string;
beforeAll(() => {
  const [oldest = ''] = NEWER_NODES;
  node = join(nodeFolder(oldest), 'node');
});

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const child = spawn(node, args, {
    cwd: folder(),
    env: cleanEnv(folder(), { TMPDIR: join(folder(), 'tmp'), ...env }),
  });
  child.stdin.end();
  return await finish(child);
}

/** A program that lets Node.js use the cache, loaded before kmsx. */
const enabling = (): string[] => [
  '--import',
  `data:text/javascript,import { enableCompileCache } from 'node:module'; enableCompileCache(${JSON.stringify(cache())})`,
];

function poisoned(source: string): string {
  return source.replace(ROOM, (room) => POISON.padEnd(room.length));
}

const entries = (): string[] =>
  readdirSync(cache(), { recursive: true, encoding: 'utf8' })
    .map((name) => join(cache(), name))
    .filter((path) => statSync(path).isFile());

/** How Node.js 22 begins an entry, in words of 32 bits: a mark, two sizes, the CRC of the source, that of the code. */
const SOURCE_CRC = 12;

beforeEach(async () => {
  const root = dirname(dirname(KMSX));
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, name), join(folder(), 'kmsx', name), { recursive: true });
  }
  mkdirSync(join(folder(), 'tmp'));
  const originals = [launcher(), program()].map((path) => ({
    path,
    source: readFileSync(path, 'utf8'),
  }));
  const crcs = new Map<number, number>();
  for (const { path, source } of originals) {
    const other = poisoned(source);
    expect(other, path).toContain(POISON);
    expect(other, path).toHaveLength(source.length);
    crcs.set(crc32(other), crc32(source));
    writeFileSync(path, other);
  }
  for (const path of [launcher(), program()]) {
    expect(await run([...enabling(), path])).toMatchObject({ code: POISONED });
  }
  for (const { path, source } of originals) writeFileSync(path, source);
  expect(entries().length).toBeGreaterThanOrEqual(2);
  for (const path of entries()) {
    const entry = readFileSync(path);
    const crc = crcs.get(entry.readUInt32LE(SOURCE_CRC));
    if (crc === undefined)
      rmSync(path); // of the preloaded program
    else {
      entry.writeUInt32LE(crc, SOURCE_CRC);
      writeFileSync(path, entry);
    }
  }
});

describe('code that another user left in the cache of Node.js', () => {
  it('would be run for the launcher and the program, which this test can see', async () => {
    expect(await run([...enabling(), launcher(), 'help', 'terms'])).toMatchObject({
      code: POISONED,
    });
    expect(await run([...enabling(), program(), 'help', 'terms'])).toMatchObject({
      code: POISONED,
    });
  });

  it('in the folder for temporary files is never looked at', async () => {
    const before = entries();
    for (const args of [['help', 'terms'], ['rehearse'], ['--version']]) {
      expect(await run([launcher(), ...args]), args.join(' ')).toMatchObject({ code: 0 });
    }
    expect(entries()).toEqual(before);
  });

  it('in the folder of NODE_COMPILE_CACHE is not run for the program', async () => {
    const source = readFileSync(launcher());
    for (const path of entries()) {
      // Node.js has loaded the launcher before that could refuse.
      if (readFileSync(path).readUInt32LE(SOURCE_CRC) === crc32(source)) rmSync(path);
    }
    const env = { NODE_COMPILE_CACHE: cache() };
    const result = await run([launcher(), 'help', 'terms'], env);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('kmsx: hint: unset NODE_COMPILE_CACHE\n');
    expect(await run([program(), 'help', 'terms'], env)).toMatchObject({ code: POISONED });
  });
});
