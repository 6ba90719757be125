import type { AccessKey } from '../state/state.ts';
import type { RequestFacts } from './policy-request.ts';

/** Who made a call, as its signature proves, and how the call came. */
export interface Caller {
  readonly accountId: string;
  readonly accessKey: AccessKey;
  readonly request: RequestFacts;
}

/** The access key of an account itself, which may do everything in that account; others belong to a RAM user or role. */
export function isAccountItself({ userName, policies }: AccessKey): boolean {
  return userName === undefined && policies === undefined;
}

/**
 * The ARN of who holds an access key: `acs:ram::ACCOUNT:root`, `acs:ram::ACCOUNT:user/NAME`, or, where the name is that
 * of a role's session, `ROLE:SESSION`, `acs:ram::ACCOUNT:role/ROLE`.
 */
export function principalArn({ accountId, userName }: AccessKey): string {
  const account = `acs:ram::${accountId}:`;
  if (userName === undefined) return `${account}root`;
  const [role, session] = userName.split(':');
  return session === undefined ? `${account}user/${userName}` : `${account}role/${role ?? ''}`;
}
