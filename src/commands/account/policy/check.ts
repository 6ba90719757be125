import type { CommandUse } from '../../../account/command-permissions.ts';
import { permissionsFor } from '../../../account/command-permissions.ts';
import type { Decision } from '../../../account/decision.ts';
import { decisionOf } from '../../../account/decision.ts';
import type { PermissionDecision } from '../../../account/permissions.ts';
import { checkPermissions } from '../../../account/permissions.ts';
import { kmsxError } from '../../../base/error.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { isDedicated, secretNameOf } from '../../shared/backup/backup-places.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';

/** A backup that permissions are tried on. */
interface NamedBackup {
  readonly label: string;
  readonly source: BackupSource;
}

/** What permissions can be tried on. */
export interface TriedOn {
  readonly backups: readonly BackupAtPlace[];
  /** The encryption context of new data keys, and of backups that do not have their own. */
  readonly context: EncryptionContext | undefined;
}

/** What KMS says about the permissions. */
export interface PolicyCheck {
  readonly decisions: readonly PermissionDecision[];
  /** Backups whose key cannot be compared with the alias that names the key. */
  readonly notCompared: readonly NamedBackup[];
}

/**
 * Asks KMS whether these credentials have each permission that the commands need.
 *
 * @throws KmsxError `permission-missing` for an alias that may not be resolved, `options-conflict` for a backup under
 * another key; those of reading backups and of KMS
 */
export async function checkPolicy(
  plan: CommandUse,
  { backups, context }: TriedOn,
  connection: ConnectionPlan,
  kms: KmsClient,
): Promise<PolicyCheck> {
  const key = plan.key && (await resolvedIfAllowed(plan.key, kms));
  const newKey = plan.newKey && (await resolved(plan.newKey, kms));
  const sourceKey = plan.sourceKey && (await resolved(plan.sourceKey, kms));
  const keptSecrets = new Map<string, Decision>();
  const named: NamedBackup[] = [];
  for (const backup of backups) {
    const { label } = backup;
    const decision = await decisionOf(() => backup.source(kms, connection));
    if (decision.kind === 'granted') named.push({ label, source: decision.value });
    if (decision.kind === 'failed') throw decision.error;
    const secretName = secretNameOf(label);
    if (secretName !== undefined) keptSecrets.set(secretName, decision);
  }
  const decisions = await checkPermissions(
    permissionsFor({ ...plan, key, newKey, sourceKey }, kms.region),
    {
      kms,
      isDedicated: isDedicated(connection.gateway),
      keyId: key?.text,
      context,
      newKey,
      fromRsaKey: sourceKey !== undefined,
      ...sortByKey(named, key, newKey),
      keptSecrets,
    },
  );
  const isAlias = key !== undefined && key.id === undefined;
  const notCompared = isAlias ? named.filter(({ source }) => source.KeyId !== undefined) : [];
  return { decisions, notCompared };
}

/** The key behind an alias; the alias itself if DescribeKey is not allowed: dry runs take it. */
async function resolvedIfAllowed(key: KeyIdentifier, kms: KmsClient): Promise<KeyIdentifier> {
  if (key.id !== undefined) return key;
  const decision = await decisionOf(() => kms.keys.describe(key.text));
  if (decision.kind === 'failed') throw decision.error;
  return decision.kind === 'granted' ? parseKeyId(decision.value.arn ?? decision.value.keyId) : key;
}

async function resolved(key: KeyIdentifier, kms: KmsClient): Promise<KeyIdentifier> {
  const found = await resolvedIfAllowed(key, kms);
  if (found.id !== undefined) return found;
  throw kmsxError(
    'permission-missing',
    `${key.text} is an alias, and DescribeKey, which gives the key behind it, is not allowed`,
    {
      details: { deny: 'none' },
      hints: ['give the ARN of the key: an alias is looked up by DescribeKey'],
    },
  );
}

/** A backup that does not name its key, or whose key cannot be compared, counts as one under the key. */
function sortByKey(
  backups: readonly NamedBackup[],
  key: KeyIdentifier | undefined,
  newKey: KeyIdentifier | undefined,
): { readonly backup: BackupSource | undefined; readonly newBackup: BackupSource | undefined } {
  let backup: BackupSource | undefined;
  let newBackup: BackupSource | undefined;
  for (const { label, source } of backups) {
    const { KeyId } = source;
    if (KeyId === undefined || isOf(KeyId, key)) backup ??= source;
    else if (isOf(KeyId, newKey)) newBackup ??= source;
    else if (key !== undefined && key.id === undefined) backup ??= source;
    else {
      throw kmsxError(
        'options-conflict',
        `${label} is under another KMS key than the options name`,
        {
          hints: [`name the KMS key of ${label} with --key-id, or leave --in ${label} out`],
        },
      );
    }
  }
  return { backup, newBackup };
}

function isOf(keyId: string, key: KeyIdentifier | undefined): boolean {
  return key?.id !== undefined && (keyId === key.id || keyId.endsWith(`:key/${key.id}`));
}
