import { kmsxError } from '../../base/error.ts';
import type { ComparedEvent } from '../../record/events.ts';
import type { PlanPerson, Role } from '../plan/plan.ts';
import type { Step } from '../steps.ts';
import type { Stage } from './stage.ts';

/** What is asked for, and who is asked. */
export interface Comparison extends Pick<
  ComparedEvent,
  'What' | 'Of' | 'Value' | 'ReadBy' | 'ComparedBy'
> {
  /** What is shown above the question. */
  readonly lines: readonly string[];
  readonly question: string;
}

const CHOICES = 'Yes, No or deviation';

/**
 * Has people compare, and records what they say. `deviation` records one, and asks again.
 *
 * @throws KmsxError `ceremony-stopped` where they say No
 */
export async function confirm(
  { lines, question, ...compared }: Comparison,
  step: Step,
  stage: Stage,
): Promise<void> {
  const told = { Type: 'compared', Step: step.number, ...compared } as const;
  if (stage.plan.Unattended === true) {
    await stage.record.append({ ...told, How: 'unattended', Same: true });
    return;
  }
  for (;;) {
    const word = await answer(lines, `${question} Type ${CHOICES}: `, step, stage);
    if (word === 'Yes' || word === 'No') {
      await stage.record.append({ ...told, How: 'typed', Same: word === 'Yes' });
      if (word === 'Yes') return;
      throw kmsxError('ceremony-stopped', `No was typed: ${compared.What} of ${compared.Of}`);
    }
    await stage.say(`type the whole word, with its capital letter: ${CHOICES}`);
  }
}

/**
 * Asks for a line. Where `deviation` is typed, one is recorded, and the line is asked for again.
 *
 * @returns what was typed, and is not empty
 */
export async function answer(
  lines: readonly string[],
  question: string,
  step: Step,
  stage: Stage,
): Promise<string> {
  for (;;) {
    const typed = await stage.ask(lines, question);
    if (typed.toLowerCase() === 'deviation') await recordDeviation(step, stage);
    else if (typed !== '') return typed;
  }
}

/**
 * Asks whether a ceremony goes on that stopped at a No or a mismatch. The decision is a deviation, with what it rests on; in
 * an unattended practice nobody decides, and the record says so.
 *
 * @returns false where it is to be sealed as not complete
 */
export async function isToGoOn(step: Step, stage: Stage): Promise<boolean> {
  const { number, name } = step;
  if (stage.plan.Unattended === true) {
    await stage.record.append({
      Type: 'deviation',
      Step: number,
      Expected: name,
      Happened: 'a No or a mismatch',
      Decided: 'to go on',
      By: 'nobody: an unattended practice',
    });
    return true;
  }
  const lines = [`the ceremony stopped here, at a No or a mismatch: ${name}`];
  for (;;) {
    const word = await stage.ask(
      lines,
      'Does it go on? Type Yes, or End to seal it as not complete: ',
    );
    if (word !== 'Yes' && word !== 'End') {
      await stage.say('type the whole word, with its capital letter: Yes or End');
      continue;
    }
    await stage.say('the decision goes into the record, as a deviation');
    await recordDeviation(step, stage);
    return word === 'Yes';
  }
}

/** Asks what was not as the script has it, and records it. */
async function recordDeviation(step: Step, stage: Stage): Promise<void> {
  const ask = async (question: string): Promise<string> => {
    for (;;) {
      const typed = await stage.ask([], question);
      if (typed !== '') return typed;
    }
  };
  await stage.record.append({
    Type: 'deviation',
    Step: step.number,
    Expected: await ask('deviation: what was expected? '),
    Happened: await ask('deviation: what happened? '),
    Decided: await ask('deviation: what was decided? '),
    By: await ask('deviation: who decided? '),
  });
  await stage.say('the deviation is in the record');
}

/** The first person of a role; undefined where the plan names none. */
export function personOf(role: Role, { plan }: Pick<Stage, 'plan'>): PlanPerson | undefined {
  return plan.People.find(({ Role: each }) => each === role);
}
