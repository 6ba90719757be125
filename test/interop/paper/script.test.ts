/* The script of a ceremony in a real browser, on both papers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { ceremonyScript } from '../../../src/paper/script/script.ts';
import { useBrowser } from '../../support/paper/browser.ts';
import { FULL_PLAN, PLAN_SHA256 } from '../../support/paper/plans.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const print = useBrowser();

test('x', async () => {
  const file = join(folder(), 'script.html');
  writeFileSync(
    file,
    ceremonyScript({ plan: FULL_PLAN, planSHA256: PLAN_SHA256, version: '1.0.0' }),
  );
  const printed = await print(`file://${file}`, 'A4');
  console.log(printed.requests, printed.complaints);
  writeFileSync('/tmp/h4-script.pdf', printed.pdf);
  writeFileSync('/tmp/h4-letter.pdf', (await print(`file://${file}`, 'Letter')).pdf);
});
