import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import type { Contender } from './round-robin.ts';
import { medianTimes } from './round-robin.ts';
import { markdownTable } from './table.ts';

const ROUNDS = 15;
const MANY = 100;

/** What a script types today to unwrap an export: jq, base64 and openssl. */
export const BY_OPENSSL = `jq -r .ExportedDataKey "$1" | base64 -d > "$3" && openssl pkeyutl -decrypt -inkey "$2" -in "$3" \\
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 | base64`;

/** Times whole tasks by kmsx and by what users type without it, in turn. Empty where jq or openssl is missing. */
export function taskTable({ processes, privateKeyFile, exportFile }: Ceremony): string {
  const missing = ['jq', 'openssl'].filter((name) => spawnSync(name, ['--version']).error);
  if (missing.length > 0) {
    console.error(`not installed: ${missing.join(', ')}: no figures for tasks`);
    return '';
  }
  const { cwd, env } = processes.environment;
  const shell = (times: number): void => {
    const script = `i=0; while [ $i -lt ${times} ]; do ${BY_OPENSSL}; i=$((i + 1)); done`;
    const files = [exportFile, privateKeyFile, join(cwd, 'wrapped.bin')];
    execFileSync('sh', ['-c', script, 'sh', ...files], { cwd, env });
  };
  const unwrap = ['unwrap-key', '--privkey', privateKeyFile, '--in', exportFile, '--quiet'];
  const kmsx = (times: number): void => {
    for (let count = 0; count < times; count += 1) processes.kmsx(...unwrap);
  };
  const pairs: readonly (readonly [string, number])[] = [
    ['one unwrap', 1],
    [`${MANY} unwraps, a process each`, MANY],
  ];
  const rows = pairs.map(([name, times]) => {
    const cases: readonly Contender[] = [
      {
        name,
        run: () => {
          shell(times);
        },
      },
      {
        name,
        run: () => {
          kmsx(times);
        },
      },
    ];
    const [base = NaN, own = NaN] = medianTimes(cases, times === 1 ? ROUNDS : 3);
    return [name, base.toFixed(0), own.toFixed(0), (own / base).toFixed(2)];
  });
  return markdownTable(['Task', 'openssl, jq, base64: ms', 'kmsx: ms', '×'], rows);
}
