/* The real program, of which one call that changes the disk goes wrong or is the last, by a preloaded file. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../support/faults/fault-kinds.ts';
import { FAULT_KINDS } from '../../support/faults/fault-kinds.ts';
import type { FaultScene } from '../../support/faults/scenes.ts';
import { EMBEDDED, faultScenes, INPUTS } from '../../support/faults/scenes.ts';
import { brokenPromises, filesOf, OLD } from '../../support/faults/verdict.ts';
import { useKmsStage } from '../../support/kms/stage.ts';
import type { Server } from '../../support/kmsx.ts';
import { cleanEnv, finish, KMSX } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';

const PRELOAD = fileURLToPath(new URL('../../support/faults/preload.js', import.meta.url));

/** Of these every call is tried with every kind; of others, with the few. */
const THOROUGH = ['export-key --force', EMBEDDED];
const FEW_KINDS = ['ENOSPC', 'EIO though it was done', 'killed before', 'killed after'];

const stage = useKmsStage();
let server: Server;
const inputs = new Map<string, string>();

async function run(
  { argv, isOnline }: Pick<FaultScene, 'argv' | 'isOnline'>,
  folder: string,
  fault: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const args = isOnline ? [...argv, ...server.endpoint] : argv;
  const child = spawn(process.execPath, ['--import', PRELOAD, KMSX, ...args], {
    cwd: folder,
    env: cleanEnv(folder, { ...server.env, ...fault }),
  });
  child.stdin.end();
  return await finish(child);
}

beforeAll(async () => {
  server = await stage().start();
  for (const [index, argv] of INPUTS.entries()) {
    const { code, stderr } = await run({ argv, isOnline: index === 0 }, stage().folder);
    expect(code, stderr).toBe(0);
  }
  for (const [name, text] of filesOf(stage().folder)) inputs.set(name, text);
});

function newFolder({ existing }: FaultScene): string {
  const folder = join(stage().folder, 'scene');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of inputs) writeFileSync(join(folder, name), text);
  for (const name of existing) writeFileSync(join(folder, name), OLD);
  return folder;
}

async function callsOf(scene: FaultScene): Promise<number> {
  const count = join(stage().folder, 'count');
  rmSync(count, { force: true });
  const { code, stderr } = await run(scene, newFolder(scene), { FAULT_COUNT: count });
  expect(code, stderr).toBe(0);
  return Number(readFileSync(count, 'utf8'));
}

async function brokenBy(scene: FaultScene, call: number, kind: FaultKind): Promise<string[]> {
  const folder = newFolder(scene);
  const before = filesOf(folder);
  const result = await run(scene, folder, {
    FAULT_CALL: String(call),
    FAULT_CODE: kind.code ?? '',
    FAULT_DONE: kind.isDone ? '1' : '0',
  });
  const left = filesOf(folder);
  const broken = brokenPromises(scene, kind, result, before, left);
  if (kind.code === undefined) {
    const next = await run({ ...scene, argv: [...scene.argv, '--force'] }, folder);
    if (next.code !== 0) broken.push(`the next run fails: ${next.stderr}`);
    for (const [name, text] of left) {
      const isOld = name.includes('.old-') && text === OLD;
      if (isOld && !next.stderr.includes(name)) broken.push(`the next run does not name ${name}`);
    }
  }
  return broken.map((each) => `call ${call}, ${kind.title}: ${each} | ${result.stderr}`);
}

describe('a call of the real program that goes wrong', () => {
  it.each(faultScenes('').map(({ title }) => title))('breaks no promise of %s', async (title) => {
    const key = readFileSync(join(stage().folder, 'key'), 'utf8');
    const scene = faultScenes(key).find((each) => each.title === title);
    if (scene === undefined) throw new TypeError('the titles are those of the scenes');
    const kinds = FAULT_KINDS.filter(
      (kind) => THOROUGH.includes(title) || FEW_KINDS.includes(kind.title),
    );
    const broken: string[] = [];
    const calls = await callsOf(scene);
    expect(calls).toBeGreaterThan(7);
    for (let call = 0; call < calls; call += 1) {
      for (const kind of kinds) broken.push(...(await brokenBy(scene, call, kind)));
    }
    expect(broken).toEqual([]);
  });
});
