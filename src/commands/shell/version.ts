import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { textWritten } from '../../terminal/output/stdout.ts';
import type { View, ViewRow } from '../../terminal/output/view.ts';
import { fact } from '../../terminal/output/view.ts';
import { createSession } from '../../terminal/session.ts';
import { version } from '../../terminal/version.ts';
import { describe } from '../shared/describe.ts';
import { createRecorder } from './cache/recorder.ts';

interface HashedFile {
  readonly File: string;
  readonly SHA256: string;
}

/** What `kmsx version --verbose` prints. */
interface VersionReport {
  readonly Version: string;
  /** The versions of Node.js and of the OpenSSL in it. */
  readonly Node: string;
  readonly OpenSSL: string;
  /** The files that the program is in. */
  readonly Files: readonly HashedFile[];
  /** What `kmsx cache` made of it, and is run in place of it. */
  readonly CompiledCode: readonly HashedFile[];
}

/** `kmsx version`: the version, and with `--verbose` what exactly runs. */
export function defineVersion(command: Command, io: Io): void {
  describe(command, {
    text: 'Prints the version. With --verbose prints JSON: the version, Node.js, its OpenSSL, and the SHA-256 of each file that the program is in, and of the compiled code that is run in its place, as sha256sum prints it. A program says of itself what it likes: to check a copy, hash it with another program.',
    examples: [
      ['the version', 'kmsx version'],
      ['for the record of a ceremony', 'kmsx version --verbose'],
    ],
    exitCodes: [0, 2, 7],
  });
  command.action(async () => {
    const session = createSession(command, io);
    if (session.options.verbose || session.options.json) {
      const facts = await report(io);
      await printResult(facts, session, () => versionView(facts));
    } else await textWritten(io.stdout.write(Buffer.from(`${version}\n`)));
  });
}

function versionView({ Version, Node, OpenSSL, Files, CompiledCode }: VersionReport): View {
  const hashes = (files: readonly HashedFile[]): ViewRow[] =>
    files.map(({ File, SHA256 }) => ({ lines: [File, SHA256] }));
  return {
    verdict: `kmsx ${Version}`,
    blocks: [
      { rows: [fact('Node.js', Node), fact('OpenSSL', OpenSSL)] },
      { title: 'The program, with the SHA-256 of each file', rows: hashes(Files) },
      { title: 'Compiled code, run in its place', rows: hashes(CompiledCode) },
    ],
  };
}

async function report(io: Io): Promise<VersionReport> {
  const [Files, CompiledCode] = await Promise.all([
    Promise.all(io.programFiles.map(hashed)),
    compiledFiles(io).then((paths) => Promise.all(paths.map(hashed))),
  ]);
  const { nodeVersion: Node, opensslVersion: OpenSSL } = io;
  return { Version: version, Node, OpenSSL, Files, CompiledCode };
}

async function compiledFiles(io: Io): Promise<string[]> {
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
