/* A private key in every form that kmsx does not read: the command of the hint makes one of it that it does. */
import { describe, it } from 'vitest';
import { expectHintsToWork } from '../../support/hints/mistake.ts';
import { PRIVATE_KEY_MISTAKES } from '../../support/hints/private-keys.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('a private key that is not read becomes one that is', () => {
  it.each(PRIVATE_KEY_MISTAKES)('$what', async (mistake) => {
    await expectHintsToWork(mistake, folder());
  });
});
