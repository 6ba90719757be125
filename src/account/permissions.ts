import type { BackupSource } from '../data-key/backup-source.ts';
import { dryRunExport } from '../data-key/export.ts';
import type { OneTimeKey } from '../data-key/one-time-export.ts';
import { makeOneTimeKey, oneTimeAlgorithm } from '../data-key/one-time-export.ts';
import { dryRunRecover } from '../data-key/recover.ts';
import { dryRunReencrypt } from '../data-key/reencrypt/reencrypt.ts';
import type { Recipient } from '../data-key/recipient.ts';
import { dryRunReexport } from '../data-key/reexport.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import type { KeyIdentifier } from '../kms/key-id.ts';
import type { KeyMetadata } from '../kms/types.ts';
import type { KmsClient } from '../kms/types.ts';
import type { Decision, NotAskedReason } from './decision.ts';
import { decisionOf, notAsked } from './decision.ts';
import type { KmsAction, Permission } from './command-permissions.ts';

/** What the permissions are asked about. */
export interface PermissionSubject {
  readonly kms: KmsClient;
  /** Whether the gateway is a dedicated one. */
  readonly isDedicated: boolean;
  /** As KMS takes a KeyId. */
  readonly keyId: string | undefined;
  /** The key that a backup is re-encrypted under. */
  readonly newKey?: KeyIdentifier | undefined;
  /** Whether ReEncrypt would take an export for an asymmetric key. */
  readonly fromRsaKey?: boolean;
  readonly backup?: BackupSource | undefined;
  /** The encryption context of a new data key. */
  readonly context?: EncryptionContext | undefined;
  /** The recipient of exports; if there is none, a one-time key. */
  readonly recipient?: Recipient | undefined;
}

/** Questions about permissions. Each is asked when it is called first, and once. */
export type PermissionQuestions = Readonly<Record<Question, () => Promise<Decision>>> & {
  readonly 'kms:DescribeKey': () => Promise<Decision<KeyMetadata>>;
};

type Question = Exclude<KmsAction, 'kms:DescribeKey' | 'kms:CreateSecret' | 'kms:GetSecretValue'>;

const ONE_ENTRY = { pageNumber: 1, pageSize: 1 };

/**
 * What KMS can be asked about permissions without changing anything: cryptographic operations are asked by dry run,
 * with a one-time public key if there is no recipient; what only reads names is called.
 *
 * @param makeKey - makes the one-time key; called once at most
 */
export function permissionQuestions(
  { kms, isDedicated, keyId, newKey, fromRsaKey, backup, context, recipient }: PermissionSubject,
  makeKey: () => Promise<OneTimeKey> = makeOneTimeKey,
): PermissionQuestions {
  const catalog = isDedicated ? undefined : kms.keys;
  const notOffered = (): Promise<Decision<never>> => Promise.resolve(notAsked('not-offered'));
  const oneTimeKey = once(makeKey);
  const recipientFor = async (numberOfBytes: number | undefined): Promise<Recipient> => {
    if (recipient !== undefined) return recipient;
    const { publicKey } = await oneTimeKey();
    return { publicKey, algorithm: oneTimeAlgorithm(numberOfBytes) };
  };
  const reEncrypt = once(async (): Promise<Decision> => {
    if (isDedicated) return notAsked('not-offered');
    if (fromRsaKey === true) return notAsked('rsa-export');
    if (backup === undefined) return notAsked('no-backup');
    if (newKey === undefined) return notAsked('no-new-key');
    const destinationContext = backup.EncryptionContext;
    const request = { source: backup, destination: newKey, destinationContext, expected: [] };
    return await decisionOf(() => dryRunReencrypt(request, kms));
  });
  return {
    'kms:DescribeKey': catalog ? asking(keyId, 'no-key', (id) => catalog.describe(id)) : notOffered,
    'kms:ListKeys': asking(catalog, 'not-offered', (keys) => keys.list(ONE_ENTRY)),
    'kms:ListAliases': asking(catalog, 'not-offered', (keys) => keys.listAliases(ONE_ENTRY)),
    'kms:ListSecrets': asking(isDedicated ? undefined : kms, 'not-offered', (client) =>
      client.listSecrets(ONE_ENTRY),
    ),
    'kms:GenerateAndExportDataKey': asking(keyId, 'no-key', async (id) => {
      const recipients = [await recipientFor(32)] as const;
      await dryRunExport({ keyId: id, recipients, size: { keySpec: 'AES_256' }, context }, kms);
    }),
    'kms:ExportDataKey': asking(backup, 'no-backup', async (source) => {
      await dryRunReexport(source, await recipientFor(source.NumberOfBytes), kms);
    }),
    'kms:Decrypt': asking(backup, 'no-backup', (source) => dryRunRecover(source, kms)),
    'kms:ReEncryptFrom': async () =>
      oneOfTwo(await reEncrypt(), 'kms:ReEncryptFrom', 'kms:ReEncryptTo'),
    'kms:ReEncryptTo': async () =>
      oneOfTwo(await reEncrypt(), 'kms:ReEncryptTo', 'kms:ReEncryptFrom'),
  };
}

