import type { Parameters } from '../request/parameters.ts';
import { optionalBoolean, requiredText } from '../request/read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { KeyOrigin, KeySpec, ProtectionLevel } from '../state/state.ts';

const DAY_SECONDS = 86_400;
const SECONDS = new Map([
  ['d', DAY_SECONDS],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]);

/** What CreateKey has read already, on which it depends whether a key can rotate. */
export interface RotatingKey {
  readonly keySpec: KeySpec;
  readonly origin: KeyOrigin;
  readonly instanceId?: string;
  readonly protectionLevel: ProtectionLevel;
  /** Whether a key of a hardware instance lies in the instance's database. */
  readonly isInDatabase: boolean;
}

/**
 * Reads `EnableAutomaticRotation` and `RotationInterval` of CreateKey (help 28947). The interval is a whole number and
 * a unit (`d`, `h`, `m`, `s`): 365 days for a key without instance, 7 to 365 days for one of a KMS instance. Without
 * rotation it is ignored.
 *
 * @returns the interval in seconds, or undefined for no automatic rotation
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`; `UnsupportedOperation` for keys that cannot rotate:
 * asymmetric ones, those of Origin EXTERNAL, and those in the HSM of a hardware instance
 */
export function readRotation(parameters: Parameters, key: RotatingKey): number | undefined {
  if (!optionalBoolean(parameters, 'EnableAutomaticRotation')) return undefined;
  const text = requiredText(parameters, 'RotationInterval');
  const [, amount = '', unit = ''] = /^([1-9]\d{0,9})([dhms])$/.exec(text) ?? [];
  const seconds = Number(amount) * (SECONDS.get(unit) ?? 0);
  const minDays = key.instanceId === undefined ? 365 : 7;
  if (seconds < minDays * DAY_SECONDS || seconds > 365 * DAY_SECONDS) {
    throw invalidParameter('RotationInterval');
  }
  const isInHsm =
    key.instanceId !== undefined && key.protectionLevel === 'HSM' && !key.isInDatabase;
  if (key.keySpec !== 'Aliyun_AES_256' || key.origin === 'EXTERNAL' || isInHsm) {
    throw refusal('UnsupportedOperation');
  }
  return seconds;
}
