/* The drill of test/commands/drill, with as many backups as a bank has. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLEET_ENV, seedFleet } from '../../support/backups/fleet.ts';
import { makeFleet, plantFaults } from '../../support/backups/planted-faults.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const COUNT = 10_000;

it('a drill of 10,000 backups names exactly the seven that were spoiled', async () => {
  const cwd = folder();
  const before = await localKms({ cwd }, seedFleet(cwd, 'before'));
  await makeFleet(cwd, before.announcement, COUNT);
  const drill = ['drill', 'backups', '--proofs', 'proofs', '--rate', '5000', '--quiet'];
  await kmsxOk([...drill, ...before.endpoint], { cwd, env: FLEET_ENV });
  const later = await localKms({ cwd }, seedFleet(cwd, 'later'));
  const file = join(cwd, 'check-values.txt');
  const { Endpoint } = later.announcement;
  const planted = await plantFaults(cwd, Endpoint, COUNT, readFileSync(file, 'utf8'));
  writeFileSync(file, planted.checkValues);
  const args = [...drill, '--check-values', 'check-values.txt', '--endpoint', planted.gateway];
  const { code, stdout } = await kmsx([...args, '--max-attempts', '2'], { cwd, env: FLEET_ENV });
  expect(code).toBe(6);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { Name: string; Code?: string });
  expect(lines).toHaveLength(COUNT);
  const failed = lines.filter(({ Code }) => Code !== undefined);
  expect(failed.map(({ Name, Code }) => [Name, Code]).sort()).toEqual(planted.faults.toSorted());
});
