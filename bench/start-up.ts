import type { Ceremony } from './ceremony.ts';
import type { Contender } from './round-robin.ts';
import { medianTimes } from './round-robin.ts';
import { markdownTable, verdict } from './table.ts';

const ROUNDS = 31;

interface Case extends Contender {
  /** The most that it may take, in times of the first case. */
  readonly target?: number;
}

/** Times whole runs of the program, each against a Node that does nothing. */
export function startUpTable(ceremony: Ceremony): string {
  const { processes, privateKeyFile, exportFile } = ceremony;
  const unwrap = ['unwrap-key', '--privkey', privateKeyFile, '--in', exportFile];
  const cases: readonly Case[] = [
    {
      name: '`node -e 0`',
      run: () => {
        processes.node('-e', '0');
      },
    },
    {
      name: '`kmsx --version`',
      target: 1.35,
      run: () => {
        processes.kmsx('--version');
      },
    },
    {
      name: '`kmsx --help`',
      run: () => {
        processes.kmsx('--help');
      },
    },
    {
      name: '`kmsx unwrap-key --check-value-only`',
      target: 1.9,
      run: () => {
        processes.kmsx(...unwrap, '--check-value-only');
      },
    },
    {
      name: '`kmsx export-key` with a backup',
      target: 2.6,
      run: () => {
        processes.kmsx(...ceremony.exportArguments());
      },
    },
  ];
  const times = medianTimes(cases, ROUNDS);
  const [base = NaN] = times;
  return markdownTable(
    [`Start-up, median of ${ROUNDS}`, 'ms', '× `node -e 0`', 'target', ''],
    cases.map(({ name, target }, index) => {
      const time = times[index] ?? NaN;
      return [name, time.toFixed(1), (time / base).toFixed(2), ...verdict(time / base, target)];
    }),
  );
}
