import type { CeremonyPlan, PlanPerson, PlanRecipient } from '../../ceremony/plan/plan.ts';
import type { SpokenLine, Step, StepKind } from '../../ceremony/steps.ts';
import { stepsOf } from '../../ceremony/steps.ts';
import type { Content, Html } from '../html.ts';
import { html } from '../html.ts';
import { block, cells, facts, LINE, tick } from '../parts.ts';
import { fingerprintOf } from './key.ts';

/** Each step with what is said, what is written down, and a box. */
export function stepBlocks(plan: CeremonyPlan): Html {
  return html`<h2>The steps</h2>
    ${stepsOf(plan).map((step) => stepBlock(step, plan))}`;
}

function stepBlock(step: Step, { People, Recipients }: CeremonyPlan): Html {
  return block(
    html`<h3>${tick(`Step ${step.number}: ${step.name}`)}</h3>
      <p>${step.text}</p>
      ${step.says.map((line) => spoken(line, People, step.recipient))}
      ${WRITTEN_DOWN[step.kind]?.(step.recipient, Recipients.length)}`,
    html`<p class="note">
      Begins at ______________ ends at ______________ (UTC) initials ______________
    </p>`,
  );
}

function spoken(
  { role, words }: SpokenLine,
  people: readonly PlanPerson[],
  recipient: PlanRecipient | undefined,
): Html {
  const named =
    role === 'custodian' && recipient?.Custodian !== undefined
      ? [recipient.Custodian]
      : people.filter(({ Role }) => Role === role).map(({ Name }) => Name);
  const who = named.length === 0 ? role : `${role} (${named.join(', ')})`;
  return html`<p class="says"><b>${who}:</b> “${words}”</p>`;
}

/** What is written on the paper in a step. */
const WRITTEN_DOWN: Partial<
  Record<StepKind, (recipient: PlanRecipient | undefined, recipients: number) => Content>
> = {
  fingerprint: (recipient) => recipient && fingerprintOf(recipient),
  'data-key': () =>
    html`<p class="note">DataKeyId, where the screen shows one:</p>
      ${cells(8)}`,
  'check-value': () =>
    html`${facts([['Method', LINE]])}
      <p class="note">Check value, in the groups that are shown:</p>
      ${cells(8)}`,
  seal: () =>
    html`<p class="note">The head of the record:</p>
      ${cells(16)}`,
};
