import type { CeremonyPlan, PlanRecipient } from '../../ceremony/plan/plan.ts';
import { sha256Digits } from '../digits.ts';
import type { Content, Html } from '../html.ts';
import { html } from '../html.ts';
import { aloud, block, cells, facts, list, tick } from '../parts.ts';

/** What is made, for whom, and where its backups go. */
export function whatIsMade(plan: CeremonyPlan): Html {
  return html`<h2>What is made</h2>
    ${block(
      html`<h3>The data key</h3>`,
      facts([
        ['KMS key', plan.KeyId],
        ['Data key', sizeOf(plan)],
        ['Context', contextOf(plan)],
        ['Its own id', plan.Bind ? 'bound into the context (kmsx:id)' : 'none'],
        ['Signatures', plan.Signatures && `${plan.Signatures.Threshold} people sign the record`],
      ]),
    )}
    ${plan.Recipients.map(recipientBlock)}
    <h3>The backups</h3>
    ${list(
      ['Place', 'Seen there'],
      plan.Backups.map((place) => [place, tick('')]),
    )}`;
}

function sizeOf({ KeySpec, NumberOfBytes }: CeremonyPlan): string {
  if (NumberOfBytes !== undefined) return `${NumberOfBytes} bytes`;
  return KeySpec ?? 'AES_256';
}

function contextOf({ Context }: CeremonyPlan): Content {
  if (Context === undefined) return undefined;
  return Object.entries(Context).map(([name, value]) => html`<div>${name} = ${value}</div>`);
}

function recipientBlock(recipient: PlanRecipient): Html {
  return block(
    html`<h3>For ${recipient.Name}</h3>`,
    facts([
      ['Wrapping key', wrappingKeyOf(recipient)],
      ['Private half', recipient.Custodian],
      ['Unwrapped', recipient.Unwrap === 'here' ? 'here' : 'elsewhere'],
    ]),
    fingerprintOf(recipient),
  );
}

function wrappingKeyOf({ Pubkey, Token, MakePair }: PlanRecipient): string | undefined {
  if (MakePair === true) return 'a pair that is made in this ceremony';
  return Token ?? Pubkey;
}

/** The fingerprint as the plan has it, or room to write down the one that is shown. */
export function fingerprintOf({ ExpectFingerprint }: PlanRecipient): Html {
  const digits = ExpectFingerprint === undefined ? undefined : sha256Digits(ExpectFingerprint);
  if (digits === undefined) {
    return html`<p class="note">Fingerprint (SHA-256), copied by hand from the screen:</p>
      ${cells(16)}`;
  }
  return html`<p class="note">Fingerprint (SHA-256), from the second source:</p>
    ${aloud(digits)}`;
}
