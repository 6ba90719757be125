import { kmsxError } from '../../../base/error.ts';
import { PLAN_TEMPLATE } from '../../../ceremony/plan/template.ts';
import { textWritten } from '../../../terminal/output/stdout.ts';
import type { RunAction } from './options.ts';

/**
 * `kmsx ceremony plan`: prints a plan to be filled in.
 *
 * @throws KmsxError `bad-usage` where a plan is given
 */
export const printTemplate: RunAction = async (plan, _options, { io }) => {
  if (plan !== undefined) {
    throw kmsxError('bad-usage', 'kmsx ceremony plan takes no plan: it prints a new one', {
      hints: ['kmsx ceremony plan > plan.yaml'],
    });
  }
  await textWritten(io.stdout.write(Buffer.from(PLAN_TEMPLATE)));
};
