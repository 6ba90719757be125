import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killWhileKeysAreMade } from '../../support/local-kms/kill-loop.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

it('loses no acknowledged key, whenever the embedded KMS is killed', async () => {
  const path = folder();
  expect(await killWhileKeysAreMade(path, 8)).toBeGreaterThan(8);
  const document = readFileSync(join(path, 'state', 'state.json'), 'utf8');
  const { Keys } = JSON.parse(document) as { readonly Keys: readonly unknown[] };
  expect(Keys.length, 'it was written anew').toBeGreaterThan(1);
  // What a killed run left half done, the next one clears away.
  const left = readdirSync(join(path, 'state')).filter((name) => !name.startsWith('lock.'));
  expect(left.filter((name) => name.endsWith('.tmp')).length).toBeLessThanOrEqual(1);
  expect(left.filter((name) => name.startsWith('journal-')).length).toBeLessThanOrEqual(2);
});
