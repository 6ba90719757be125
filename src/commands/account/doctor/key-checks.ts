import type { Decision } from '../../../account/decision.ts';
import type { JudgeOptions } from '../../../account/usable-keys.ts';
import { isDefaultKey, judgeKey } from '../../../account/usable-keys.ts';
import { CLOSED_INSTANCE_HINT } from '../../../answers/error-table/table.ts';
import { isUnusableState, keyStateRefusal } from '../../../answers/key-state.ts';
import { KmsRefused } from '../../../answers/refusal.ts';
import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { KeyMetadata } from '../../../kms/types.ts';
import type { CheckResult } from './check.ts';
import { fail, notReached, pass, warn } from './check.ts';
import { GIVE_KEY } from './permission-check.ts';

/** How the key was found: by DescribeKey, or by a dry run, which gives no metadata. */
export type KeyDecision = Decision<KeyMetadata | undefined>;

/** Whether the gateway does not have an operation, as with dedicated ones. */
export function isNotOffered(error: KmsxError): boolean {
  return error instanceof KmsRefused && error.about === 'not-offered';
}

/** Whether a refusal says that the signature, or what it was made with, was not accepted. */
function isNotSigned(error: KmsxError): boolean {
  return error instanceof KmsRefused && (error.about === 'clock' || error.about === 'nonce');
}

/** Judges the signature by the first signed call: whatever KMS says about the key, it has accepted the signature. */
export function checkSignature(first: Decision): CheckResult {
  if (first.kind === 'not-asked') {
    return notReached(
      'a dedicated gateway is asked about a key, and there is no --key-id',
      GIVE_KEY,
    );
  }
  if (first.kind !== 'failed') return pass('accepted');
  const { error } = first;
  const isRefused = ['credentials', 'unavailable', 'usage'].includes(error.kind);
  return isRefused || isNotSigned(error) ? fail(error) : pass('accepted');
}

/**
 * Judges a key by the answer to DescribeKey. A state that forbids its use is the error that a real call would end
 * with. Anything else against the key counts only if KMS's own dry run does not succeed.
 */
export async function checkDescribedKey(
  metadata: KeyMetadata,
  { keyId, dryRun, ...known }: DescribedKeyOptions,
): Promise<CheckResult> {
  const { keyState, keyUsage, keySpec } = metadata;
  const facts = [keyState, keyUsage, keySpec].filter((fact) => fact !== undefined).join(', ');
  const { Usable: isUsable, Reason: reason, Note: note } = judgeKey(metadata, known);
  if (isUsable === false) {
    const why = `${reason ?? 'it cannot be used'} (${facts})`;
    if (!isUnusableState(keyState) && (await dryRun()).kind === 'granted') {
      return warn(
        `a dry run succeeds, but DescribeKey speaks against the key: ${why}`,
        'check that this is the right KMS key, and that it will still be usable when it is needed',
      );
    }
    if (keyState === 'Enabled') return fail(kmsxError('key-unusable', `${keyId}: ${why}`));
    return fail(keyStateRefusal(metadata, known.isRehearsal, `${keyId}: ${why}`));
  }
  const remark = note ?? reason;
  if (isDefaultKey(metadata) && !known.isRehearsal) {
    const answer = (await dryRun()).kind === 'granted' ? 'here one succeeds' : 'none succeeds here';
    return warn(
      `found: ${facts}; ${[remark, answer].filter(Boolean).join(', and ')}`,
      'a key of a KMS instance is documented for exports: kmsx list-keys shows DKMSInstanceId',
    );
  }
  return pass(`found: ${facts}${remark === undefined ? '' : `; ${remark}`}`);
}

/** What is known apart from the answer to DescribeKey. */
export interface DescribedKeyOptions extends Pick<JudgeOptions, 'now' | 'isRehearsal'> {
  /** As the user gave it. */
  readonly keyId: string;
  /** Asks KMS itself whether it would generate a data key. */
  readonly dryRun: () => Promise<Decision>;
}

/**
 * Judges a key by a dry run alone.
 *
 * @param why - why there is no answer to DescribeKey
 */
export function checkKeyByDryRun(dryRun: Decision, why: string): CheckResult {
  switch (dryRun.kind) {
    case 'granted':
      return pass(`${why}; by a dry run it gives data keys`);
    case 'failed': {
      const failure = fail(dryRun.error);
      return { ...failure, message: `${failure.message}; ${why}` };
    }
    default:
      return notReached(`${why}, and the dry run is not allowed: nothing is known about the key`);
  }
}

/**
 * Whether the public gateway reaches a key of a KMS instance: it does if access from the Internet is enabled for the
 * instance (KMS documentation, GenerateAndExportDataKey). Which code KMS answers otherwise is not documented.
 */
export function checkInternetAccess(
  gateway: Gateway,
  keyId: string | undefined,
  key: KeyDecision,
): CheckResult {
  if (gateway.kind !== 'public') return pass('not needed: the gateway is not the public one');
  if (keyId === undefined || key.kind === 'not-asked') return notReached('no key was asked about');
  const ownId = keyId.slice(keyId.lastIndexOf('/') + 1);
  const isAlias = keyId.includes('alias/');
  const isOfInstance = !isAlias && ownId.startsWith('key-');
  if (key.kind === 'granted') {
    return isOfInstance || key.value?.dkmsInstanceId !== undefined
      ? pass('the public gateway reaches this key of a KMS instance')
      : pass('not needed: the key is not in a KMS instance');
  }
  if (key.kind === 'denied') return notReached('nothing is known about the key');
  const { error } = key;
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
        'the public gateway refuses the alias: its key may be in a KMS instance',
        CLOSED_INSTANCE_HINT,
      )
    : pass('not needed: the key id is not one of a KMS instance');
}
