/* A private key in every form that kmsx does not read is named, with its hint; test/interop obeys the hints. */
import { describe, it } from 'vitest';
import { expectRefused } from '../../support/hints/mistake.ts';
import { PRIVATE_KEY_MISTAKES } from '../../support/hints/private-keys.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

describe('the form of a private key is named', () => {
  it.each(PRIVATE_KEY_MISTAKES)('$what', async (mistake) => {
    await expectRefused(mistake, folder());
  });
});
