import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../run-result.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { FaultScene } from './scenes.ts';

/** The text of a file that exists before the run. */
export const OLD = 'old, and the only copy\n';

/** What each file of a folder holds; an empty folder is empty text. */
export function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.local');
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      return [name, lstatSync(path).isDirectory() ? '' : readFileSync(path, 'utf8')];
    }),
  );
}

/**
 * What is wrong after a run in which one call went wrong: nothing, if its promises hold. The exit code is right; nothing
 * that existed is changed; what stands is whole or empty, and named unless the run succeeded or was killed; an
 * export has its backup.
 */
export function brokenPromises(
  { outputs, existing }: FaultScene,
  { code }: FaultKind,
  result: RunResult,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const broken: string[] = [];
  const isKilled = code === undefined;
  const says = (name: string): boolean => result.stderr.includes(name);
  const isSuccess = result.code === 0;
  if (!isKilled && !isSuccess && result.code !== 7 && !says('already exists')) {
    broken.push(`exit code ${result.code ?? 'none'}`);
  }
  if (says('defect') && !isKilled) broken.push('a defect');

  for (const [name, text] of before) {
    if (existing.includes(name)) continue;
    if (after.get(name) !== text) broken.push(`${name} is changed`);
  }
  const olds = [...after].filter(([, text]) => text === OLD).map(([name]) => name);
  if (olds.length < existing.length) broken.push('an old file is lost');
  for (const name of olds) {
    if (!isKilled && !existing.includes(name) && !says(name)) broken.push(`${name} is not named`);
  }

  for (const [name, text] of after) {
    if (before.get(name) === text || text === OLD || text.replaceAll('\0', '') === '') continue;
    const whole = outputs[name];
    if (whole !== undefined && !text.includes(whole)) broken.push(`${name} is not whole`);
    const isExpected = isKilled || (isSuccess && whole !== undefined);
    if (!isExpected && !says(name)) broken.push(`${name} stands and is not named`);
  }
  for (const [name, whole] of Object.entries(outputs)) {
    if (isSuccess && after.get(name)?.includes(whole) !== true) broken.push(`${name} is not there`);
  }
  const newExport = outputs['nb'] && after.get('ne');
  if (newExport !== undefined && newExport !== '' && newExport !== OLD) {
    if (blobOf(newExport) !== blobOf(after.get('nb') ?? ''))
      broken.push('an export without backup');
  }
  for (const name of Object.keys(outputs)) {
    const isMade = after.has(name) && !before.has(name);
    if (isMade && says(`${name} already exists`))
      broken.push(`its own ${name} is taken for another's`);
  }
  return broken;
}

function blobOf(document: string): string | undefined {
  return /"CiphertextBlob":"([^"]*)"/.exec(document)?.[1];
}
