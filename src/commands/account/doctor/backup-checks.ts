import type { BackupSource } from '../../../data-key/backup-source.ts';
import { dryRunOneTimeExport } from '../../../data-key/one-time-export.ts';
import { dryRunRecover } from '../../../data-key/recover.ts';
import { dryRunReencrypt } from '../../../data-key/reencrypt/reencrypt.ts';
import { dryRunReexport } from '../../../data-key/reexport.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { explainingFailures } from '../../shared/backup/backup-failures.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { isDedicated } from '../../shared/backup/backup-places.ts';
import { reencryptHints } from '../../shared/backup/reencrypt-hints.ts';
import type { Findings, Outcome, Verdict } from './check.ts';
import { notReached, outcomeOf, pass, warn } from './check.ts';
import { checkPermission } from './key-checks.ts';
import type { Asked, Operation } from './subject.ts';
import { GIVE_KEY, PERMISSIONS } from './subject.ts';

/**
 * Judges what `--in` names as far as a file tells: without KMS.
 *
 * @param ofSecret - the verdict on a backup that KMS keeps
 */
export function checkBackupFile(backup: Outcome<BackupAtPlace>, ofSecret: Verdict): Verdict {
  if (!backup.ok) throw backup.error;
  const { known, label } = backup.value;
  return known === undefined ? ofSecret : pass(`${label} is a backup`);
}

/** What is asked, and the id of the key that `--key-id` names, where that is known. */
type AskedOfBackup = Asked & { readonly ownKeyId: string | undefined };

/**
 * Asks what can be asked with a backup alone, and adds it: `backup`, and the permission to export, open and re-encrypt
 * it.
 *
 * @param blocked - why KMS is not asked
 */
export async function checkBackup(
  subject: AskedOfBackup,
  blocked: Verdict | undefined,
  findings: Findings,
): Promise<void> {
  const { backup, kms, plan } = subject;
  const [, ...actions] = PERMISSIONS;
  const addAll = async (verdict: Verdict): Promise<void> => {
    for (const action of actions) await findings.add(`permission:${action}`, () => verdict);
  };
  if (backup === undefined) {
    await addAll(notReached('it takes a backup to ask', 'kmsx doctor --in BACKUP'));
    return;
  }
  if (blocked !== undefined) {
    await findings.add('backup', () => checkBackupFile(backup, blocked));
    await addAll(blocked);
    return;
  }
  const source = backup.ok ? await outcomeOf(() => backup.value.source(kms, plan)) : backup;
  await findings.add('backup', () => {
    if (!source.ok) throw source.error;
    const found = checkBackupFile(backup, pass('read from the secret of KMS'));
    return underAnotherKey(source.value, subject) ?? found;
  });
  if (!source.ok || !backup.ok) {
    await addAll(notReached('the backup cannot be used'));
    return;
  }
  await askOfBackup(subject, source.value, backup.value.label, findings);
}

/** Both can be in order, and yet not belong together. */
function underAnotherKey(
  { KeyId }: BackupSource,
  { ownKeyId, keyId }: AskedOfBackup,
): Verdict | undefined {
  if (KeyId === undefined || ownKeyId === undefined) return undefined;
  if (KeyId === ownKeyId || KeyId.endsWith(`:key/${ownKeyId}`)) return undefined;
  return warn(
    `the backup is under ${KeyId}, another KMS key than ${keyId?.text ?? ownKeyId}`,
    'is it the backup that you mean? each permission says which key it is for',
  );
}

async function askOfBackup(
  subject: Asked,
  source: BackupSource,
  label: string,
  findings: Findings,
): Promise<void> {
  const { kms, recipients } = subject;
  const [recipient] = recipients;
  const facts = { source, label, kms };
  const where = `on ${source.KeyId ?? 'the key of the backup'}`;
  const ask = async (action: Operation, dryRun: () => Promise<unknown>): Promise<void> => {
    await findings.add(`permission:${action}`, async () => {
      const outcome = await outcomeOf(() => explainingFailures(facts, dryRun));
      return checkPermission(outcome, action, subject, where);
    });
  };
  await ask('ExportDataKey', async () => {
    if (recipient === undefined) await dryRunOneTimeExport(source, kms);
    else await dryRunReexport(source, recipient, kms);
  });
  await ask('Decrypt', () => dryRunRecover(source, kms));
  await findings.add('permission:ReEncrypt', () => askReencrypt(subject, source, label));
}

/** ReEncrypt to the key of `--key-id`, or to the one that the backup is under. */
async function askReencrypt(subject: Asked, source: BackupSource, label: string): Promise<Verdict> {
  const { kms, gateway, keyId } = subject;
  if (isDedicated(gateway)) {
    return notReached('a dedicated gateway has no ReEncrypt', '--gateway public or vpc has it');
  }
  const { KeyId, EncryptionContext } = source;
  const destination = keyId ?? (KeyId === undefined ? undefined : parseKeyId(KeyId));
  if (destination === undefined) {
    return notReached('no --key-id, and the backup does not tell its own', GIVE_KEY);
  }
  const request = { source, destination, destinationContext: EncryptionContext, expected: [] };
  const dryRun = await outcomeOf(() =>
    explainingFailures(
      { source, label, kms, hintsFor: (error) => reencryptHints(error, request) },
      () => dryRunReencrypt(request, kms),
    ),
  );
  const where = `from ${KeyId ?? 'the key of the backup'} to ${destination.text}`;
  return checkPermission(dryRun, 'ReEncrypt', subject, where);
}
