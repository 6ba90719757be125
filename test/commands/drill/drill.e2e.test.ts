import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { backupName, FLEET_ENV, seedFleet } from '../../support/backups/fleet.ts';
import { makeFleet, plantFaults } from '../../support/backups/planted-faults.ts';
import { cleanEnv, kmsx, KMSX, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const COUNT = 60;
const FAST = ['--rate', '5000'];
const DRILL = ['drill', 'backups', '--proofs', 'proofs', ...FAST];

interface Line {
  readonly Name: string;
  readonly Opens?: boolean;
  readonly SameKeyAs: string;
  readonly AssuranceBits?: number;
  readonly Code?: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** How often each backup was proved, by the files of proofs; half a line at the end of a file counts for nothing. */
function proved(): Map<string, number> {
  const counts = new Map<string, number>();
  const proofs = join(folder(), 'proofs');
  for (const file of readdirSync(proofs)) {
    const whole = readFileSync(join(proofs, file), 'utf8').split('\n').slice(0, -1);
    for (const { Name } of whole.map((line) => JSON.parse(line) as Line)) {
      counts.set(Name, (counts.get(Name) ?? 0) + 1);
    }
  }
  return counts;
}

describe('a drill of many backups', () => {
  it('proves all of them, and later names exactly the seven that were spoiled', async () => {
    const cwd = folder();
    const before = await localKms({ cwd }, seedFleet(cwd, 'before'));
    await makeFleet(cwd, before.announcement, COUNT);
    const first = await kmsxOk([...DRILL, ...before.endpoint], { cwd, env: FLEET_ENV });
    expect(linesOf(first)).toHaveLength(COUNT);
    expect(new Set(linesOf(first).map(({ SameKeyAs }) => SameKeyAs))).toEqual(new Set(['nothing']));

    const later = await localKms({ cwd }, seedFleet(cwd, 'later'));
    const file = join(cwd, 'check-values.txt');
    const { Endpoint } = later.announcement;
    const planted = await plantFaults(cwd, Endpoint, COUNT, readFileSync(file, 'utf8'));
    writeFileSync(file, planted.checkValues);
    const args = [...DRILL, '--check-values', 'check-values.txt', '--report', 'report.html'];
    const limits = ['--endpoint', planted.gateway, '--max-attempts', '2'];
    const { code, stdout, stderr } = await kmsx([...args, ...limits], { cwd, env: FLEET_ENV });
    expect(code, stderr).toBe(6);
    const lines = linesOf(stdout);
    expect(lines).toHaveLength(COUNT);
    const failed = lines.filter(({ Code }) => Code !== undefined);
    expect(failed.map(({ Name, Code }) => [Name, Code]).sort()).toEqual(planted.faults.toSorted());
    const good = lines.filter(({ Code }) => Code === undefined);
    expect(good.every(({ Opens, AssuranceBits }) => Opens === true && AssuranceBits === 128)).toBe(
      true,
    );

    const html = readFileSync(join(cwd, 'report.html'), 'utf8');
    const [, section = ''] = /<h2>What failed<\/h2>(.*?)<h2>/s.exec(html) ?? [];
    const named = [...section.matchAll(/backup-\d{5}(?=<)/g)].map(([name]) => name);
    expect(named.sort()).toEqual(planted.faults.map(([name]) => name).sort());
    expect(html).toContain(`${COUNT - 7} of ${COUNT} backups proved`);

    // What failed has no second proof, and is the first to be asked next time.
    const counts = proved();
    for (const [name] of planted.faults) expect(counts.get(name)).toBe(1);
    const next = await kmsx([...DRILL, '--limit', '7', ...limits], { cwd, env: FLEET_ENV });
    expect(
      linesOf(next.stdout)
        .map(({ Name }) => Name)
        .sort(),
    ).toEqual(planted.faults.map(([name]) => name).sort());
  });

  it('killed at any instant it goes on where it ended, and proves each backup once', async () => {
    const cwd = folder();
    // One call has no answer: however slow this machine, the first run does not end before it is killed.
    const hang = ['--fault', 'hang:action=ExportDataKey,after=1,first=1'];
    const server = await localKms({ cwd }, [...seedFleet(cwd, 'before'), ...hang]);
    await makeFleet(cwd, server.announcement, COUNT);
    const args = [KMSX, ...DRILL, '--older-than', '1', ...server.endpoint];
    const told = new Set<string>();
    for (let kill = 0; ; kill += 1) {
      const child = spawn(process.execPath, args, { cwd, env: cleanEnv(cwd, FLEET_ENV) });
      child.stderr.resume();
      let heard = 0;
      createInterface({ input: child.stdout }).on('line', (line) => {
        told.add((JSON.parse(line) as Line).Name);
        heard += 1;
        // After 1, 4, 7, … lines, wherever the program then is.
        if (heard === 1 + 3 * kill) child.kill('SIGKILL');
      });
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== null) {
        expect(code).toBe(0);
        expect(kill).toBeGreaterThan(0);
        break;
      }
      for (const name of told) expect(proved().has(name), name).toBe(true);
    }
    const counts = proved();
    expect(counts.size).toBe(COUNT);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(counts.has(backupName(0))).toBe(true);
  });
});
