import type { JsonObject } from '../../base/json.ts';

/** A RAM policy or key policy that was found to be well formed. */
export interface Policy {
  /** As it was given. */
  readonly document: JsonObject;
}

/**
 * Reads a RAM policy (`{"Version":"1","Statement":[…]}`).
 *
 * @returns the policy, or the path of what is wrong with it
 */
export function parsePolicy(document: JsonObject): Policy | string {
  return Array.isArray(document['Statement']) ? { document } : 'Statement';
}
