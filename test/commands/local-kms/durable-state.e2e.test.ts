import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killWhileKeysAreMade } from '../../support/local-kms/kill-loop.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

it('loses no acknowledged key, whenever the embedded KMS is killed', async () => {
  const path = folder();
  expect(await killWhileKeysAreMade(path, 8)).toBeGreaterThan(8);
  // What a killed run left half done, the next one clears away.
  const left = readdirSync(join(path, 'state')).filter((name) => !name.startsWith('lock.'));
  expect(left.filter((name) => name.endsWith('.tmp')).length).toBeLessThanOrEqual(1);
});
