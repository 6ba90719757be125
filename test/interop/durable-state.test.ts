import { expect, it } from 'vitest';
import { killWhileKeysAreMade } from '../support/kill-loop.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const folder = useTempFolder();

it('loses no acknowledged key in sixty kills', { timeout: 300_000 }, async () => {
  expect(await killWhileKeysAreMade(folder(), 60)).toBeGreaterThan(60);
});
