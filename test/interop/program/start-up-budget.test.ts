/* No command may need more instructions to start than bench/instructions/instructions.json allows: npm run bench:instructions, where
   more is meant. Instructions are counted, not timed: a busy machine does not change them. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { startCeremony } from '../../../bench/ceremony.ts';
import type { InstructionRatios } from '../../../bench/instructions/instructions.ts';
import { instructionRatios } from '../../../bench/instructions/instructions.ts';
import { KMSX } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const MOST_GROWTH = 1.05;
const MOST_ROUNDS = 12;
const root = dirname(dirname(KMSX));
const folder = useTempFolder();

it('a start needs no more instructions than it did, but for a twentieth', async () => {
  const text = readFileSync(
    new URL('../../../bench/instructions/instructions.json', import.meta.url),
    'utf8',
  );
  const [major = ''] = process.versions.node.split('.');
  const kept = (JSON.parse(text) as Record<string, InstructionRatios>)[major];
  expect(kept, `no figures for Node.js ${major}: npm run bench:instructions`).toBeDefined();
  const ceremony = await startCeremony(root, folder());
  try {
    const grownIn = (ratios: InstructionRatios): string[] =>
      Object.keys(ratios).filter((name) => (ratios[name] ?? 0) > (kept?.[name] ?? 0) * MOST_GROWTH);
    const ratios = instructionRatios(
      ceremony,
      (sofar, rounds) => rounds >= MOST_ROUNDS || (rounds > 2 && grownIn(sofar).length === 0),
    );
    expect(Object.keys(ratios)).toEqual(Object.keys(kept ?? {}));
    expect(grownIn(ratios), JSON.stringify({ kept, ratios })).toEqual([]);
  } finally {
    await ceremony.close();
  }
});
