/* The set-up commands of the README, and its exit codes; test/interop/docs types the rest of it into a shell. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../../src/terminal/exit-codes.ts';
import { blocksOf } from '../../support/docs/blocks.ts';
import { languagesOf } from '../../support/docs/translations.ts';
import { cleanEnv, KMSX } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const root = join(dirname(KMSX), '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = useTempFolder();

describe('the README', () => {
  it('begins with the two set-up commands, which CI runs', () => {
    const [demo, test] = blocksOf(readme);
    expect(demo?.code).toBe('npm ci && npm run demo\n');
    expect(test?.code).toBe('npm ci && npm test\n');
    expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/^npm ci\nnpm test$/m);
  });

  it('has a demo that passes', () => {
    const output = execFileSync('npm', ['run', '--silent', 'demo'], {
      cwd: root,
      env: cleanEnv(folder()),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(JSON.parse(output.toString())).toMatchObject({ Passed: true });
  });

  it.each(languagesOf('README.md'))('has the exit codes of the program: %s', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const { code, kind } of EXIT_CODES.filter((row) => row.code < 100)) {
      expect(text).toMatch(new RegExp(`^\\| ${code} +\\| ${kind} *\\|`, 'm'));
    }
  });

  it('is short', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(151);
  });
});
