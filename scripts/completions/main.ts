/* Writes completions/ from the command tree; with --check only says whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPLETION_FILES } from '../defines.js';
import type { Shell } from './generate.ts';
import { completionScript } from './generate.ts';
import { createFullProgram } from '../../src/program/program.ts';
import { testIo } from '../../test/support/test-io.ts';

const isCheck = process.argv.includes('--check');
const program = await createFullProgram(testIo());
for (const [shell, name] of Object.entries(COMPLETION_FILES) as [Shell, string][]) {
  const path = join('completions', name);
  const script = completionScript(shell, program);
  if (!isCheck) writeFileSync(path, script);
  else if (readFileSync(path, 'utf8') !== script) {
    console.error(`${path} is not what the command tree gives: npm run completions`);
    process.exitCode = 1;
  }
}
