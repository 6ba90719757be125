import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { PLAN_TEMPLATE } from '../../../src/ceremony/plan/template.ts';
import type { RunResult } from '../../support/run-result.ts';
import { FULL_PLAN } from '../../support/paper/plans.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
const path = (name: string): string => join(folder(), name);
const script = (...args: string[]): Promise<RunResult> =>
  runInProcess(['ceremony', 'script', ...args], { cwd: folder() });

beforeEach(() => {
  writeFileSync(path('plan.json'), JSON.stringify(FULL_PLAN));
});

describe('kmsx ceremony script', () => {
  it('prints the script of a plan as HTML', async () => {
    const { code, stdout, stderr } = await script('plan.json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^<!doctype html>.*<\/html>\s*$/s);
    for (const { Name } of [...FULL_PLAN.People, ...FULL_PLAN.Recipients]) {
      expect(stdout).toContain(Name);
    }
    const hash = createHash('sha256')
      .update(readFileSync(path('plan.json')))
      .digest('hex');
    expect(stdout).toContain(hash.replaceAll(/.{4}/g, '$& ').slice(0, 19));
  });

  it('writes a new file, and no other than that', async () => {
    const { code, stdout, stderr } = await script('plan.json', '--out', 'script.html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('script.html');
    expect(statSync(path('script.html')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path('script.html'), 'utf8')).toBe((await script('plan.json')).stdout);
    const again = await script('plan.json', '--out', 'script.html');
    expect(again.code).toBe(2);
    expect((await script('plan.json', '--out', 'plan.json')).code).toBe(2);
    expect(JSON.parse(readFileSync(path('plan.json'), 'utf8'))).toEqual(FULL_PLAN);
  });

  it('names the file where a person reads, on a terminal', async () => {
    const terminal = { cwd: folder(), stdoutIsTerminal: true, stderrIsTerminal: true, columns: 80 };
    const { stdout, stderr } = await runInProcess(
      ['ceremony', 'script', 'plan.json', '--out', 'page.html'],
      terminal,
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('the script is ready to be printed, from a browser');
    expect(stdout).toMatch(/^ {2}page +page\.html \([\d,]+ bytes, mode 0600\)$/m);
  });

  it('prints a plan that is not filled in yet, with the places for it', async () => {
    writeFileSync(path('plan.yaml'), PLAN_TEMPLATE);
    const { code, stdout } = await script('plan.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('&lt;name of the leader&gt;');
  });

  it.each([
    ['no plan', [], 'bad-usage'],
    ['a plan that is not there', ['missing.yaml'], 'file-missing'],
    ['a plan that is none', ['none.yaml'], 'plan-malformed'],
  ])('refuses %s, and writes nothing', async (_, args, code) => {
    writeFileSync(path('none.yaml'), 'Title: 1\n');
    const { stderr } = await script(...args, '--out', 'script.html', '--error-format', 'json');
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      Error: { Code: code },
    });
    expect(existsSync(path('script.html'))).toBe(false);
  });

  it('has --out for itself', async () => {
    const { code, stderr } = await runInProcess(['ceremony', 'plan', '--out', 'a'], {
      cwd: folder(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('--out is not for ceremony plan');
  });
});