/** The answer about a permission of a command. */
export interface PermissionDecision {
  readonly permission: Permission;
  readonly decision: Decision;
}

/** What the permissions of commands are tried on. */
export interface CommandSubject extends PermissionSubject {
  /** A backup under the new key. */
  readonly newBackup: BackupSource | undefined;
  /** How reading the backups that KMS keeps ended, by the name of the secret. */
  readonly keptSecrets: ReadonlyMap<string, Decision>;
}

/**
 * Asks KMS whether these credentials have each permission, and changes nothing.
 *
 * @param makeKey - makes the one-time key; called once at most
 * @throws KmsxError if KMS could not be asked at all: kind `unavailable`, or credentials that KMS does not accept
 */
export async function checkPermissions(
  permissions: readonly Permission[],
  subject: CommandSubject,
  makeKey: () => Promise<OneTimeKey> = makeOneTimeKey,
): Promise<readonly PermissionDecision[]> {
  const { newBackup, keptSecrets } = subject;
  const oneTimeKey = once(makeKey);
  const questions = permissionQuestions(subject, oneTimeKey);
  const ofNewBackup = permissionQuestions({ ...subject, backup: newBackup }, oneTimeKey);
  const ask = async ({ action, target, secretName = '' }: Permission): Promise<Decision> => {
    if (action === 'kms:CreateSecret') return notAsked('no-dry-run');
    if (action === 'kms:GetSecretValue')
      return keptSecrets.get(secretName) ?? notAsked('no-backup');
    if (target !== 'new key' || action === 'kms:ReEncryptTo') return await questions[action]();
    return newBackup === undefined ? notAsked('no-new-backup') : await ofNewBackup[action]();
  };
  const decisions: PermissionDecision[] = [];
  for (const permission of permissions) {
    const decision = await ask(permission);
    if (
      decision.kind === 'failed' &&
      ['unavailable', 'credentials'].includes(decision.error.kind)
    ) {
      throw decision.error;
    }
    decisions.push({ permission, decision });
  }
  return decisions;
}

/** A question about a value, if there is one. */
function asking<V, T>(
  value: V | undefined,
  reason: NotAskedReason,
  work: (value: V) => Promise<T>,
): () => Promise<Decision<T>> {
  return once(async () =>
    value === undefined ? notAsked(reason) : await decisionOf(() => work(value)),
  );
}

/** What the answer to ReEncrypt says about one of its two permissions. */
function oneOfTwo(decision: Decision, action: KmsAction, other: KmsAction): Decision {
  if (decision.kind !== 'denied') return decision;
  const named = decision.denial?.action;
  if (named === action) return decision;
  return { ...decision, missing: named === other ? 'other' : 'either' };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= work());
}
