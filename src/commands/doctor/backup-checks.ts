import type { BackupSource } from '../../data-key/backup-source.ts';
import { dryRunOneTimeExport } from '../../data-key/one-time-export.ts';
import { dryRunRecover } from '../../data-key/recover.ts';
import { dryRunReencrypt } from '../../data-key/reencrypt.ts';
import { dryRunReexport } from '../../data-key/reexport.ts';
import { parseKeyId } from '../../kms/key-id.ts';
import { explainingFailures } from '../backup-failures.ts';
import type { BackupAtPlace } from '../backup-input.ts';
import { isDedicated } from '../backup-places.ts';
import { reencryptHints } from '../reencrypt-hints.ts';
import type { Findings, Outcome, Verdict } from './check.ts';
import { notReached, outcomeOf, pass } from './check.ts';
import { checkPermission } from './key-checks.ts';
import type { Asked } from './subject.ts';
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

/**
 * Asks what can be asked with a backup alone, and adds it: `backup`, and the permission to export, open and re-encrypt
 * it.
 *
 * @param blocked - why KMS is not asked
 */
export async function checkBackup(
  subject: Asked,
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
    return checkBackupFile(backup, pass('read from the secret of KMS'));
  });
  if (!source.ok || !backup.ok) {
    await addAll(notReached('the backup cannot be used'));
    return;
  }
  await askOfBackup(subject, source.value, backup.value.label, findings);
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
  const ask = async (action: string, dryRun: () => Promise<unknown>): Promise<void> => {
    await findings.add(`permission:${action}`, async () =>
      checkPermission(await outcomeOf(() => explainingFailures(facts, dryRun))),
    );
  };
  await ask('ExportDataKey', async () => {
    if (recipient === undefined) await dryRunOneTimeExport(source, kms);
    else await dryRunReexport(source, recipient, kms);
  });
  await ask('Decrypt', () => dryRunRecover(source, kms));
  await findings.add('permission:ReEncrypt', () => askReencrypt(subject, source, label));
}

/** ReEncrypt to the key of `--key-id`, or to the one that the backup is under. */
async function askReencrypt(
  { kms, gateway, keyId }: Asked,
  source: BackupSource,
  label: string,
): Promise<Verdict> {
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
  return checkPermission(dryRun);
}
