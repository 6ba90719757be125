/* The gate. Checks run beside each other, one a core, and are told in order; the first that fails is the end. --tested leaves
   the tests out: for CI, where `npm test` has just run. With --fix it mends what can be, one after the other. */
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** @typedef {readonly [name: string, command: string]} Check */
/** @typedef {{ readonly status: number | null, readonly said: string }} Result */

/** @type {readonly Check[]} */
const fixes = [
  ['format', 'prettier --write --log-level warn .'],
  ['lint', 'eslint --fix .'],
  ['golden files', 'vitest run test/program -u'],
  ['completions', 'npm run --silent completions'],
  ['man pages', 'npm run --silent man'],
  ['troubleshooting', 'npm run --silent troubleshooting'],
  ['operations', 'npm run --silent operations'],
];

/** @type {readonly Check[]} */
const beside = [
  ['format', 'prettier --check --log-level warn .'],
  ['types', 'tsc --project tsconfig.json'],
  ['lint', 'eslint --max-warnings 0 .'],
  ['direction of imports', 'depcruise src test'],
  ['unused code', 'knip'],
  ['completions', 'node scripts/run-ts.js scripts/completions/main.ts --check'],
  ['man pages', 'node scripts/run-ts.js scripts/man/main.ts --check'],
  ['troubleshooting', 'node scripts/run-ts.js scripts/troubleshooting.ts --check'],
  ['operations', 'node scripts/run-ts.js scripts/operations.ts --check'],
];

/** The build changes what others read, the package is of the build, and the tests take every core. @type {readonly Check[]} */
const after = [
  ['build', 'npm run --silent build'],
  ['package', 'publint --strict'],
  ['tests', 'vitest run'],
];

/** It takes as long as all others together, and is begun first. */
const LONGEST = 'lint';

// CI=1: a missing golden file is a failure, and is not written.
const ci = { ...process.env, CI: '1' };

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** @param {string} name @param {number | null} status */
function end(name, status) {
  for (const child of running) child.kill();
  console.error(`\n== ${name} failed`);
  process.exit(status ?? 1);
}

/** @param {readonly Check[]} checks @param {NodeJS.ProcessEnv} env */
function oneByOne(checks, env) {
  for (const [name, command] of checks) {
    console.log(`\n== ${name}: ${command}`);
    const { status } = spawnSync(command, { shell: true, stdio: 'inherit', env });
    if (status !== 0) end(name, status);
  }
}

/**
 * @param {string} command
 * @returns {Promise<Result>}
 */
async function run(command) {
  const child = spawn(command, { shell: true, env: ci, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text));
  }
  const status = await new Promise((resolve) => child.on('close', resolve));
  running.delete(child);
  return { status, said };
}

/** @param {readonly Check[]} checks */
async function besideEachOther(checks) {
  const waiting = checks.toSorted(([a], [b]) => Number(b === LONGEST) - Number(a === LONGEST));
  /** @type {Map<string, Result>} */
  const results = new Map();
  const untold = [...checks];
  const tell = () => {
    for (let [first] = untold; first !== undefined; [first] = untold) {
      const [name, command] = first;
      const result = results.get(name);
      if (result === undefined) return;
      process.stdout.write(`\n== ${name}: ${command}\n${result.said}`);
      if (result.status !== 0) end(name, result.status);
      untold.shift();
    }
  };
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next[0], await run(next[1]));
      tell();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

if (process.argv.includes('--fix')) {
  oneByOne(fixes, process.env);
} else {
  const isTested = process.argv.includes('--tested');
  await besideEachOther(beside);
  oneByOne(isTested ? after.filter(([name]) => name !== 'tests') : after, ci);
}
