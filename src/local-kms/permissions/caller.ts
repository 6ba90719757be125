import type { AccessKey } from '../state/state.ts';
import type { RequestFacts } from './access-request.ts';

/** Who made a call, as its signature proves, and how the call came. */
export interface Caller {
  readonly accountId: string;
  readonly accessKey: AccessKey;
  readonly request: RequestFacts;
}

/** Whether an access key is the account's own, which may do everything in it; others belong to a RAM user or role. */
export function isAccountItself({ userName, policies }: AccessKey): boolean {
  return userName === undefined && policies === undefined;
}

/**
 * The ARN of the owner of an access key: `acs:ram::ACCOUNT:root`, `acs:ram::ACCOUNT:user/NAME`, or, for the session of a
 * role (`ROLE:SESSION`), `acs:ram::ACCOUNT:role/ROLE`.
 */
export function principalArn({ accountId, userName }: AccessKey): string {
  const account = `acs:ram::${accountId}:`;
  if (userName === undefined) return `${account}root`;
  const [role, session] = userName.split(':');
  return session === undefined ? `${account}user/${userName}` : `${account}role/${role ?? ''}`;
}
