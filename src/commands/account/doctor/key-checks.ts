import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import { isUnusableState, keyStateRefusal } from '../../../answers/key-state.ts';
import { isNoPermission, KmsRefused } from '../../../answers/refusal.ts';
import type { JudgeOptions } from '../../../account/usable-keys.ts';
import { judgeKey } from '../../../account/usable-keys.ts';
import { CLOSED_INSTANCE_HINT } from '../../../answers/error-table/table.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { KeyMetadata } from '../../../kms/types.ts';
import type { Outcome, Verdict } from './check.ts';
import { fail, notReached, pass, warn } from './check.ts';
import type { Operation, Subject } from './subject.ts';
import { commandsNeeding, isNeeded } from './subject.ts';

/** Whether the gateway says that it does not have an operation, as dedicated ones do. */
export function isNotOffered(error: KmsxError): boolean {
  return error instanceof KmsRefused && error.about === 'not-offered';
}

/** Whether a refusal says that the signature, or what it is made with, was not accepted. */
function isNotSigned(error: KmsxError): boolean {
  return error instanceof KmsRefused && (error.about === 'clock' || error.about === 'nonce');
}

/** Judges the signature by the first signed call: whatever KMS says of the key, it has accepted who asks. */
export function checkSignature(first: Outcome<unknown>): Verdict {
  if (first.ok) return pass('accepted');
  const { error } = first;
  const isRefused = error.kind === 'credentials' && !isNoPermission(error);
  const isUnanswered = error.kind === 'unavailable' || error.kind === 'usage';
  if (isRefused || isUnanswered || isNotSigned(error)) return fail(error);
  return pass('accepted');
}

/**
 * Judges a key by what DescribeKey tells of it. A state that forbids its use is the error that a real call would
 * end with. What else speaks against the key counts only where KMS's own dry run does not succeed.
 */
export async function checkDescribedKey(
  metadata: KeyMetadata,
  { keyId, dryRun, ...known }: DescribedKeyOptions,
): Promise<Verdict> {
  const { keyState, keyUsage, keySpec } = metadata;
  const facts = [keyState, keyUsage, keySpec].filter((fact) => fact !== undefined).join(', ');
  const { Usable: isUsable, Reason: reason, Note: note } = judgeKey(metadata, known);
  if (isUsable === false) {
    const why = `${reason ?? 'it cannot be used'} (${facts})`;
    if (!isUnusableState(keyState) && (await dryRun()).ok) {
      return warn(
        `by a dry run it gives data keys, but DescribeKey speaks against it: ${why}`,
        'make sure that this is the KMS key that you mean, and that it will still be good when it is used',
      );
    }
    if (keyState === 'Enabled') return fail(kmsxError('key-unusable', `${keyId}: ${why}`));
    return fail(keyStateRefusal(metadata, known.isRehearsal, `${keyId}: ${why}`));
  }
  const remark = note ?? reason;
  return pass(`found: ${facts}${remark === undefined ? '' : `; ${remark}`}`);
}

/** What is known besides what DescribeKey tells. */
export interface DescribedKeyOptions extends Pick<JudgeOptions, 'now' | 'isRehearsal'> {
  /** As the user names it. */
  readonly keyId: string;
  /** Asks KMS itself whether the key gives data keys. */
  readonly dryRun: () => Promise<Outcome<unknown>>;
}

/**
 * Judges a key by a dry run alone.
 *
 * @param why - why DescribeKey did not tell
 */
export function checkKeyByDryRun(dryRun: Outcome<unknown>, why: string): Verdict {
  if (dryRun.ok) return pass(`${why}; by a dry run it gives data keys`);
  if (isNoPermission(dryRun.error)) {
    return notReached(`${why}, and the dry run is not allowed either: nothing is known of the key`);
  }
  const { message, hint, error, status } = fail(dryRun.error);
  return { status, message: `${message}; ${why}`, hint, error };
}

/**
 * Judges a permission by a dry run. That nobody needs it is no failure, and it may be denied on purpose.
 *
 * @param where - what was tried, for the message: `on KEY_ID`
 */
export function checkPermission(
  dryRun: Outcome<unknown>,
  operation: Operation,
  subject: Pick<Subject, 'commands' | 'recipients'>,
  where: string,
): Verdict {
  if (dryRun.ok) return pass(`allowed ${where}: a dry run would succeed`);
  if (!isNoPermission(dryRun.error) || isNeeded(operation, subject)) return fail(dryRun.error);
  return warn(
    `not allowed ${where}, and not needed for ${subject.commands.join(', ')}`,
    `--for ${commandsNeeding(operation)[0] ?? ''} judges it as needed`,
  );
}

/**
 * Whether the public gateway reaches a key of a KMS instance: it does where access from the Internet is enabled for
 * the instance (KMS documentation, GenerateAndExportDataKey). Which code KMS answers else no source says.
 *
 * @param key - how DescribeKey or the dry run went; undefined where neither was asked
 */
export function checkInternetAccess(
  gateway: Gateway,
  keyId: string | undefined,
  key: Outcome<KeyMetadata | undefined> | undefined,
): Verdict {
  if (gateway.kind !== 'public') return pass('not needed: the gateway is not the public one');
  if (keyId === undefined || key === undefined) return notReached('no key was asked for');
  const ownId = keyId.slice(keyId.lastIndexOf('/') + 1);
  const isAlias = keyId.includes('alias/');
  const isOfInstance = !isAlias && ownId.startsWith('key-');
  if (key.ok) {
    return isOfInstance || key.value?.dkmsInstanceId !== undefined
      ? pass('the public gateway reaches this key of a KMS instance')
      : pass('not needed: the key is in no KMS instance');
  }
  const { error } = key;
  if (isNoPermission(error)) return notReached('nothing is known of the key');
  if (error.kind !== 'kms') return notReached('no answer about the key');
  if (isOfInstance) {
    return {
      status: 'fail',
      message: 'the public gateway refuses this key of a KMS instance',
      hint: CLOSED_INSTANCE_HINT,
      error,
    };
  }
  return isAlias
    ? warn(
        'the public gateway refuses the alias: its key may be one of a KMS instance',
        CLOSED_INSTANCE_HINT,
      )
    : pass('not needed: the key id is of no KMS instance');
}
