import { ACCESS } from './access.ts';
import { ASYMMETRIC } from './asymmetric.ts';
import { DATA_KEYS, ENCRYPTION, RE_ENCRYPTION } from './data-keys.ts';
import { IMPORT_STEPS } from './import.ts';
import { ROTATION, STATES } from './key-states.ts';
import { KEY_POLICIES, KEY_SETTINGS } from './key-settings.ts';
import { ALIASES, KEYS } from './keys.ts';
import { SECRET_CHANGES } from './secret-changes.ts';
import { SECRETS } from './secrets.ts';
import { SM_KEYS } from './sm-keys.ts';
import type { Step } from './step.ts';
import { RESOURCE_TAGS, TAGS } from './tags.ts';

/**
 * What every client does, in this order. Each operation of the embedded KMS is there with what it answers and with
 * what it refuses. It needs `prefix` (of everything that it names) and `region` saved beforehand.
 */
export const SCENARIO: readonly Step[] = [
  ...KEYS,
  ...ALIASES,
  ...KEY_SETTINGS,
  ...KEY_POLICIES,
  ...TAGS,
  ...ENCRYPTION,
  ...DATA_KEYS,
  ...RE_ENCRYPTION,
  ...ASYMMETRIC,
  ...SM_KEYS,
  ...ROTATION,
  ...STATES,
  ...IMPORT_STEPS,
  ...SECRETS,
  ...SECRET_CHANGES,
  ...RESOURCE_TAGS,
  ...ACCESS,
];

/** A step's row in the table. */
export function rowOf(step: Step): string {
  return step.row ?? step.action;
}
