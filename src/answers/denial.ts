import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import { fieldOf } from './json.ts';

/** Where a statement stands, by the PolicyType of an AccessDeniedDetail (RAM's DecodeDiagnosticMessage lists them). */
export const POLICIES: Readonly<Record<string, string>> = {
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
  Federated: 'the federated identity ',
  Account: 'the account ',
};

const ARN =
  /(?:^|[\s"'])(acs:(?:kms|ram):[a-z0-9-]{0,63}:(\d{1,20}):[a-z]{1,20}\/[\w/+=.@-]{0,199}[\w/+=@-])(?=\.?(?:[\s"',]|$))/;

/** What an answer says was refused. */
interface Refused {
  /** `kms:Decrypt on acs:kms:…` */
  readonly what: string;
  /** `the RAM user exporter`, with its account where that is another one than the resource's. */
  readonly who: string | undefined;
  readonly policy: string | undefined;
  /** For RAM's DecodeDiagnosticMessage. */
  readonly encoded: string | undefined;
}

/**
 * What mends a refusal for want of a permission, from the AccessDeniedDetail of KMS's answer and the ARN in its
 * Message (RAM's page on access denied errors). What an answer says is repeated only where it looks like an
 * action, an ARN, an account, the name of a principal, or a diagnostic message.
 *
 * @param body - the JSON object of the answer
 * @param action - KMS's name of the operation, for an answer that does not name it
 * @returns a hint, or undefined where the answer does not say what kind of refusal it is
 */
export function denialHint(body: JsonObject, action: string): string | undefined {
  const detail = fieldOf(body, 'AccessDeniedDetail');
  if (!isJsonObject(detail)) return undefined;
  const refused = refusedIn(body, detail, action);
  const { what, who, policy, encoded } = refused;
  const kind = fieldOf(detail, 'NoPermissionType');
  const decode =
    encoded === undefined
      ? undefined
      : `aliyun ram DecodeDiagnosticMessage --EncodedDiagnosticMessage ${encoded}`;
  if (kind === 'ExplicitDeny') {
    const place = policy === undefined ? '' : ` in ${policy}`;
    const remedy =
      policy === undefined && decode !== undefined ? `find it by ${decode}` : 'take it away';
    return `a Deny statement${place} forbids ${what}${who === undefined ? '' : ` to ${who}`}: ${remedy}`;
  }
  if (kind === 'ImplicitDeny') {
    return `allow ${what}${who === undefined ? '' : ` for ${who}`} in ${policy ?? 'a RAM policy'}`;
  }
  return decode === undefined ? undefined : `${decode} shows why ${what} is refused`;
}

function refusedIn(body: JsonObject, detail: JsonObject, action: string): Refused {
  const name = matching(fieldOf(detail, 'AuthAction'), /^(?:kms|sts):[A-Za-z]{1,64}$/);
  const what = name ?? `kms:${action}`;
  const arn = arnIn(fieldOf(body, 'Message'));
  return {
    what: arn === undefined ? what : `${what} on ${arn.text}`,
    who: principalIn(detail, arn?.account),
    policy: entryOf(POLICIES, fieldOf(detail, 'PolicyType')),
    encoded: matching(
      fieldOf(detail, 'EncodedDiagnosticMessage'),
      /^[A-Za-z0-9][A-Za-z0-9+/_-]{0,1023}={0,2}$/,
    ),
  };
}

/** `the RAM user exporter`; a role session is ROLE:SESSION. Its account is named where it is not the resource's own. */
function principalIn(detail: JsonObject, resourceAccount: string | undefined): string | undefined {
  const name = matching(
    fieldOf(detail, 'AuthPrincipalDisplayName'),
    /^[A-Za-z0-9_][\w.@:/-]{0,127}$/,
  );
  if (name === undefined) return undefined;
  const owner = matching(fieldOf(detail, 'AuthPrincipalOwnerId'), /^\d{1,20}$/);
  const isNamed = owner !== undefined && owner !== resourceAccount && owner !== name;
  const account = isNamed ? ` of account ${owner}` : '';
  return `${entryOf(PRINCIPALS, fieldOf(detail, 'AuthPrincipalType')) ?? ''}${name}${account}`;
}

function arnIn(message: unknown): { readonly text: string; readonly account: string } | undefined {
  if (typeof message !== 'string') return undefined;
  const [, text, account] = ARN.exec(message.slice(0, 2000)) ?? [];
  return text === undefined || account === undefined ? undefined : { text, account };
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function entryOf(table: Readonly<Record<string, string>>, name: unknown): string | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
