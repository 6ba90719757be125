import { createHash } from 'node:crypto';
import { kmsxError } from '../../../base/error.ts';
import { MAX_PLAN_BYTES, readPlan } from '../../../ceremony/plan/read-plan.ts';
import { ceremonyScript } from '../../../paper/script/script.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { version } from '../../../terminal/version.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { RunAction } from './options.ts';

/**
 * `kmsx ceremony script`: prints the script of a plan as HTML.
 *
 * @throws KmsxError `bad-usage` where no plan is given, those of `readPlan`, and of the output
 */
export const printScript: RunAction = async (planPath, { out = '-' }, session) => {
  if (planPath === undefined) {
    throw kmsxError('bad-usage', 'kmsx ceremony script takes a plan: a file in YAML or JSON', {
      hints: ['kmsx ceremony script plan.yaml --out script.html'],
    });
  }
  const input = await readInput(planPath, 'a plan', session.io, session.reporter, MAX_PLAN_BYTES);
  const { plan } = readPlan(input.bytes, input.label);
  const planSHA256 = createHash('sha256').update(input.bytes).digest('hex');
  const script = ceremonyScript({ plan, planSHA256, version });
  await withOutputs(
    { out: { option: '--out', path: out, holds: 'document' } },
    [input],
    session,
    async ({ out: output }) => {
      await output.write(Buffer.from(script));
    },
  );
};
