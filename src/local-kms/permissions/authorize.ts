import { keyArn } from '../resource-name.ts';
import type { KmsKey } from '../state/state.ts';
import type { Caller } from './caller.ts';

/** What an action is to be done to. */
export interface Target {
  readonly arn: string;
  /** The account that the resource belongs to. */
  readonly accountId: string;
  readonly tags?: ReadonlyMap<string, string>;
}

/**
 * Refuses what the caller may not do.
 *
 * @param action - as policies have it: `kms:Decrypt`
 * @throws KmsRefusal `Forbidden.NoPermission` with an AccessDeniedDetail
 */
export function authorize(_caller: Caller, _action: string, _target: Target): void {
  // written next
}

/** As `authorize`, for a KMS key, whose own key policy counts too. */
export function authorizeKey(caller: Caller, action: string, key: KmsKey): void {
  authorize(caller, action, { arn: keyArn(key), accountId: key.accountId, tags: key.tags });
}
