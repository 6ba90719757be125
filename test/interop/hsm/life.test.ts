/* A data key's life with the tokens that each test can have its own of. */
import { describeLife } from '../../support/hsm/real/life.ts';
import { NSS } from '../../support/hsm/real/nss.ts';
import { SOFTHSM } from '../../support/hsm/real/softhsm.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

for (const kind of [SOFTHSM, NSS]) describeLife(kind, folder);
