/* Counts the instructions of the commands whose start is measured, and keeps the figures: npm run bench:instructions. A test
   of test:interop holds the program against them. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCeremony } from '../ceremony.ts';
import type { InstructionRatios } from './instructions.ts';
import { instructionRatios } from './instructions.ts';

const FILE = 'bench/instructions/instructions.json';
const ROUNDS = 6;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-bench-')));
try {
  const ceremony = await startCeremony(process.cwd(), folder);
  try {
    const kept = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, InstructionRatios>;
    const rounded = Object.entries(
      instructionRatios(ceremony, (_, rounds) => rounds === ROUNDS),
    ).map(([name, ratio]) => [name, Number(ratio.toFixed(3))]);
    const [major = ''] = process.versions.node.split('.');
    const figures = { ...kept, [major]: Object.fromEntries(rounded) as InstructionRatios };
    writeFileSync(FILE, `${JSON.stringify(figures, undefined, 2)}\n`);
    console.log(figures[major]);
  } finally {
    await ceremony.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
