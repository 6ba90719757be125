import type { RandomBytes } from '../identifiers.ts';
import { withoutMaterial } from '../keys/key-state.ts';
import { newSymmetricVersion } from './new-key.ts';
import type { KmsKey, KmsState } from './state.ts';

/**
 * When time will change something in a state.
 *
 * @returns milliseconds since 1970; Infinity for never
 */
export function nextDueAt(state: KmsState): number {
  let next = Infinity;
  for (const key of state.keys.values()) next = Math.min(next, keyDueAt(key));
  return next;
}

/**
 * What a state has become by `now`. Keys whose waiting time is over vanish, with their aliases; imported material that
 * has expired is deleted; enabled keys whose rotation is due get one new version, however long ago that was.
 *
 * @returns the same state if nothing was due
 */
export function afterTime(state: KmsState, now: Date, randomBytes: RandomBytes): KmsState {
  if (nextDueAt(state) > now.getTime()) return state;
  const keys = new Map<string, KmsKey>();
  for (const [keyId, key] of state.keys) {
    if (keyDueAt(key) > now.getTime()) keys.set(keyId, key);
    else if (!isPast(key.deleteAt, now)) keys.set(keyId, changed(key, now, randomBytes));
  }
  const aliases = new Map([...state.aliases].filter(([, alias]) => keys.has(alias.keyId)));
  return { ...state, keys, aliases };
}

function keyDueAt({ deleteAt, imported, rotation, keyState }: KmsKey): number {
  const rotateAt = keyState === 'Enabled' ? rotation?.nextAt : undefined;
  return Math.min(timeOf(deleteAt), timeOf(imported?.expiresAt), timeOf(rotateAt));
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? Infinity;
}

function changed(key: KmsKey, now: Date, randomBytes: RandomBytes): KmsKey {
  if (isPast(key.imported?.expiresAt, now)) return withoutMaterial(key);
  if (key.rotation === undefined) return key;
  const { intervalSeconds } = key.rotation;
  const nextAt = new Date(now.getTime() + 1000 * intervalSeconds);
  return {
    ...key,
    versions: [...key.versions, newSymmetricVersion(now, randomBytes)],
    rotation: { intervalSeconds, nextAt },
  };
}

function isPast(date: Date | undefined, now: Date): boolean {
  return timeOf(date) <= now.getTime();
}
