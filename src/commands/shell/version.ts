import type { Command } from 'commander';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { textWritten } from '../../terminal/output/stdout.ts';
import type { View, ViewRow } from '../../terminal/output/view.ts';
import { fact } from '../../terminal/output/view.ts';
import { createSession } from '../../terminal/session.ts';
import { version } from '../../terminal/version.ts';
import { describe } from '../shared/describe.ts';
import type { HashedFile, ProgramReport } from './program-report.ts';
import { programReport } from './program-report.ts';

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
      const facts = await programReport(io);
      await printResult(facts, session, () => versionView(facts));
    } else await textWritten(io.stdout.write(Buffer.from(`${version}\n`)));
  });
}

function versionView({ Version, Node, OpenSSL, Files, CompiledCode }: ProgramReport): View {
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
