import { dataKeyLength } from '../../../data-key/export.ts';
import type { DataKeySize } from '../../../data-key/export.ts';
import { assertNoSecretInContext } from '../../../documents/context-secrets.ts';
import {
  assertEncryptionContext,
  assertNoReservedName,
  bindEncryptionContext,
} from '../../../documents/encryption-context.ts';
import { MIN_CHECKED_KEY_BYTES } from '../../../documents/key-check-value.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { CeremonyPlan } from '../plan.ts';
import type { Path } from '../yaml-document.ts';
import { checkBackups } from './backups.ts';
import { checkCollisions } from './collisions.ts';
import type { Found, PlanFacts, PlanFinding, PlanSubject } from './findings.ts';
import { collecting, error, isBlank, warning } from './findings.ts';
import { checkPeople } from './people.ts';
import { checkRecipients } from './recipients.ts';

/**
 * Judges a plan before its ceremony: what cannot work, and what weakens it. KMS is not asked.
 *
 * @returns in the order of the lines
 */
export async function judgePlan(
  subject: PlanSubject,
  facts: PlanFacts,
): Promise<readonly PlanFinding[]> {
  const { plan, lineOf } = subject;
  const found = [
    ...blanks(plan, []),
    ...checkPractice(plan),
    ...(await checkKey(plan)),
    ...checkPeople(plan),
    ...(await checkRecipients(subject, dataKeyLength(sizeOf(plan)), facts)),
    ...(await checkBackups(subject, facts)),
    ...checkCollisions(subject),
  ];
  return found
    .map(({ path, ...finding }) => ({ line: lineOf(path), ...finding }))
    .sort((a, b) => a.line - b.line);
}

/** The length of a plan's data key, as KMS is asked for it. */
export function sizeOf({ KeySpec, NumberOfBytes }: CeremonyPlan): DataKeySize {
  return NumberOfBytes === undefined
    ? { keySpec: KeySpec ?? 'AES_256' }
    : { numberOfBytes: NumberOfBytes };
}

/** What was left as it stands in the template. */
function blanks(value: unknown, path: Path): Found[] {
  if (typeof value === 'string') {
    return isBlank(value) ? [error(path, 'not-filled-in', `${value} is to be filled in`)] : [];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => blanks(each, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => blanks(each, [...path, name]));
}

function checkPractice({ Practice, Unattended, Previous }: CeremonyPlan): Found[] {
  const found: Found[] = [];
  if (Unattended === true && !Practice) {
    const message = 'a ceremony that is not practice has people who confirm each step';
    found.push(error(['Unattended'], 'unattended', message, 'leave out Unattended'));
  }
  if (Previous === undefined) {
    const message = 'no record before this one is named: nobody sees if a ceremony is left out';
    found.push(warning([], 'no-previous', message, 'add Previous if there was a ceremony before'));
  }
  return found;
}

/** The KMS key and the encryption context, by the rules of the commands. */
async function checkKey(plan: CeremonyPlan): Promise<Found[]> {
  const { KeyId, Context, Bind } = plan;
  const found: Found[] = [];
  if (dataKeyLength(sizeOf(plan)) < MIN_CHECKED_KEY_BYTES) {
    const message = `a data key of less than ${MIN_CHECKED_KEY_BYTES} bytes has no check value, so nobody could compare it`;
    found.push(error(['NumberOfBytes'], 'no-check-value', message));
  }
  await collecting(found, ['KeyId'], () => isBlank(KeyId) || parseKeyId(KeyId, 'KeyId:'));
  if (Context === undefined) return found;
  const ofContext: Found[] = [];
  await collecting(ofContext, ['Context'], () => {
    assertEncryptionContext(Context, 'the context');
    if (Bind) bindEncryptionContext(Context, Buffer.alloc(16));
  });
  await collecting(ofContext, ['Context'], () => {
    assertNoSecretInContext(Context, 'the context');
  });
  await collecting(ofContext, ['Context'], () => {
    assertNoReservedName(Context);
  });
  // Their hints are about options.
  return [...found, ...ofContext.map(({ error: _, ...finding }) => finding)];
}
