import { assertEnabled } from './key-lookup.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalBoolean, requiredText } from '../request/read-parameter.ts';
import { intervalSeconds } from '../state/new-key.ts';
import { rotationFrom } from '../state/rotation.ts';
import type { KmsKey } from '../state/state.ts';
import { isSymmetric } from '../state/state.ts';

const DAY_SECONDS = 86_400;
const INTERVAL = /^[1-9]\d{0,9}[dhms]$/;

/**
 * Reads `EnableAutomaticRotation` and `RotationInterval`. The interval is a whole number and a unit (`d`, `h`, `m`,
 * `s`): 365 days for a key without a KMS instance, 7 to 365 days for a key of one. Without rotation it is ignored.
 *
 * @param canRotate - false for asymmetric keys, those of Origin EXTERNAL, and those in the HSM of a hardware instance
 * @returns the interval in seconds, or undefined without automatic rotation
 * @throws KmsRefusal `InvalidParameter`, `MissingParameter`, `UnsupportedOperation`
 */
export function readRotation(
  parameters: Parameters,
  canRotate: boolean,
  instanceId: string | undefined,
): number | undefined {
  if (!optionalBoolean(parameters, 'EnableAutomaticRotation')) return undefined;
  const text = requiredText(parameters, 'RotationInterval');
  const seconds = INTERVAL.test(text) ? intervalSeconds(text) : 0;
  const minDays = instanceId === undefined ? 365 : 7;
  if (seconds < minDays * DAY_SECONDS || seconds > 365 * DAY_SECONDS) {
    throw invalidParameter('RotationInterval');
  }
  if (!canRotate) throw refusal('UnsupportedOperation');
  return seconds;
}

/**
 * The key with the rotation policy that the parameters ask for. The next rotation counts from the last one (page of
 * UpdateRotationPolicy), so it is due at once where that is longer ago than the interval.
 *
 * @throws KmsRefusal as `readRotation`; `UnsupportedOperation` for a key that cannot rotate; `Rejected.STATE`
 */
export function withRotationPolicy(key: KmsKey, parameters: Parameters): KmsKey {
  if (!canRotate(key)) throw refusal('UnsupportedOperation');
  const seconds = readRotation(parameters, true, key.instanceId);
  assertEnabled(key);
  const { rotation: _, ...rest } = key;
  if (seconds === undefined) return rest;
  const last = key.versions.at(-1)?.createdAt ?? key.createdAt;
  return { ...rest, rotation: rotationFrom(last, seconds) };
}

/** How the HSM of a hardware instance keeps a key is not kept here: such a key can rotate if it was made so. */
function canRotate(key: KmsKey): boolean {
  const isInHsm = key.instanceId !== undefined && key.protectionLevel === 'HSM';
  return (
    isSymmetric(key) && key.origin === 'Aliyun_KMS' && (!isInHsm || key.rotation !== undefined)
  );
}
