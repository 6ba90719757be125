import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import type { CompiledPlace } from '../base/own-programs.ts';
import type { Chunk } from './loader.ts';
import { isOfOwner } from './ownership.ts';

/** The name of the build that this file belongs to; empty where this file is the whole program. Put in by the build. */
declare const KMSX_BUILD: string;

type Chunks = Readonly<Record<string, Chunk>>;

/** Where compiled code lies: one file for each command that has one. */
export type CodeCache = Pick<CompiledPlace, 'Folder' | 'Prefix'>;

/** Where the code of this program lies compiled: beside the folder of this file. Undefined where this file is all there is. */
export function codeCache({
  version,
  arch,
}: Pick<NodeJS.Process, 'version' | 'arch'>): CodeCache | undefined {
  if (KMSX_BUILD === '') return undefined;
  return { Folder: join(dirname(__dirname), 'cache'), Prefix: `${KMSX_BUILD}-${version}-${arch}-` };
}

/** Code that was compiled before, as a file keeps it. */
export interface CompiledCode {
  /** An expression, the table of chunks; ASCII. */
  readonly source: string;
  /** V8's, for this source, this version of V8 and its flags; V8 itself refuses it for others. */
  readonly data: Buffer;
}

const HEADER_BYTES = 16;

/** The lengths of source and data as 64-bit numbers, source, data: all of it twice. */
export function encodeCompiledCode({ source, data }: CompiledCode): Buffer {
  const once = Buffer.alloc(HEADER_BYTES + source.length + data.length);
  once.writeUInt32LE(source.length, 0);
  once.writeUInt32LE(data.length, 8);
  once.write(source, HEADER_BYTES, 'latin1');
  data.copy(once, HEADER_BYTES + source.length);
  return Buffer.concat([once, once]);
}

/**
 * Undefined for a file that is damaged: V8 does not look, and would run it. Node.js compares two copies natively; a sum in
 * code which has just been loaded takes longer than reading the second one.
 */
export function decodeCompiledCode(file: Buffer): CompiledCode | undefined {
  const half = file.length / 2;
  if (half < HEADER_BYTES || !Number.isInteger(half)) return undefined;
  if (file.compare(file, half, file.length, 0, half) !== 0) return undefined;
  const dataStart = HEADER_BYTES + file.readUInt32LE(0);
  if (dataStart + file.readUInt32LE(8) !== half) return undefined;
  return {
    source: file.toString('latin1', HEADER_BYTES, dataStart),
    data: file.subarray(dataStart, half),
  };
}

/** Compiles the table of chunks, from V8's data where there is some; V8 may refuse that. */
export function compileTable(
  source: string,
  cachedData?: Buffer,
): { script: Script; chunks: Chunks } {
  const script = new Script(source, { filename: 'kmsx', cachedData });
  return { script, chunks: script.runInThisContext() as Chunks };
}

/** The command of arguments, as the cache names it. */
export function commandOf(argv: readonly string[]): string {
  return argv.find((word) => /^[a-z]+(?:-[a-z]+)*$/.test(word)) ?? 'help';
}

/**
 * The chunks that a command needs, compiled by `kmsx cache` or the build; empty where there is no cache, or where it is not
 * whole, or where it is not as safe as this file: it and its folder must belong to the owner of this file or root, and
 * nobody else may write them.
 */
export function readCodeCache(cache: CodeCache | undefined, argv: readonly string[]): Chunks {
  const code = cache && readTrusted(cache, commandOf(argv));
  return code === undefined ? {} : compileTable(code.source, code.data).chunks;
}

/** The commands whose compiled code would be run. */
export function usableCommands(cache: CodeCache, commands: readonly string[]): string[] {
  return commands.filter((command) => {
    const code = readTrusted(cache, command);
    if (code === undefined) return false;
    return compileTable(code.source, code.data).script.cachedDataRejected !== true;
  });
}

function readTrusted(cache: CodeCache, command: string): CompiledCode | undefined {
  const isTrusted = (stats: Stats): boolean => isOfOwner(stats) && (stats.mode & 0o022) === 0;
  let descriptor: number;
  try {
    if (!isTrusted(lstatSync(cache.Folder))) return undefined;
    descriptor = openSync(
      join(cache.Folder, cache.Prefix + command),
      constants.O_RDONLY | constants.O_NOFOLLOW,
    );
  } catch {
    return undefined; // there is none, and none is needed
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || !isTrusted(stats)) return undefined;
    return decodeCompiledCode(readFileSync(descriptor));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
