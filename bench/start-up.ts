import type { Ceremony } from './ceremony.ts';
import type { Contender } from './round-robin.ts';
import { medianTimes } from './round-robin.ts';
import { markdownTable, verdict } from './table.ts';

const ROUNDS = 31;

/** The most that a command may take, in times of `node -e 0`. */
const TARGETS: Readonly<Record<string, number>> = {
  '--version': 1.1,
  '--help': 1.4,
  'unwrap-key': 2.1,
  'list-keys': 3.1,
  'export-key': 3.3,
};

/** Times whole runs of the program, each against a Node that does nothing. */
export function startUpTable({ processes, commands }: Ceremony): string {
  const cases: readonly Contender[] = [
    {
      name: 'node -e 0',
      run: () => {
        processes.node('-e', '0');
      },
    },
    ...Object.entries(commands()).map(([name, args]) => ({
      name,
      run: () => {
        processes.kmsx(...args());
      },
    })),
  ];
  const times = medianTimes(cases, ROUNDS);
  const [base = NaN] = times;
  return markdownTable(
    [`Start-up, median of ${ROUNDS}`, 'ms', '× `node -e 0`', 'target', ''],
    cases.map(({ name }, index) => {
      const time = times[index] ?? NaN;
      const title = index === 0 ? `\`${name}\`` : `\`kmsx ${name}\``;
      return [
        title,
        time.toFixed(1),
        (time / base).toFixed(2),
        ...verdict(time / base, TARGETS[name]),
      ];
    }),
  );
}
