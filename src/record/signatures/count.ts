import type { ValidSignature } from './verify.ts';

/**
 * Counts who signed: the largest number of different people with a different key each. A person with two keys counts
 * once, and so do two names with one key.
 */
export function countSigners(
  valid: readonly Pick<ValidSignature, 'principal' | 'keyFingerprint'>[],
): number {
  const keysOf = new Map<string, Set<string>>();
  for (const { principal, keyFingerprint } of valid) {
    keysOf.set(principal, (keysOf.get(principal) ?? new Set()).add(keyFingerprint));
  }
  const holders = new Map<string, string>();
  const findsKey = (principal: string, tried: Set<string>): boolean => {
    for (const key of keysOf.get(principal) ?? []) {
      if (tried.has(key)) continue;
      tried.add(key);
      const holder = holders.get(key);
      if (holder !== undefined && !findsKey(holder, tried)) continue;
      holders.set(key, principal);
      return true;
    }
    return false;
  };
  return [...keysOf.keys()].filter((principal) => findsKey(principal, new Set())).length;
}
