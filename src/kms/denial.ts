import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import { fieldOf } from './answer-json.ts';

/** Where a statement stands, by the PolicyType of an AccessDeniedDetail. */
const POLICIES: Readonly<Record<string, string>> = {
  AccountLevelIdentityBasedPolicy: 'a RAM policy',
  ResourceGroupLevelIdentityBasedPolicy: 'a RAM policy of the resource group',
  ResourceBasedPolicy: 'the key policy',
  AssumeRolePolicy: 'the trust policy of the role',
  SessionPolicy: 'the session policy',
  ControlPolicy: 'a control policy of the resource directory',
};

const PRINCIPALS: Readonly<Record<string, string>> = {
  SubUser: 'the RAM user ',
  AssumedRoleUser: 'the role session ',
  Account: 'the account ',
};

const ARN =
  /(?:^|[\s"'])(acs:kms:[a-z0-9-]{1,63}:\d{1,20}:[a-z]{1,20}\/[\w/+=.@-]{0,199}[\w/+=@-])(?=\.?(?:[\s"',]|$))/;

/**
 * What mends a refusal for want of a permission, from the AccessDeniedDetail of KMS's answer and the ARN in its
 * Message (RAM's page on access denied errors). What an answer says is repeated only where it looks like an
 * action, an ARN and the name of a principal.
 *
 * @param body - the JSON object of the answer
 * @param action - KMS's name of the operation, for an answer that does not name it
 * @returns a hint, or undefined where the answer does not say what kind of refusal it is
 */
export function denialHint(body: JsonObject, action: string): string | undefined {
  const detail = fieldOf(body, 'AccessDeniedDetail');
  if (!isJsonObject(detail)) return undefined;
  const kind = fieldOf(detail, 'NoPermissionType');
  if (kind !== 'ExplicitDeny' && kind !== 'ImplicitDeny') return undefined;
  const what = matching(fieldOf(detail, 'AuthAction'), /^kms:[A-Za-z]{1,64}$/) ?? `kms:${action}`;
  const arn = arnIn(fieldOf(body, 'Message'));
  const on = arn === undefined ? what : `${what} on ${arn}`;
  const policyType = fieldOf(detail, 'PolicyType');
  const policy = entryOf(POLICIES, policyType);
  const who = principalIn(detail);
  if (kind === 'ExplicitDeny') {
    const place = policy === undefined ? '' : ` in ${policy}`;
    return `a Deny statement${place} forbids ${on}${who === undefined ? '' : ` to ${who}`}: take it away`;
  }
  return `allow ${on}${who === undefined ? '' : ` for ${who}`} in ${policy ?? 'a RAM policy'}`;
}

/** `the RAM user exporter`; a role session is ROLE:SESSION. */
function principalIn(detail: JsonObject): string | undefined {
  const name = matching(
    fieldOf(detail, 'AuthPrincipalDisplayName'),
    /^[A-Za-z0-9_][\w.@:-]{0,127}$/,
  );
  if (name === undefined) return undefined;
  return `${entryOf(PRINCIPALS, fieldOf(detail, 'AuthPrincipalType')) ?? ''}${name}`;
}

function arnIn(message: unknown): string | undefined {
  return typeof message === 'string' ? ARN.exec(message.slice(0, 2000))?.[1] : undefined;
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function entryOf(table: Readonly<Record<string, string>>, name: unknown): string | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
