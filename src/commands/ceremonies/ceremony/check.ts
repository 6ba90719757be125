import { hasCode, kmsxError } from '../../../base/error.ts';
import type { PlanFinding } from '../../../ceremony/plan/check/findings.ts';
import { judgePlan } from '../../../ceremony/plan/check/judge-plan.ts';
import type { ReadPlan } from '../../../ceremony/plan/read-plan.ts';
import { readPlan } from '../../../ceremony/plan/read-plan.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { View } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertOnePinSource } from '../../shared/module/pin.ts';
import { assertStoreUsed } from '../../shared/store/store-options.ts';
import { counted } from '../../shared/view/rows.ts';
import { assertSound, hintOf, placed } from './findings.ts';
import type { PlanInput } from './open-plan.ts';
import { readPlanFile } from './open-plan.ts';
import type { CeremonyOptions, RunAction } from './options.ts';
import { planFacts } from './plan-facts.ts';

/**
 * `kmsx ceremony check`: tells what is wrong with a plan, or weakens it, with the line of each.
 *
 * @throws KmsxError `plan-unsound` where there is an error, when the findings are printed; `bad-usage`
 */
export const checkPlan: RunAction = async (path, options, session) => {
  assertOnePinSource(options);
  assertOnlineOptions(options);
  const input = await readPlanFile(path, session);
  const findings = (await findingsOf(input, options, session)).map((finding) => ({
    ...finding,
    hint: hintOf(finding),
  }));
  const errors = findings.filter(({ severity }) => severity === 'error');
  const report = {
    Plan: input.label,
    Sound: errors.length === 0,
    Findings: findings.map(({ line, severity, code, message, hint }) => ({
      ...(line !== undefined && { Line: line }),
      Severity: severity,
      Code: code,
      Message: message,
      ...(hint !== undefined && { Hint: hint }),
    })),
  };
  await printResult(report, session, () => findingsView(input.label, findings));
  assertSound(input.label, findings, true);
};

async function findingsOf(
  input: PlanInput,
  options: CeremonyOptions,
  session: Session,
): Promise<readonly PlanFinding[]> {
  const read = readForm(input);
  if (!('plan' in read)) return read;
  const { plan, lineOf } = read;
  assertStoreUsed(options, plan.Backups);
  const subject = { plan, lineOf, planFolder: input.folder };
  const offline = await judgePlan(subject, planFacts(options, session));
  const isAskable = offline.every(({ severity }) => severity !== 'error');
  if (!options.online || !isAskable) return offline;
  const { checkOnline } = await import('./check-online.ts');
  return [...offline, ...(await checkOnline(plan, options, session))];
}

/** A plan, or the mistakes of its form as findings. */
function readForm({ bytes, label }: PlanInput): ReadPlan | readonly PlanFinding[] {
  try {
    return readPlan(bytes, label);
  } catch (error) {
    if (!hasCode(error, 'plan-malformed')) throw error;
    const { code } = error;
    return error.details.mistakes.map((mistake) => ({ ...mistake, severity: 'error', code }));
  }
}

function findingsView(label: string, findings: readonly PlanFinding[]): View {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const rows = findings.map((finding) => {
    const { severity, message, hint } = finding;
    const said = `${placed(label, finding)}${severity}: ${message}`;
    return { lines: [said, ...(hint === undefined ? [] : [`hint: ${hint}`])] };
  });
  if (errors > 0) {
    const verdict = `${label} cannot be held yet: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
    return { verdict, tone: 'bad', blocks: [{ rows }] };
  }
  return warnings > 0
    ? {
        verdict: `${label} can be held, with ${counted(warnings, 'warning')}`,
        tone: 'warning',
        blocks: [{ rows }],
      }
    : { verdict: `${label} can be held`, tone: 'good', blocks: [] };
}

/** Options of the connection without `--online` would have no effect. */
function assertOnlineOptions(options: CeremonyOptions): void {
  if (options.online) return;
  const given = [
    ['--profile', options.profile],
    ['--region', options.region],
    ['--gateway', options.gateway],
    ['--endpoint', options.endpoint],
    ['--ca-file', options.caFile],
    ['--resolve', options.resolve[0]],
    ['--store', options.store],
    ['--store-ca-file', options.storeCaFile],
  ].find(([, value]) => value !== undefined)?.[0];
  if (given === undefined) return;
  throw kmsxError('bad-usage', `${given} goes with --online`, {
    hints: ['kmsx ceremony check PLAN --online asks KMS'],
  });
}
