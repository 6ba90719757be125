import type { PermissionSubject } from '../../../account/permissions.ts';
import { permissionQuestions } from '../../../account/permissions.ts';
import type { KmsxError } from '../../../base/error.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { explained } from '../../shared/backup/backup-failures.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { reencryptHints } from '../../shared/backup/reencrypt-hints.ts';
import type { ConnectionPlan } from '../../shared/connection/connection-options.ts';
import type { CheckResult, Findings, Result } from './check.ts';
import { BACKUP_OPERATIONS, notChecked, notReached, pass, resultOf, warn } from './check.ts';
import type { KmsSubject } from './permission-check.ts';
import { actionOf, checkPermission } from './permission-check.ts';

/** What KMS is asked with, and the key's own id if it is known. */
export interface AskedAboutKey {
  readonly plan: ConnectionPlan;
  readonly permissions: PermissionSubject;
  readonly ownKeyId: string | undefined;
}

/**
 * Checks the backup that `--in` names, and the permissions to export, decrypt and re-encrypt it.
 *
 * @param asked - or why KMS is not asked
 */
export async function checkBackup(
  subject: KmsSubject,
  asked: AskedAboutKey | { readonly blocked: CheckResult },
  findings: Findings,
): Promise<void> {
  const { backup } = subject;
  const skipAll = async (result: CheckResult): Promise<void> => {
    for (const operation of BACKUP_OPERATIONS) {
      await findings.add(`permission:${operation}`, () => result);
    }
  };
  if (backup === undefined) {
    await skipAll(notChecked('it takes a backup to ask', 'kmsx doctor --in BACKUP'));
    return;
  }
  if ('blocked' in asked) {
    await findings.add('backup', () => checkFile(backup, asked.blocked));
    await skipAll(asked.blocked);
    return;
  }
  const source = backup.ok
    ? await resultOf(() => backup.value.source(asked.permissions.kms, asked.plan))
    : backup;
  await findings.add('backup', () => {
    if (!source.ok) throw source.error;
    const found = checkFile(backup, pass('read from the secret of KMS'));
    return checkKeyOfBackup(source.value, subject, asked) ?? found;
  });
  if (source.ok && backup.ok) {
    await checkPermissions(subject, asked, source.value, backup.value.label, findings);
  } else await skipAll(notReached('the backup cannot be used'));
}

/** @param ofSecret - the result for a backup that KMS keeps: there is no file to check */
function checkFile(backup: Result<BackupAtPlace>, ofSecret: CheckResult): CheckResult {
  if (!backup.ok) throw backup.error;
  const { known, label } = backup.value;
  return known === undefined ? ofSecret : pass(`${label} is a backup`);
}

/** Warns of a backup under another key: both can be in order, and yet not belong together. */
function checkKeyOfBackup(
  { KeyId }: BackupSource,
  { keyId }: KmsSubject,
  { ownKeyId }: AskedAboutKey,
): CheckResult | undefined {
  if (KeyId === undefined || ownKeyId === undefined) return undefined;
  if (KeyId === ownKeyId || KeyId.endsWith(`:key/${ownKeyId}`)) return undefined;
  return warn(
    `the backup is under ${KeyId}, another KMS key than ${keyId?.text ?? ownKeyId}`,
    'check that it is the right backup; each permission names the key that it is for',
  );
}

/** ReEncrypt is asked about for the key of `--key-id`, or for the one that the backup is under. */
async function checkPermissions(
  subject: KmsSubject,
  { permissions }: AskedAboutKey,
  source: BackupSource,
  label: string,
  findings: Findings,
): Promise<void> {
  const { KeyId, EncryptionContext: destinationContext } = source;
  const newKey = await resultOf(() =>
    KeyId === undefined ? subject.keyId : (subject.keyId ?? parseKeyId(KeyId)),
  );
  const destination = newKey.ok ? newKey.value : undefined;
  const request = destination && { source, destination, destinationContext, expected: [] };
  const facts = {
    source,
    label,
    kms: permissions.kms,
    ...(request && { hintsFor: (error: KmsxError) => reencryptHints(error, request) }),
  };
  const questions = permissionQuestions({ ...permissions, backup: source, newKey: destination });
  const ofKey = KeyId ?? 'the key of the backup';
  for (const operation of BACKUP_OPERATIONS) {
    await findings.add(`permission:${operation}`, async () => {
      const decision = await questions[actionOf(operation)]();
      if (decision.kind === 'not-asked' && decision.reason === 'no-new-key' && !newKey.ok) {
        throw newKey.error;
      }
      const told =
        'error' in decision ? { ...decision, error: explained(decision.error, facts) } : decision;
      const where =
        operation === 'ReEncrypt' ? `from ${ofKey} to ${destination?.text ?? ''}` : `on ${ofKey}`;
      return checkPermission(told, operation, subject, where);
    });
  }
}
