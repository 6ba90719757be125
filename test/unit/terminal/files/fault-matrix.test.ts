/*
 * Every command that writes, and every call of its files that changes the disk goes wrong once, each in another way than
 * the one before. Each call in several ways is in test/interop/files/fault-matrix.test.ts, on the real program.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../support/faults/fault-kinds.ts';
import { FAULT_KINDS } from '../../../support/faults/fault-kinds.ts';
import { faultySteps } from '../../../support/faults/faulty-steps.ts';
import type { FaultScene } from '../../../support/faults/scenes.ts';
import { faultScenes, INPUTS } from '../../../support/faults/scenes.ts';
import { brokenPromises, filesOf, OLD } from '../../../support/faults/verdict.ts';
import { useKmsStage } from '../../../support/kms/stage.ts';
import type { Server } from '../../../support/kmsx.ts';
import { cleanEnv } from '../../../support/kmsx.ts';
import type { RunResult } from '../../../support/run-result.ts';
import { runInProcess } from '../../../support/test-io.ts';

/** No process has it: process ids end at 2^22. */
const DEAD_PID = 2 ** 22 + 1;

/** One of each sort, in turn: the call fails, it fails though it was done, and it is the last. */
const KINDS = ['EIO', 'EEXIST though it was done', 'killed after'].map((title) => {
  const kind = FAULT_KINDS.find((each) => each.title === title);
  if (kind === undefined) throw new TypeError('there is no such fault');
  return kind;
});

const stage = useKmsStage();
let server: Server;
const inputs = new Map<string, string>();

async function run(
  argv: readonly string[],
  folder: string,
  isOnline: boolean,
  faulty?: ReturnType<typeof faultySteps>,
): Promise<RunResult> {
  return await runInProcess(isOnline ? [...argv, ...server.endpoint] : argv, {
    cwd: folder,
    env: cleanEnv(folder, server.env),
    isReal: true,
    ...(faulty !== undefined && { fileSteps: faulty.steps, pid: DEAD_PID }),
  });
}

beforeAll(async () => {
  server = await stage().start();
  for (const [index, argv] of INPUTS.entries()) {
    const { code, stderr } = await run(argv, stage().folder, index === 0);
    expect(code, stderr).toBe(0);
  }
  for (const [name, text] of filesOf(stage().folder)) inputs.set(name, text);
});

/** A folder with the inputs, and what exists already. */
function newFolder({ existing }: FaultScene): string {
  const folder = join(stage().folder, 'scene');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of inputs) writeFileSync(join(folder, name), text);
  for (const name of existing) writeFileSync(join(folder, name), OLD);
  return folder;
}

/** The next run, with `--force`: it works, tidies up, and names every old file. */
async function brokenByNext(scene: FaultScene, folder: string): Promise<string[]> {
  const before = filesOf(folder);
  const { code, stderr } = await run([...scene.argv, '--force'], folder, scene.isOnline);
  const broken = code === 0 ? [] : [`the next run fails: ${stderr}`];
  for (const [name, text] of before) {
    const isOld = name.includes('.old-') && text === OLD;
    if (isOld && !stderr.includes(name)) broken.push(`the next run does not name ${name}`);
  }
  for (const name of filesOf(folder).keys()) {
    if (name.endsWith('.tmp') && !stderr.includes(name)) broken.push(`the next run leaves ${name}`);
  }
  return broken;
}

async function brokenBy(scene: FaultScene, call: number, fault: FaultKind): Promise<string[]> {
  const folder = newFolder(scene);
  const before = filesOf(folder);
  const faulty = faultySteps(call, fault);
  const result = await run(scene.argv, folder, scene.isOnline, faulty);
  const broken = brokenPromises(scene, fault, result, before, filesOf(folder));
  if (fault.code === undefined) broken.push(...(await brokenByNext(scene, folder)));
  return broken.map((each) => `call ${call}, ${fault.title}: ${each} | ${result.stderr}`);
}

const TITLES = faultScenes('').map(({ title }, index) => [title, index] as const);

describe('a call that goes wrong while files are written', () => {
  it.each(TITLES)('breaks no promise of %s', async (title, index) => {
    const key = readFileSync(join(stage().folder, 'key'), 'utf8');
    const scene = faultScenes(key).find((each) => each.title === title);
    if (scene === undefined) throw new TypeError('the titles are those of the scenes');
    const whole = faultySteps(-1, undefined);
    const { code, stderr } = await run(scene.argv, newFolder(scene), scene.isOnline, whole);
    expect(code, stderr).toBe(0);
    expect(whole.count()).toBeGreaterThan(7);
    const broken: string[] = [];
    for (let call = 0; call < whole.count(); call += 1) {
      // Scenes make the same calls in the same places: each scene begins with another kind.
      const [fault] = KINDS.slice((call + index) % KINDS.length);
      if (fault !== undefined) broken.push(...(await brokenBy(scene, call, fault)));
    }
    expect(broken).toEqual([]);
  });
});
