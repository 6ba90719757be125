import type { KmsRefusal } from '../refusal.ts';
import { refusal } from '../refusal.ts';
import { keyArn } from '../resource-name.ts';
import type { KmsKey } from '../state/state.ts';
import type { AccessRequest, Encryption } from './access-request.ts';
import type { Caller } from './caller.ts';
import { isAccountItself, principalArn } from './caller.ts';
import type { Policy, PolicyVerdict } from './policy.ts';

/** The resource of an action. */
interface Target {
  readonly arn: string;
  /** The account that the resource belongs to. */
  readonly accountId: string;
  readonly tags?: ReadonlyMap<string, string>;
  readonly encryption?: Encryption | undefined;
}

/**
 * Refuses what the caller may not do. Only the account's own access key may do everything, in its own account; a RAM
 * user or role may do what one of its policies allows and none denies.
 *
 * @param action - as in policies: `kms:Decrypt`
 * @throws KmsRefusal `Forbidden.NoPermission` with an AccessDeniedDetail
 */
export function authorize(caller: Caller, action: string, target: Target): void {
  decide(caller, action, target, undefined);
}

/**
 * `authorize` for a KMS key, whose key policy counts too. In the key's account either of the two is enough, from another
 * account both are needed; a Deny of either wins (KMS's page on key policies).
 *
 * @param encryption - for conditions on it; undefined if the operation is not a cryptographic one
 */
export function authorizeKey(
  caller: Caller,
  action: string,
  key: KmsKey,
  encryption?: Encryption,
): void {
  const { accountId, tags, policy } = key;
  if (policy === undefined && accountId === caller.accountId && isAccountItself(caller.accessKey)) {
    return;
  }
  decide(caller, action, { arn: keyArn(key), accountId, tags, encryption }, policy);
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
  const request: AccessRequest = {
    action: action.toLowerCase(),
    resource: target.arn,
    tags: target.tags,
    encryption: target.encryption,
    principal: principalArn(accessKey),
    facts: caller.request,
  };
  const byRam = isAccount ? 'Allow' : judge(accessKey.policies ?? [], request);
  const byResource = resourcePolicy?.judge(request) ?? 'ImplicitDeny';
  const refuse = (verdict: PolicyVerdict, isByResource: boolean): never => {
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

/** The verdict of several policies: a Deny of one wins over an Allow of another. */
function judge(policies: readonly Policy[], request: AccessRequest): PolicyVerdict {
  const verdicts = policies.map((policy) => policy.judge(request));
  if (verdicts.includes('ExplicitDeny')) return 'ExplicitDeny';
  return verdicts.includes('Allow') ? 'Allow' : 'ImplicitDeny';
}

/**
 * `Forbidden.NoPermission`, which names the resource, with the AccessDeniedDetail that the gateway adds: the members
 * and words of RAM's DecodeDiagnosticMessage page and of public samples.
 */
function accessDenied(
  caller: Caller,
  action: string,
  arn: string,
  denial: Readonly<Record<'NoPermissionType' | 'PolicyType', string>>,
): KmsRefusal {
  const { userName, accountId } = caller.accessKey;
  const type = userName?.includes(':') === true ? 'AssumedRoleUser' : 'SubUser';
  return refusal(
    'Forbidden.NoPermission',
    `This operation for ${arn} is forbidden by permission system.`,
    {
      AccessDeniedDetail: {
        AuthAction: action,
        AuthPrincipalType: userName === undefined ? 'Account' : type,
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalDisplayName: userName ?? accountId,
        ...denial,
        EncodedDiagnosticMessage: diagnosticMessage(caller),
      },
    },
  );
}

/** As samples of its first version: 01 01, four zero bytes, the time in seconds, a UUID; in base64. */
function diagnosticMessage({ request }: Caller): string {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Math.floor(request.time.getTime() / 1000) % 2 ** 32, 6);
  return Buffer.concat([head, Buffer.from(request.requestId, 'ascii')]).toString('base64');
}
