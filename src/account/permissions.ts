import { KmsxError } from '../base/error.ts';
import type { KeyIdentifier } from '../kms/key-id.ts';
import type { KmsClient } from '../kms/types.ts';
import { findWrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { BackupSource } from '../data-key/backup-source.ts';
import type { Denial } from '../answers/denial.ts';
import { denialHint } from '../answers/denial.ts';
import { isNoPermission } from '../answers/refusal.ts';
import type { OneTimeKey } from '../data-key/one-time-export.ts';
import { dryRunOneTimeExport, makeOneTimeKey } from '../data-key/one-time-export.ts';
import type { Permission } from './ram-policy.ts';
import { dryRunRecover } from '../data-key/recover.ts';
import { dryRunReencrypt } from '../data-key/reencrypt/reencrypt.ts';
import { wrappingParameters } from '../data-key/recipient.ts';

/** Whether these credentials have a permission, as `policy --check` prints it. */
export interface PermissionVerdict {
  readonly Action: string;
  readonly Resource: string;
  /** Left out where it was not found out. */
  readonly Allowed?: boolean;
  /** Why it is not allowed, or why it was not found out. */
  readonly Reason?: string;
  readonly RequestId?: string;
}

/** What the permissions can be tried on. */
export interface CheckSubject {
  readonly kms: KmsClient;
  /** As KMS takes a KeyId. Undefined where none is named, which only `list-keys` does without. */
  readonly keyId: string | undefined;
  readonly newKey: KeyIdentifier | undefined;
  /** Whether ReEncrypt would take an export for an RSA key, which a dry run on a backup says nothing of. */
  readonly fromRsaKey: boolean;
  /** A backup under the key, and one under the new key, where they are there. */
  readonly backup: BackupSource | undefined;
  readonly newBackup: BackupSource | undefined;
  /** How reading the backups that KMS keeps ended, by the name of the secret. */
  readonly keptSecrets: ReadonlyMap<string, KmsxError | undefined>;
  /** A dedicated gateway has cryptographic operations only. */
  readonly isDedicated: boolean;
}

/** What was found of all permissions. */
export interface PermissionCheck {
  readonly verdicts: readonly PermissionVerdict[];
  /** What KMS refused for other reasons than a permission, in order. */
  readonly failures: readonly KmsxError[];
  /** What was not asked and could be, with another option. */
  readonly askable: readonly PermissionVerdict[];
  /** What nobody can ask. */
  readonly unaskable: readonly PermissionVerdict[];
  /** What a Deny statement forbids: it outweighs all that is allowed. */
  readonly denied: readonly PermissionVerdict[];
}

/** Why a permission was not asked. */
interface Unasked {
  readonly why: string;
  /** Whether another option lets it be asked. */
  readonly isAskable: boolean;
}

/** How a question ended: a yes, a refusal, or not asked. */
type Outcome = true | KmsxError | Unasked;

/** What is asked, or why it is not. */
type Question = Promise<unknown> | Unasked;

/**
 * Asks KMS whether these credentials have each permission, and changes nothing: cryptographic operations are asked by
 * dry run, with a one-time public key where one is needed; what only reads names is called.
 *
 * @param makeKey - makes the one-time key, once and only where it is needed
 * @throws KmsxError where KMS could not be asked: those of the kind `unavailable`, and credentials that are refused
 */
export async function checkPermissions(
  permissions: readonly Permission[],
  subject: CheckSubject,
  makeKey: () => Promise<OneTimeKey> = makeOneTimeKey,
): Promise<PermissionCheck> {
  const oneTimeKey = once(makeKey);
  const reEncrypt = once(() => outcomeOf(askReEncrypt(subject)));
  const verdicts: PermissionVerdict[] = [];
  const failures: KmsxError[] = [];
  const askable: PermissionVerdict[] = [];
  const unaskable: PermissionVerdict[] = [];
  const denied: PermissionVerdict[] = [];
  for (const permission of permissions) {
    const outcome = permission.action.startsWith('kms:ReEncrypt')
      ? await reEncrypt()
      : await outcomeOf(ask(permission, subject, oneTimeKey));
    const verdict = verdictOf(permission, outcome);
    verdicts.push(verdict);
    if (outcome === true) continue;
    if (!(outcome instanceof KmsxError)) (outcome.isAskable ? askable : unaskable).push(verdict);
    else if (!isNoPermission(outcome)) failures.push(outcome);
    else if (verdict.Allowed === false && outcome.denial?.kind === 'explicit') denied.push(verdict);
  }
  return { verdicts, failures, askable, unaskable, denied };
}

function ask(
  permission: Permission,
  subject: CheckSubject,
  oneTimeKey: () => Promise<OneTimeKey>,
): Question {
  const { kms, keyId, backup, newBackup, isDedicated } = subject;
  switch (permission.action) {
    case 'kms:GenerateAndExportDataKey':
      return askGenerate(subject, oneTimeKey);
    case 'kms:ExportDataKey': {
      const isNew = permission.scope === 'new key';
      const source = isNew ? newBackup : backup;
      return source === undefined
        ? noBackup(isNew)
        : oneTimeKey().then((key) => dryRunOneTimeExport(source, kms, key));
    }
    case 'kms:Decrypt':
      return backup === undefined ? noBackup(false) : dryRunRecover(backup, kms);
    case 'kms:DescribeKey':
      if (isDedicated) return notOffered('DescribeKey');
      return keyId === undefined ? noKey() : kms.keys.describe(keyId);
    case 'kms:ListKeys':
      return isDedicated ? notOffered('ListKeys') : kms.keys.list(ONE_ENTRY);
    case 'kms:ListAliases':
      return isDedicated ? notOffered('ListAliases') : kms.keys.listAliases(ONE_ENTRY);
    case 'kms:CreateSecret':
      return never('CreateSecret has no dry run, and would make one');
    case 'kms:GetSecretValue':
      return askedBefore(subject, permission.secretName ?? '');
    case 'kms:ReEncryptFrom':
    case 'kms:ReEncryptTo':
      return askReEncrypt(subject);
  }
}

function askGenerate(
  { kms, keyId }: CheckSubject,
  oneTimeKey: () => Promise<OneTimeKey>,
): Question {
  if (keyId === undefined) return noKey();
  return oneTimeKey().then(({ publicKey }) => {
    const algorithm = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
    const recipient = wrappingParameters({ publicKey, algorithm });
    return kms.dryRun.generateAndExportDataKey({ keyId, keySpec: 'AES_256', ...recipient });
  });
}

const ONE_ENTRY = { pageNumber: 1, pageSize: 1 };

/** One dry run asks for both of its permissions. */
function askReEncrypt({ kms, backup, newKey, fromRsaKey, isDedicated }: CheckSubject): Question {
  if (isDedicated) return notOffered('ReEncrypt');
  if (fromRsaKey) return never('reencrypt-key --dry-run with the export itself tells');
  if (backup === undefined || newKey === undefined) return noBackup(false);
  const request = {
    source: backup,
    destination: newKey,
    destinationContext: backup.EncryptionContext,
    expected: [],
  };
  return dryRunReencrypt(request, kms);
}

/** The backup was read before anything else, since the rest is tried on it. */
function askedBefore({ keptSecrets }: CheckSubject, name: string): Question {
  if (!keptSecrets.has(name)) return noBackup(false);
  const error = keptSecrets.get(name);
  return error === undefined ? Promise.resolve() : Promise.reject(error);
}

function noBackup(isNew: boolean): Unasked {
  const why = isNew
    ? 'it needs a backup under the new key: give one with --in too'
    : 'it needs a backup under this key: give one with --in';
  return { why, isAskable: true };
}

function noKey(): Unasked {
  return { why: 'it needs a KMS key: give one with --key-id', isAskable: true };
}

function never(why: string): Unasked {
  return { why, isAskable: false };
}

function notOffered(operation: string): Unasked {
  return never(`a dedicated gateway does not have ${operation}`);
}

async function outcomeOf(question: Question): Promise<Outcome> {
  if ('why' in question) return question;
  try {
    await question;
    return true;
  } catch (error) {
    if (!(error instanceof KmsxError) || !isAnswer(error)) throw error;
    return error;
  }
}

/** What stops one question only; without a connection or valid credentials none of the others can be asked. */
function isAnswer(error: KmsxError): boolean {
  const { kind } = error;
  return (kind !== 'unavailable' && kind !== 'credentials') || isNoPermission(error);
}

function verdictOf({ action, resource, scope }: Permission, outcome: Outcome): PermissionVerdict {
  const asked = { Action: action, Resource: resource };
  if (outcome === true) {
    return scope === 'every key'
      ? { ...asked, Reason: 'allowed for this key; for each other one it may differ' }
      : { ...asked, Allowed: true };
  }
  if (!(outcome instanceof KmsxError)) return { ...asked, Reason: `not asked: ${outcome.why}` };
  const { code, message, requestId } = outcome;
  const origin = requestId === undefined ? {} : { RequestId: requestId };
  if (!isNoPermission(outcome)) {
    return { ...asked, Reason: `not found out: ${message} (${code})`, ...origin };
  }
  const { denial } = outcome;
  if (action.startsWith('kms:ReEncrypt') && denial?.action !== action) {
    return namesOther(denial, action)
      ? {
          ...asked,
          Reason: 'not found out: the other permission of ReEncrypt is missing',
          ...origin,
        }
      : {
          ...asked,
          Allowed: false,
          Reason: `${message} (${code}): kms:ReEncryptFrom on the old key, kms:ReEncryptTo on the new one, or both`,
          ...origin,
        };
  }
  return {
    ...asked,
    Allowed: false,
    Reason: `${denial === undefined ? message : denialHint(denial)} (${code})`,
    ...origin,
  };
}

function namesOther(denial: Denial | undefined, action: string): boolean {
  const other = action === 'kms:ReEncryptTo' ? 'kms:ReEncryptFrom' : 'kms:ReEncryptTo';
  return denial?.action === other;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= work());
}
