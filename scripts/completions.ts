/* Writes completions/ from the command tree; with --check only says whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shell } from '../src/commands/shell/completion/generate.ts';
import { completionScript } from '../src/commands/shell/completion/generate.ts';
import { createFullProgram } from '../src/program/program.ts';
import { testIo } from '../test/support/test-io.ts';

const FILES: Readonly<Record<Shell, string>> = {
  bash: 'kmsx.bash',
  zsh: '_kmsx',
  fish: 'kmsx.fish',
};

const isCheck = process.argv.includes('--check');
const program = await createFullProgram(testIo());
for (const [shell, name] of Object.entries(FILES) as [Shell, string][]) {
  const path = join('completions', name);
  const script = completionScript(shell, program);
  if (!isCheck) writeFileSync(path, script);
  else if (readFileSync(path, 'utf8') !== script) {
    console.error(`${path} is not what the command tree gives: npm run completions`);
    process.exitCode = 1;
  }
}
