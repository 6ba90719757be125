import { createHash } from 'node:crypto';
import { ceremonyScript } from '../../../paper/script/script.ts';
import { version } from '../../../terminal/version.ts';
import { writePage } from '../write-page.ts';
import { openPlan } from './open-plan.ts';
import type { RunAction } from './options.ts';

/**
 * `kmsx ceremony script`: prints the script of a plan as HTML.
 *
 * @throws KmsxError `bad-usage` where no plan is given, those of `openPlan`, and of the output
 */
export const printScript: RunAction = async (planPath, { out = '-' }, session) => {
  const opened = await openPlan(planPath, session);
  const { plan, bytes } = opened;
  const planSHA256 = createHash('sha256').update(bytes).digest('hex');
  const html = ceremonyScript({ plan, planSHA256, version });
  await writePage({ what: 'script', html, out }, [opened], session);
};
