import { spawnSync } from 'node:child_process';
import type { Ceremony } from './ceremony.ts';

/** Instructions of commands as multiples of those of `node -e 0`. */
export type InstructionRatios = Readonly<Record<string, number>>;

const RUNS = 2;

/**
 * Counts the processor's instructions of whole runs with valgrind's callgrind, which other work on the machine does not
 * change. Of several runs the least counts: V8's threads do more or less beside.
 *
 * @throws Error if valgrind is not installed, or a command fails
 */
export function instructionRatios(ceremony: Ceremony): InstructionRatios {
  const base = leastOf(() => ['-e', '0'], ceremony);
  const ratios = Object.entries(ceremony.commands()).map(([name, args]) => [
    name,
    leastOf(() => ceremony.processes.kmsxArguments(...args()), ceremony) / base,
  ]);
  return Object.fromEntries(ratios) as InstructionRatios;
}

function leastOf(args: () => readonly string[], { processes }: Ceremony): number {
  return Math.min(...Array.from({ length: RUNS }, () => count(args(), processes.environment)));
}

function count(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): number {
  const options = ['--tool=callgrind', '--callgrind-out-file=/dev/null', process.execPath];
  const { status, stderr, error } = spawnSync('valgrind', [...options, ...args], { cwd, env });
  if (error !== undefined) throw new Error('valgrind is not installed', { cause: error });
  const [, instructions] = /Collected : (\d+)/.exec(stderr.toString()) ?? [];
  if (status === 0 && instructions !== undefined) return Number(instructions);
  throw new Error(`${args.join(' ')}: ${stderr.toString()}`);
}
