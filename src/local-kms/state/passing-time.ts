import { differenceOf } from './entries.ts';
import type { RandomBytes } from '../identifiers.ts';
import { newSecretVersion } from './new-key.ts';
import { withVersion } from './rotation.ts';
import type { KmsKey, KmsState, Secret } from './state.ts';
import { isSymmetric, withoutMaterial } from './state.ts';

/**
 * When the next change of a state is due.
 *
 * @returns milliseconds since 1970; Infinity for never
 */
export function nextDueAt(state: KmsState): number {
  let next = Infinity;
  for (const key of state.keys.values()) next = Math.min(next, keyDueAt(key));
  for (const secret of state.secrets.values()) next = Math.min(next, secretDueAt(secret));
  return next;
}

/**
 * `nextDueAt` of a state, by what it has that another one had not.
 *
 * @param dueAt - that of the other one
 */
export function nextDueAfter(before: KmsState, dueAt: number, state: KmsState): number {
  const keys = firstDueAt(before.keys, state.keys, keyDueAt);
  const secrets = firstDueAt(before.secrets, state.secrets, secretDueAt);
  // What was due first may be what is gone.
  if (Math.min(keys.old, secrets.old) <= dueAt && dueAt < Infinity) return nextDueAt(state);
  return Math.min(dueAt, keys.now, secrets.now);
}

/** When the first is due of what one map has not any more, and of what the other one has in its place. */
function firstDueAt<T extends object>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  dueAtOf: (value: T) => number,
): { readonly old: number; readonly now: number } {
  const { gone, set } = differenceOf(before, after);
  let [old, now] = [Infinity, Infinity];
  for (const name of [...gone, ...set.map(([setName]) => setName)]) {
    const value = before.get(name);
    if (value !== undefined) old = Math.min(old, dueAtOf(value));
  }
  for (const [, value] of set) now = Math.min(now, dueAtOf(value));
  return { old, now };
}

/**
 * The state at `now`: `withoutExpired`, and with one new version of each enabled key whose rotation is due, however long
 * ago that was.
 *
 * @returns the same object if nothing was due
 */
export function afterTime(state: KmsState, now: Date, randomBytes: RandomBytes): KmsState {
  const still = withoutExpired(state, now);
  return withKeys(still, now, (key) => rotated(key, now, randomBytes));
}

/**
 * The state without what has expired by `now`: keys whose deletion is due, with their aliases, imported material, and
 * secrets that can no longer be restored. Nothing in it is new, so it depends on the state and the time alone.
 *
 * @returns the same object if nothing had expired
 */
export function withoutExpired(state: KmsState, now: Date): KmsState {
  const still = withKeys(withoutSecrets(state, now), now, (key) => unexpired(key, now));
  if (still.keys.size === state.keys.size) return still;
  const aliases = [...still.aliases].filter(([, alias]) => still.keys.has(alias.keyId));
  return { ...still, aliases: new Map(aliases) };
}

function withoutSecrets(state: KmsState, now: Date): KmsState {
  const kept = [...state.secrets].filter(([, secret]) => !isPast(secret.deleteAt, now));
  return kept.length === state.secrets.size ? state : { ...state, secrets: new Map(kept) };
}

/** Replaces the keys for which something is due, or deletes one for undefined. */
function withKeys(
  state: KmsState,
  now: Date,
  change: (key: KmsKey) => KmsKey | undefined,
): KmsState {
  if (nextDueAt(state) > now.getTime()) return state;
  const keys = new Map<string, KmsKey>();
  let isSame = true;
  for (const [keyId, key] of state.keys) {
    const changed = keyDueAt(key) > now.getTime() ? key : change(key);
    if (changed !== undefined) keys.set(keyId, changed);
    isSame &&= changed === key;
  }
  return isSame ? state : { ...state, keys };
}

function unexpired(key: KmsKey, now: Date): KmsKey | undefined {
  if (isPast(key.deleteAt, now)) return undefined;
  return isPast(key.imported?.expiresAt, now) ? withoutMaterial(key) : key;
}

function rotated(key: KmsKey, now: Date, randomBytes: RandomBytes): KmsKey {
  if (key.rotation === undefined || !isSymmetric(key)) return key;
  return withVersion(key, newSecretVersion(key.keySpec, now, randomBytes));
}

function keyDueAt({ deleteAt, imported, rotation, keyState }: KmsKey): number {
  const rotateAt = keyState === 'Enabled' ? rotation?.nextAt : undefined;
  return Math.min(timeOf(deleteAt), timeOf(imported?.expiresAt), timeOf(rotateAt));
}

function secretDueAt({ deleteAt }: Secret): number {
  return timeOf(deleteAt);
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? Infinity;
}

function isPast(date: Date | undefined, now: Date): boolean {
  return timeOf(date) <= now.getTime();
}
