import { keyArn } from '../resource-name.ts';
import type { KmsKey } from '../state/state.ts';
import { accessDenied } from './access-denied.ts';
import type { Caller } from './caller.ts';
import { isAccountItself, principalArn } from './caller.ts';
import type { PolicyRequest } from './policy-request.ts';
import type { Policy, Verdict } from './policy.ts';

/** What an action is to be done to. */
export interface Target {
  readonly arn: string;
  /** The account that the resource belongs to. */
  readonly accountId: string;
  readonly tags?: ReadonlyMap<string, string>;
}

/**
 * Refuses what the caller may not do. Only the access key of the account itself may do everything, in its own account;
 * a RAM user or role may do what one of its policies allows and none denies.
 *
 * @param action - as policies have it: `kms:Decrypt`
 * @throws KmsRefusal `Forbidden.NoPermission` with an AccessDeniedDetail
 */
export function authorize(caller: Caller, action: string, target: Target): void {
  decide(caller, action, target, undefined);
}

/**
 * As `authorize`, for a KMS key, whose own key policy counts too: in the key's account either of the two is enough, from
 * another account both are needed, and what one denies is denied (KMS's page on key policies).
 */
export function authorizeKey(caller: Caller, action: string, key: KmsKey): void {
  const { accountId, tags, policy } = key;
  if (policy === undefined && accountId === caller.accountId && isAccountItself(caller.accessKey)) {
    return;
  }
  decide(caller, action, { arn: keyArn(key), accountId, tags }, policy);
}

function decide(
  caller: Caller,
  action: string,
  target: Target,
  resourcePolicy: Policy | undefined,
): void {
  const { accessKey } = caller;
  const isOwn = target.accountId === caller.accountId;
  const isAccount = isAccountItself(accessKey);
  if (isOwn && isAccount && resourcePolicy === undefined) return;
  const request: PolicyRequest = {
    action: action.toLowerCase(),
    resource: target.arn,
    tags: target.tags,
    principal: principalArn(accessKey),
    facts: caller.request,
  };
  const byRam = isAccount ? 'Allow' : judge(accessKey.policies ?? [], request);
  const byResource = resourcePolicy?.judge(request) ?? 'ImplicitDeny';
  const refuse = (verdict: Verdict, isByResource: boolean): never => {
    throw accessDenied(caller, action, target.arn, {
      NoPermissionType: verdict,
      PolicyType: isByResource ? 'ResourceBasedPolicy' : 'AccountLevelIdentityBasedPolicy',
    });
  };
  if (byRam === 'ExplicitDeny') refuse(byRam, false);
  if (byResource === 'ExplicitDeny') refuse(byResource, true);
  if (isOwn ? byRam !== 'Allow' && byResource !== 'Allow' : byRam !== 'Allow') {
    refuse('ImplicitDeny', false);
  }
  if (!isOwn && byResource !== 'Allow') refuse('ImplicitDeny', true);
}

/** Policies together: a Deny of one wins over an Allow of another. */
function judge(policies: readonly Policy[], request: PolicyRequest): Verdict {
  let verdict: Verdict = 'ImplicitDeny';
  for (const policy of policies) {
    const found = policy.judge(request);
    if (found === 'ExplicitDeny') return found;
    if (found === 'Allow') verdict = found;
  }
  return verdict;
}
