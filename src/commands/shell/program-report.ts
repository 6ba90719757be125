import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../terminal/io.ts';
import { version } from '../../terminal/version.ts';
import { createRecorder } from './cache/recorder.ts';

export interface HashedFile {
  readonly File: string;
  readonly SHA256: string;
}

/** What exactly runs, as `kmsx version --verbose` prints it. */
export interface ProgramReport {
  readonly Version: string;
  /** The versions of Node.js and of the OpenSSL in it. */
  readonly Node: string;
  readonly OpenSSL: string;
  /** The files that the program is in. */
  readonly Files: readonly HashedFile[];
  /** What `kmsx cache` made of it, and is run in place of it. */
  readonly CompiledCode: readonly HashedFile[];
}

/** Hashes the files that the program is in, and the compiled code that is run in their place. */
export async function programReport(io: Io): Promise<ProgramReport> {
  const [Files, CompiledCode] = await Promise.all([
    Promise.all(io.programFiles.map(hashed)),
    compiledFiles(io).then((paths) => Promise.all(paths.map(hashed))),
  ]);
  const { nodeVersion: Node, opensslVersion: OpenSSL } = io;
  return { Version: version, Node, OpenSSL, Files, CompiledCode };
}

async function compiledFiles(io: Io): Promise<string[]> {
  if (io.programFiles.length === 0) return []; // run from its source
  const place = await createRecorder(io, {}).place([]);
  if (place === undefined || !existsSync(place.Folder)) return [];
  const names = await readdir(place.Folder);
  return names
    .filter((name) => name.startsWith(place.Prefix))
    .map((name) => join(place.Folder, name));
}

async function hashed(path: string): Promise<HashedFile> {
  const SHA256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { File: path, SHA256 };
}
