import type { KmsState } from './state/state.ts';

/** The region of the embedded KMS. */
export const LOCAL_REGION = 'cn-local';

/** The ARN of a KMS key of this account: `acs:kms:REGION:ACCOUNT:key/ID`. */
export function keyArn(state: KmsState, keyId: string): string {
  return `acs:kms:${LOCAL_REGION}:${state.accountId}:key/${keyId}`;
}

/** The ARN of an alias of this account: `acs:kms:REGION:ACCOUNT:alias/NAME`. */
export function aliasArn(state: KmsState, aliasName: string): string {
  return `acs:kms:${LOCAL_REGION}:${state.accountId}:${aliasName}`;
}

/**
 * Takes the account's prefix off an ARN.
 *
 * @returns `key/ID` or `alias/NAME`; `foreign` for an ARN of another account, region or product; undefined for what
 * is no ARN
 */
export function localResource(state: KmsState, text: string): string | undefined {
  if (!text.startsWith('acs:')) return undefined;
  const prefix = `acs:kms:${LOCAL_REGION}:${state.accountId}:`;
  return text.startsWith(prefix) ? text.slice(prefix.length) : 'foreign';
}
