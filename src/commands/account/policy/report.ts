import type { Permission } from '../../../account/command-permissions.ts';
import type { Decision, NotAskedReason } from '../../../account/decision.ts';
import type { PermissionDecision } from '../../../account/permissions.ts';
import { denialHint } from '../../../answers/denial.ts';
import type { KmsxError } from '../../../base/error.ts';
import { kmsxError } from '../../../base/error.ts';
import { table } from '../../../terminal/output/table.ts';

/** What `policy --check` prints about a permission. */
export interface PermissionLine {
  readonly Action: string;
  readonly Resource: string;
  /** Left out if it was not found out. */
  readonly Allowed?: boolean;
  /** Why it is not allowed, or why it was not found out. */
  readonly Reason?: string;
  readonly RequestId?: string;
}

/** Why a question was not asked, and whether another option makes it possible. */
const NOT_ASKED: Readonly<
  Record<NotAskedReason, { readonly why: string; readonly isAskable: boolean }>
> = {
  'no-key': { why: 'it needs a KMS key: give one with --key-id', isAskable: true },
  'no-new-key': { why: 'it needs the new KMS key: give it with --to-key-id', isAskable: true },
  'no-backup': { why: 'it needs a backup under this key: give one with --in', isAskable: true },
  'no-new-backup': {
    why: 'it needs a backup under the new key: give one with --in too',
    isAskable: true,
  },
  'no-dry-run': { why: 'OPERATION has no dry run, and would make one', isAskable: false },
  'rsa-export': {
    why: 'reencrypt-key --dry-run with the export itself asks it',
    isAskable: false,
  },
  'not-offered': { why: 'a dedicated gateway does not have OPERATION', isAskable: false },
};

/** What is printed about one permission. */
export function permissionLine({ permission, decision }: PermissionDecision): PermissionLine {
  const { action, resource } = permission;
  const requestId = 'error' in decision ? decision.error.requestId : undefined;
  return {
    Action: action,
    Resource: resource,
    ...judge(decision, permission),
    ...(requestId !== undefined && { RequestId: requestId }),
  };
}

function judge(
  decision: Decision,
  { action, target }: Permission,
): Pick<PermissionLine, 'Allowed' | 'Reason'> {
  if (decision.kind === 'granted') {
    return target === 'every key'
      ? { Reason: 'allowed for this key; for each other one it may differ' }
      : { Allowed: true };
  }
  if (decision.kind === 'not-asked') {
    const operation = /^kms:(ReEncrypt|.*)/.exec(action)?.[1] ?? action;
    return {
      Reason: `not asked: ${NOT_ASKED[decision.reason].why.replace('OPERATION', operation)}`,
    };
  }
  const { code, message } = decision.error;
  const told = `${message} (${code})`;
  if (decision.kind === 'failed') return { Reason: `not found out: ${told}` };
  switch (decision.missing) {
    case 'this': {
      const { denial } = decision;
      const Reason = denial === undefined ? told : `${denialHint(denial)} (${code})`;
      return { Allowed: false, Reason };
    }
    case 'other':
      return { Reason: 'not found out: the other permission of ReEncrypt is missing' };
    case 'either': {
      const which = 'kms:ReEncryptFrom on the old key, kms:ReEncryptTo on the new one, or both';
      return { Allowed: false, Reason: `${told}: ${which}` };
    }
  }
}

/** The answers that say that KMS was not asked: with another option it can be, or not at all. */
export function notAsked(
  decisions: readonly PermissionDecision[],
  isAskable: boolean,
): readonly PermissionDecision[] {
  return decisions.filter(
    ({ decision }) =>
      decision.kind === 'not-asked' && NOT_ASKED[decision.reason].isAskable === isAskable,
  );
}

/**
 * The error that the answers end the command with: a script must not take a question that was not asked for a yes.
 *
 * @param hasKey - whether the options name a KMS key
 * @returns `permission-missing`, or what KMS refused otherwise, or `permissions-unasked`; undefined if all is allowed
 */
export function conclusion(
  decisions: readonly PermissionDecision[],
  hasKey: boolean,
): KmsxError | undefined {
  const missing = decisions.filter(({ decision }) => isDenial(decision));
  if (missing.length > 0) {
    const explicit = missing.filter(
      ({ decision }) => isDenial(decision) && decision.denial?.kind === 'explicit',
    );
    const deny = explicit.length === 0 ? 'none' : explicit.length < missing.length ? 'some' : 'all';
    return kmsxError('permission-missing', `these credentials lack ${namesOf(missing)}`, {
      details: { deny },
    });
  }
  const failure = decisions.map(({ decision }) => decision).find(({ kind }) => kind === 'failed');
  if (failure?.kind === 'failed') return failure.error;
  const askable = notAsked(decisions, true);
  if (askable.length === 0) return undefined;
  const hints = hasKey ? undefined : ['give --key-id: a KMS key to describe'];
  return kmsxError('permissions-unasked', `not asked: ${namesOf(askable)}`, { hints });
}

function isDenial(decision: Decision): decision is Extract<Decision, { readonly kind: 'denied' }> {
  return decision.kind === 'denied' && decision.missing !== 'other';
}

function namesOf(decisions: readonly PermissionDecision[]): string {
  return decisions
    .map(({ permission: { action, resource } }) => `${action} on ${resource}`)
    .join(' and ');
}

/** For a terminal: a row for each permission. */
export function permissionTable(lines: readonly PermissionLine[], columns: number): string {
  return table(
    ['action', 'allowed', 'resource', 'reason'],
    lines.map(({ Action, Resource, Allowed, Reason = '' }) => [
      Action,
      Allowed === undefined ? '?' : Allowed ? 'yes' : 'no',
      Resource,
      Reason,
    ]),
    columns,
  );
}
