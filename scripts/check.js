/* The gate. Runs every check in order and ends with the first that fails; with --fix it mends what can be. --tested leaves
   the tests out: for CI, where `npm test` has just run. */
import { spawnSync } from 'node:child_process';

const isFix = process.argv.includes('--fix');
const isTested = process.argv.includes('--tested');

/** @type {readonly [string, string][]} */
const checks = isFix
  ? [
      ['format', 'prettier --write --log-level warn .'],
      ['lint', 'eslint --fix .'],
      ['golden files', 'vitest run test/program -u'],
      ['completions', 'npm run --silent completions'],
      ['man pages', 'npm run --silent man'],
      ['troubleshooting', 'npm run --silent troubleshooting'],
      ['operations', 'npm run --silent operations'],
    ]
  : [
      ['format', 'prettier --check --log-level warn .'],
      ['types', 'tsc --project tsconfig.json'],
      ['lint', 'eslint --max-warnings 0 .'],
      ['direction of imports', 'depcruise src test'],
      ['unused code', 'knip'],
      ['completions', 'node scripts/run-ts.js scripts/completions/main.ts --check'],
      ['man pages', 'node scripts/run-ts.js scripts/man/main.ts --check'],
      ['troubleshooting', 'node scripts/run-ts.js scripts/troubleshooting.ts --check'],
      ['operations', 'node scripts/run-ts.js scripts/operations.ts --check'],
      ['build', 'npm run --silent build'],
      ['package', 'publint --strict'],
      ...(isTested ? [] : /** @type {[string, string][]} */ ([['tests', 'vitest run']])),
    ];

for (const [name, command] of checks) {
  console.log(`\n== ${name}: ${command}`);
  // CI=1: a missing golden file is a failure, and is not written.
  const { status } = spawnSync(command, {
    shell: true,
    stdio: 'inherit',
    env: isFix ? process.env : { ...process.env, CI: '1' },
  });
  if (status !== 0) {
    console.error(`\n== ${name} failed`);
    process.exit(status ?? 1);
  }
}
