import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { cleanEnv, finish } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const root = fileURLToPath(new URL('../../..', import.meta.url));
const BUILDS = 4;
/** A build takes about two seconds of one core, and others may be busy. */
const TIMEOUT_MS = 120_000;

async function node(...args: readonly string[]): Promise<RunResult> {
  const child = spawn(process.execPath, args, { cwd: folder(), env: cleanEnv(folder()) });
  child.stdin.end();
  return await finish(child);
}

/** Builds the program as another version, so that kmsx.cjs and its pack change. */
async function build(version: string, ...options: readonly string[]): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder(), 'package.json'), JSON.stringify({ ...manifest, version }));
  const result = await node('scripts/build.js', '--without-cache', ...options);
  expect(result).toMatchObject({ code: 0, stderr: '' });
}

const dist = (): string[] => readdirSync(join(folder(), 'dist')).sort();

beforeEach(() => {
  for (const name of ['bin', 'scripts']) {
    cpSync(join(root, name), join(folder(), name), { recursive: true });
  }
  for (const name of ['src', 'node_modules', 'tsconfig.json', 'package-lock.json', 'LICENSE']) {
    symlinkSync(join(root, name), join(folder(), name));
  }
});

describe('a build', { timeout: TIMEOUT_MS }, () => {
  it('is never noticed by programs that are started meanwhile', async () => {
    await build('1.0.0');
    const runs: RunResult[] = [];
    for (let count = 1; count <= BUILDS; count += 1) {
      const building = build(`1.0.${count}`).then(() => 'built');
      do runs.push(await node('bin/kmsx.js', 'export-key', '--help'));
      while ((await Promise.race([building, Promise.resolve('building')])) === 'building');
      await building;
    }
    expect(runs.length).toBeGreaterThanOrEqual(BUILDS);
    for (const { code, stdout, stderr } of runs) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('--pubkey');
    }
    expect(readFileSync(join(folder(), 'dist', 'kmsx.cjs'), 'utf8')).not.toBe('');
  });

  it('leaves the pack of the one before for a while, and with --alone nothing but its own', async () => {
    await build('1.0.0');
    const first = dist();
    await build('1.0.1');
    const both = dist();
    expect(first.filter((name) => !both.includes(name))).toEqual([]);
    expect(both.length).toBeGreaterThan(first.length);
    mkdirSync(join(folder(), 'dist', 'folder'));
    await build('1.0.1', '--alone');
    expect(dist()).toHaveLength(first.length);
    expect(both).toEqual(expect.arrayContaining(dist()));
    expect(await node('bin/kmsx.js', 'help', 'terms')).toMatchObject({ code: 0, stderr: '' });
  });
});
