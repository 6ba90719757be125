import { spawnSync } from 'node:child_process';
import type { Ceremony } from '../ceremony.ts';

/** Instructions of commands as multiples of those of `node -e 0`. */
export type InstructionRatios = Readonly<Record<string, number>>;

const BASE = 'node -e 0';

/**
 * Counts the processor's instructions of whole runs with valgrind's callgrind. Other work on the machine does not change
 * them, but V8's threads and its random hash seed do, by a tenth and always upwards: of many runs the least counts.
 *
 * @param isEnough - asked after each round, of which each runs every command once
 * @throws Error if valgrind is not installed, or a command fails
 */
export function instructionRatios(
  ceremony: Ceremony,
  isEnough: (ratios: InstructionRatios, rounds: number) => boolean,
): InstructionRatios {
  const { processes } = ceremony;
  const commands = Object.entries(ceremony.commands());
  const least = new Map<string, number>();
  for (let round = 1; ; round += 1) {
    const runs: [string, readonly string[]][] = [
      [BASE, ['-e', '0']],
      ...commands.map(([name, args]): [string, readonly string[]] => [
        name,
        processes.kmsxArguments(...args()),
      ]),
    ];
    for (const [name, args] of runs) {
      const counted = count(args, processes.environment);
      least.set(name, Math.min(counted, least.get(name) ?? Infinity));
    }
    const base = least.get(BASE) ?? NaN;
    const ratios = Object.fromEntries(
      commands.map(([name]) => [name, (least.get(name) ?? NaN) / base]),
    );
    if (isEnough(ratios, round)) return ratios;
  }
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
