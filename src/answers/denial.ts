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

const KINDS: Readonly<Record<string, Denial['kind']>> = {
  ExplicitDeny: 'explicit',
  ImplicitDeny: 'implicit',
};

const ARN =
  /(?:^|[\s"'])(acs:(?:kms|ram):[a-z0-9-]{0,63}:(\d{1,20}):[a-z]{1,20}\/[\w/+=.@-]{0,199}[\w/+=@-])(?=\.?(?:[\s"',]|$))/;

/** Who lacks which permission, as an answer says. */
export interface Denial {
  /** A Deny statement, no Allow statement, or a kind that is not known. */
  readonly kind: 'explicit' | 'implicit' | 'unknown';
  /** As a RAM policy names it: `kms:Decrypt`. */
  readonly action: string;
  /** The ARN in the Message of the answer. */
  readonly resource: string | undefined;
  /** `the RAM user exporter`, with its account if that is not the account of the resource. */
  readonly principal: string | undefined;
  /** Where the statement is, or should be: one of `POLICIES`. */
  readonly policy: string | undefined;
  /** For RAM's DecodeDiagnosticMessage. */
  readonly encoded: string | undefined;
}

/**
 * Reads the AccessDeniedDetail of an answer, and the ARN in its Message (RAM's page on access denied errors). What an
 * answer says is taken only if it looks like an action, an ARN, an account, the name of a principal, or a diagnostic
 * message.
 *
 * @param body - the JSON object of the answer
 * @param action - KMS's name of the operation, for an answer that does not name it
 * @returns undefined if the answer does not say what kind of refusal it is, nor how to find out
 */
export function denialIn(body: JsonObject, action: string): Denial | undefined {
  const detail = fieldOf(body, 'AccessDeniedDetail');
  if (!isJsonObject(detail)) return undefined;
  const kind = entryOf(KINDS, fieldOf(detail, 'NoPermissionType')) ?? 'unknown';
  const encoded = matching(
    fieldOf(detail, 'EncodedDiagnosticMessage'),
    /^[A-Za-z0-9][A-Za-z0-9+/_-]{0,1023}={0,2}$/,
  );
  if (kind === 'unknown' && encoded === undefined) return undefined;
  const arn = arnIn(fieldOf(body, 'Message'));
  return {
    kind,
    action:
      matching(fieldOf(detail, 'AuthAction'), /^(?:kms|sts):[A-Za-z]{1,64}$/) ?? `kms:${action}`,
    resource: arn?.text,
    principal: principalIn(detail, arn?.account),
    policy: entryOf(POLICIES, fieldOf(detail, 'PolicyType')),
    encoded,
  };
}

/** How to get the permission, in one line. */
export function denialHint(denial: Denial): string {
  const { kind, action, resource, principal, policy, encoded } = denial;
  const what = resource === undefined ? action : `${action} on ${resource}`;
  const decode = `aliyun ram DecodeDiagnosticMessage --EncodedDiagnosticMessage ${encoded ?? ''}`;
  if (kind === 'unknown') return `${decode} shows why ${what} is refused`;
  if (kind === 'implicit') {
    return `allow ${what}${principal === undefined ? '' : ` for ${principal}`} in ${policy ?? 'a RAM policy'}`;
  }
  const place = policy === undefined ? '' : ` in ${policy}`;
  const target = principal === undefined ? '' : ` to ${principal}`;
  const remedy =
    policy === undefined && encoded !== undefined ? `find it with ${decode}` : 'remove it';
  return `a Deny statement${place} forbids ${what}${target}: ${remedy}`;
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

function entryOf<T>(table: Readonly<Record<string, T>>, name: unknown): T | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
