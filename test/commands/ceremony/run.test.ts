import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecordEvent } from '../../../src/record/events.ts';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { THREE, writePlan } from '../../support/ceremony/run-plans.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

const UNATTENDED = { Unattended: true, Recipients: THREE };
const run = (...more: string[]): Promise<RunResult> =>
  kmsx(['ceremony', 'run', 'plan.yaml', '--gateway', 'local', '--no-input', ...more], {
    cwd: folder(),
  });
const eventsIn = (name: string): RecordEvent[] =>
  readFileSync(join(folder(), name, 'record.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordEvent);

describe('an unattended practice', () => {
  it('goes from the people to the seal, and its record is verified', async () => {
    writePlan(folder(), UNATTENDED);
    const { code, stdout, stderr } = await run('--folder', 'day');
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as { Head: string };
    expect(report).toMatchObject({
      ...{ Complete: true, Title: 'Payments 2026', Practice: true, Folder: 'day', Deviations: 0 },
      Rehearsal: true,
    });
    expect(readdirSync(join(folder(), 'day')).sort()).toEqual(
      expect.arrayContaining([
        ...['backup.json', 'hsm-1.export.json', 'hsm-1.pem', 'hsm-1.pub.pem', 'hsm-3.export.json'],
        ...['plan.yaml', 'record.head', 'record.jsonl', 'second.json', 'third.json'],
      ]),
    );
    const modes = readdirSync(join(folder(), 'day'))
      .filter((name) => !name.endsWith('.pub.pem'))
      .map((name) => statSync(join(folder(), 'day', name)).mode & 0o077);
    expect(new Set(modes)).toEqual(new Set([0]));
    expect(stderr.match(/this is a rehearsal/g)).toHaveLength(1);

    const events = eventsIn('day');
    expect(events.filter(({ Type }) => Type === 'compared').length).toBeGreaterThan(8);
    expect(events.every((event) => event.Type !== 'compared' || event.How === 'unattended')).toBe(
      true,
    );
    const head = readFileSync(join(folder(), 'day', 'record.head'), 'utf8');
    expect(head).toBe(`kmsx-record/1 ${report.Head}\n`);
  });

  it('keeps nothing secret in its record', async () => {
    writePlan(folder(), { Unattended: true });
    expect((await run('--folder', 'day')).code).toBe(0);
    const record = readFileSync(join(folder(), 'day', 'record.jsonl'), 'utf8');
    expect(record).not.toContain('PRIVATE KEY');
    const unwrap = ['unwrap-key', '--in', 'day/hsm-1.export.json', '--privkey', 'day/hsm-1.pem'];
    const key = (await kmsxOk(unwrap, { cwd: folder() })).trim();
    expect(key).toHaveLength(44);
    expect(record).not.toContain(key);
    expect(record).not.toContain(Buffer.from(key, 'base64').toString('hex'));
  });

  it.each([
    ['a folder that exists', { ...UNATTENDED }, ['--folder', 'there'], 2, 'there exists already'],
    ['no folder', { ...UNATTENDED }, [], 2, '--folder is needed'],
    [
      'a plan for production',
      { Practice: false, Backups: ['second.json', 'secret:payments'] },
      ['--folder', 'day'],
      2,
      'is for practice',
    ],
    ['people to ask', {}, ['--folder', 'day'], 2, '--no-input forbids it'],
    [
      'nobody who could read a check value',
      {
        Unattended: true,
        Recipients: [{ Name: 'hsm', MakePair: true, Unwrap: 'elsewhere' }],
      },
      ['--folder', 'day'],
      2,
      'nobody can read the check value of hsm',
    ],
    ['no ceremony to resume', { ...UNATTENDED }, ['--folder', 'day', '--resume'], 2, 'could go on'],
  ])('refuses %s before anything is made', async (_, changes, more, expected, message) => {
    mkdirSync(join(folder(), 'there'));
    writePlan(folder(), changes);
    const { code, stderr } = await run(...more);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
    expect(existsSync(join(folder(), 'day'))).toBe(false);
    expect(readdirSync(join(folder(), 'there'))).toEqual([]);
  });

  it('refuses to go on with another plan, and goes on with its own after a failure', async () => {
    writePlan(folder(), { ...UNATTENDED, KeyId: 'alias/missing' });
    const failed = await run('--folder', 'day');
    expect(failed.code).toBe(4);
    expect(failed.stderr).toContain(
      'to go on: kmsx ceremony run plan.yaml --folder day --gateway local --resume',
    );
    writePlan(folder(), UNATTENDED);
    const other = await run('--folder', 'day', '--resume');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('of another plan');
    expect(eventsIn('day').at(-1)).toMatchObject({
      ...{ Type: 'step', Outcome: 'failed', ExitCode: 4 },
    });
  });
});

describe('a ceremony that goes on', () => {
  it('copies the backup where it is missing, and generates nothing again', async () => {
    writePlan(folder(), UNATTENDED);
    mkdirSync(join(folder(), 'day-before'));
    expect((await run('--folder', 'day')).code).toBe(0);
    // As if it had been killed in the middle of the data key: the record ends there, and the last files are not written.
    const lines = readFileSync(join(folder(), 'day', 'record.jsonl'), 'utf8').split('\n');
    const begun = lines.findIndex(
      (line) => line.includes('"step-begun"') && line.includes('"the data key"'),
    );
    const half = '{"At":"2026-';
    const { cut } = cutTo(join(folder(), 'day'), [...lines.slice(0, begun + 1), half].join('\n'), [
      ...['third.json', 'hsm-1.export.json', 'hsm-2.export.json', 'hsm-3.export.json'],
      'record.head',
    ]);
    const before = readFileSync(join(cut, 'backup.json'), 'utf8');
    const resumed = await run('--folder', 'cut', '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain('cut short by a crash');
    expect(readFileSync(join(cut, 'backup.json'), 'utf8')).toBe(before);
    expect(readFileSync(join(cut, 'third.json'), 'utf8')).toBe(before);
    expect(eventsIn('cut').find(({ Type }) => Type === 'resumed')).toMatchObject({
      HalfLine: half,
    });
    const again = await run('--folder', 'cut', '--resume');
    expect(again.stdout).toBe(resumed.stdout);
  });
});

/** A copy of a ceremony's folder as a crash would have left it. */
function cutTo(from: string, record: string, without: readonly string[]): { cut: string } {
  const cut = join(folder(), 'cut');
  mkdirSync(cut, { mode: 0o700 });
  for (const name of readdirSync(from)) {
    if (without.includes(name) || !statSync(join(from, name)).isFile()) continue;
    const bytes = name === 'record.jsonl' ? record : readFileSync(join(from, name));
    writeFileSync(join(cut, name), bytes, { mode: 0o600 });
  }
  return { cut };
}
