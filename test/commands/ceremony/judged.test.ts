import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { kmsx } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import { PEOPLE, writePlan } from '../../support/ceremony/run-plans.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const PRACTICE = fileURLToPath(new URL('../../../examples/practice-plan.yaml', import.meta.url));

const folder = useTempFolder();
const run = (day: string): Promise<RunResult> =>
  kmsx(['ceremony', 'run', 'plan.yaml', '--folder', day, '--gateway', 'local', '--no-input'], {
    cwd: folder(),
  });

it('the practice plan of the examples is sound, and can be carried out again and again', async () => {
  copyFileSync(PRACTICE, join(folder(), 'plan.yaml'));
  const checked = await kmsx(['ceremony', 'check', 'plan.yaml'], { cwd: folder() });
  expect(checked.code, checked.stderr).toBe(0);
  for (const day of ['monday', 'tuesday']) {
    const { code, stderr } = await run(day);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('warning: plan.yaml:');
    expect(readdirSync(join(folder(), day))).toContain('second.backup.json');
  }
});

it('a plan with an error does not begin', async () => {
  writePlan(folder(), { Unattended: true, People: PEOPLE.slice(1), Backups: [] });
  const { code, stderr } = await run('day');
  expect(code).toBe(2);
  expect(stderr).toMatch(/kmsx: error: plan\.yaml:\d+: there is no leader; 2 errors in all/);
  expect(stderr).toContain('hint: kmsx ceremony check plan.yaml shows all');
  expect(existsSync(join(folder(), 'day'))).toBe(false);
});

it('every mistake of a plan is told before it is refused', async () => {
  writeFileSync(join(folder(), 'plan.yaml'), 'Title: 1\nPractice: 2\n');
  const { code, stderr } = await run('day');
  expect(code).toBe(2);
  expect(stderr).toContain('kmsx: error: plan.yaml:1: Title is a number, not text');
  expect(stderr).toContain('kmsx: error: plan.yaml:2: Practice is neither true nor false');
  expect(stderr).toMatch(/kmsx: error: plan\.yaml has \d mistakes/);
});
