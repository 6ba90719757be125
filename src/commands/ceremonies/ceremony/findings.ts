import { kmsxError } from '../../../base/error.ts';
import type { PlanFinding } from '../../../ceremony/plan/check/findings.ts';
import { judgePlan } from '../../../ceremony/plan/check/judge-plan.ts';
import { fileWord } from '../../../base/text/shell-word.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';
import type { Session } from '../../../terminal/session.ts';
import type { TokenRecipientOptions } from '../../shared/module/token-recipient.ts';
import type { OpenedPlan } from './open-plan.ts';
import { planFacts } from './plan-facts.ts';

/** Where a finding is, before its message: as compilers write it, for editors. */
export function placed(label: string, { line }: PlanFinding): string {
  return line === undefined ? `${label}: ` : `${label}:${line}: `;
}

/** What to type or do about a finding. */
export function hintOf({ hint, error }: PlanFinding): string | undefined {
  return hint ?? (error === undefined ? undefined : hintsFor(error)[0]);
}

/**
 * Refuses a plan with an error: the first is told.
 *
 * @param areShown - whether all findings stand on the screen already
 * @throws KmsxError `plan-unsound`
 */
export function assertSound(
  label: string,
  findings: readonly PlanFinding[],
  areShown: boolean,
): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : `; ${errors.length} errors in all`;
  throw kmsxError('plan-unsound', `${placed(label, first)}${first.message}${more}`, {
    hints:
      errors.length > 1 && !areShown
        ? [`kmsx ceremony check ${fileWord(label)} shows all`]
        : undefined,
  });
}

/**
 * Judges a plan before its ceremony begins, and warns of what weakens it; or before it goes on.
 *
 * @param isBegun - backups may stand already, and the warnings were told
 * @throws KmsxError `plan-unsound`
 */
export async function assertCanBegin(
  { plan, lineOf, folder, label }: OpenedPlan,
  options: TokenRecipientOptions,
  session: Session,
  isBegun: boolean,
): Promise<void> {
  const subject = { plan, lineOf, planFolder: folder };
  const all = await judgePlan(subject, planFacts(options, session));
  const findings = all.filter(({ code }) => !isBegun || code !== 'output-exists');
  for (const finding of findings) {
    if (isBegun || finding.severity !== 'warning') continue;
    await session.reporter.warn(`${placed(label, finding)}${finding.message}`);
  }
  assertSound(label, findings, false);
}
