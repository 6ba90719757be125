/* A public key in every form that kmsx does not read is named, with its hint; test/interop obeys the hints. */
import { describe, it } from 'vitest';
import { expectRefused } from '../../support/hints/mistake.ts';
import { PUBLIC_KEY_MISTAKES } from '../../support/hints/public-keys/mistakes.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('the form of a public key is named', () => {
  it.each(PUBLIC_KEY_MISTAKES)('$what', async (mistake) => {
    await expectRefused(mistake, folder());
  });
});
