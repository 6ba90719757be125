import { changeKey } from '../keys/key-lookup.ts';
import { optionalInteger, requiredText } from '../request/read-parameter.ts';
import { missingParameter, refusal } from '../refusal.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

const NAME = 'PendingWindowInDays';
const DAY_MS = 86_400_000;

/** Lets a KMS key vanish after 7 to 366 days, with its aliases. Until then it does no cryptography. */
export const scheduleKeyDeletion: Operation = {
  action: 'ScheduleKeyDeletion',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const keyId = unaliasedKeyId(parameters);
    requiredText(parameters, NAME);
    const days = optionalInteger(parameters, NAME, 7, 366);
    if (days === undefined) throw missingParameter(NAME);
    await changeKey(context, keyId, 'kms:ScheduleKeyDeletion', (key) => {
      if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
      const deleteAt = new Date(context.now().getTime() + days * DAY_MS);
      return { ...key, keyState: 'PendingDeletion', deleteAt };
    });
    return {};
  },
};
