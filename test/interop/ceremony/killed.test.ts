import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { THREE, writePlan } from '../../support/ceremony/run-plans.ts';
import { finish, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const at = (...names: string[]): string => join(folder(), ...names);
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

it('is killed again and again, and generates no other data key once a backup stands', async () => {
  writePlan(folder(), { Unattended: true, Recipients: THREE });
  const { endpoint, env, onLog } = await localKms({ cwd: folder() });
  let log = '';
  onLog((text) => (log += text));
  const generated = (): number => log.match(/GenerateAndExportDataKey 200 /g)?.length ?? 0;
  const run = ['ceremony', 'run', 'plan.yaml', '--folder', 'day', '--no-input', ...endpoint];
  const lines = (): number => textOf(at('day', 'record.jsonl')).split('\n').length - 1;

  let killed = 0;
  let backup = '';
  let made = 0;
  for (;;) {
    const target = lines() + 3 + (killed % 5); // one that goes on adds two lines before it does anything
    const resume = lines() > 0 ? ['--resume'] : [];
    const child = startKmsx([...run, ...resume], { cwd: folder(), env });
    const watch = setInterval(() => {
      if (lines() >= target) child.kill('SIGKILL');
    }, 1);
    const { code, stderr } = await finish(child);
    clearInterval(watch);
    const found = textOf(at('day', 'backup.json'));
    if (backup !== '') {
      expect(found).toBe(backup);
      expect(generated()).toBe(made);
    }
    [backup, made] = [found, generated()];
    if (code === 0) break;
    expect(code, stderr).toBe(null);
    killed += 1;
  }
  expect(killed).toBeGreaterThan(8);
  expect(made).toBeGreaterThan(0);
  const head = textOf(at('day', 'record.head')).trim().split(' ')[1] ?? '';
  const verified = await kmsxOk(['record', 'verify', 'day', '--head', head], { cwd: folder() });
  expect(JSON.parse(verified)).toMatchObject({ Complete: true, ProvedBy: 'head' });
  const script = new URL('../../../examples/verify_record.py', import.meta.url).pathname;
  const python = spawnSync('python3', [script, at('day')], { encoding: 'utf8' });
  expect(python.status, python.stderr).toBe(0);
}, 300_000);
