/* A public key in every form that kmsx does not read: the command of the hint makes one of it that it does. */
import { describe, it } from 'vitest';
import { expectHintsToWork } from '../../support/hints/mistake.ts';
import { PUBLIC_KEY_MISTAKES } from '../../support/hints/public-keys/mistakes.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('a public key that is not read becomes one that is', () => {
  it.each(PUBLIC_KEY_MISTAKES)('$what', async (mistake) => {
    await expectHintsToWork(mistake, folder());
  });
});
