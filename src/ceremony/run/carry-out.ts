import { KmsxError } from '../../base/error.ts';
import type { RecordedFile, StepEvent } from '../../record/events.ts';
import type { Step, StepKind } from '../steps.ts';
import { stepsOf } from '../steps.ts';
import { isToGoOn } from './ask.ts';
import { knownOf } from './known.ts';
import type { Findings, Stage } from './stage.ts';
import { compareCheckValue } from './steps/check-value.ts';
import { makeDataKey, makeExport, tryOut } from './steps/data-key.ts';
import { compareFingerprint } from './steps/fingerprint.ts';
import { agree } from './steps/people.ts';
import { compareFiles, keepWitness, openBackups } from './steps/verify.ts';
import { getWrappingKey } from './steps/wrapping-key.ts';

/** Carries out a step. */
type Carrier = (step: Step, stage: Stage, wasBegun: boolean) => Promise<Findings>;

/** How each kind of step is carried out; whoever calls `carryOut` seals the record. */
const CARRIERS: Readonly<Record<Exclude<StepKind, 'seal'>, Carrier>> = {
  people: agree,
  'wrapping-key': getWrappingKey,
  fingerprint: compareFingerprint,
  'dry-run': tryOut,
  'data-key': makeDataKey,
  export: makeExport,
  'check-value': compareCheckValue,
  backups: openBackups,
  witness: keepWitness,
  documents: compareFiles,
};

/**
 * Carries out the steps of a plan that are not done, but for the seal, each recorded as it begins and ends. What a step
 * that was interrupted had done stands, and is not done again.
 *
 * @param exitCodeOf - the exit code of an error
 * @returns `ended` where people decided that it does not go on after a No or a mismatch
 * @throws KmsxError of the step that failed; it is in the record
 */
export async function carryOut(
  stage: Stage,
  exitCodeOf: (error: KmsxError) => number,
): Promise<'complete' | 'ended'> {
  const steps = stepsOf(stage.plan);
  const { done, stopped, isSealed } = knownOf(stage.record.events);
  if (isSealed) return 'complete';
  for (const step of steps) {
    if (done.has(step.number)) continue;
    await tellStep(step, steps.length, stage);
    if (step.kind === 'seal') continue;
    if (stopped === step.number && !(await isToGoOn(step, stage))) return 'ended';
    await carryOutStep(step, CARRIERS[step.kind], stage, exitCodeOf);
  }
  return 'complete';
}

async function tellStep(
  { number, name, text, says }: Step,
  count: number,
  { say, plan }: Stage,
): Promise<void> {
  await say(`step ${number} of ${count}: ${name}`);
  await say(text);
  for (const { role, words } of says) {
    const who = plan.People.find(({ Role }) => Role === role)?.Name;
    await say(`${role}${who === undefined ? '' : ` (${who})`}: "${words}"`);
  }
}

async function carryOutStep(
  step: Step,
  carry: Carrier,
  stage: Stage,
  exitCodeOf: (error: KmsxError) => number,
): Promise<void> {
  const { record, now } = stage;
  const { number, name, text } = step;
  const start = now().toISOString();
  const wasBegun = knownOf(record.events).begun.has(number);
  await record.append({ Type: 'step-begun', Number: number, Name: name });
  const event = { Type: 'step', Number: number, Name: name, Text: text, Start: start } as const;
  try {
    const found = await carry(step, stage, wasBegun);
    const files = await Promise.all((found.files ?? []).map(stage.recordedFile));
    await record.append({
      ...event,
      Outcome: 'done',
      ExitCode: 0,
      ...listed(found, files),
    });
  } catch (error) {
    if (error instanceof KmsxError) {
      const exitCode = exitCodeOf(error);
      await record.append({
        ...{ ...event, Outcome: 'failed', ExitCode: exitCode, Code: error.code },
        ...(error.requestId !== undefined && { RequestIds: [error.requestId] }),
      });
    }
    throw error;
  }
}

/** No list in a record is empty. */
function listed(
  { commands = [], requestIds = [], facts }: Findings,
  files: readonly RecordedFile[],
): Partial<StepEvent> {
  return {
    ...(commands.length > 0 && { Commands: commands }),
    ...(requestIds.length > 0 && { RequestIds: requestIds }),
    ...(files.length > 0 && { Files: files }),
    ...(facts !== undefined && { Facts: facts }),
  };
}
