import type { Command } from 'commander';
import { usingSecret } from '../../base/bytes/secret-bytes.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { dryRunRecover, recoverDataKey } from '../../data-key/recover.ts';
import { backupLabel, explainingFailures } from '../shared/backup/backup-failures.ts';
import type { BackupInputOptions } from '../shared/backup/backup-input.ts';
import { addBackupInputOptions, backupInputs, openBackup } from '../shared/backup/backup-input.ts';
import { withConnection } from '../shared/connection/connect.ts';
import { addConnectionOptions } from '../shared/connection/connection-options.ts';
import type { DataKeyOutputOptions } from '../shared/data-key/data-key-output.ts';
import {
  addDataKeyOutputOptions,
  planDataKeyOutput,
  withDataKeyOutput,
} from '../shared/data-key/data-key-output.ts';
import { describe } from '../shared/describe.ts';
import { assertStoreUsed } from '../shared/store/store-options.ts';
import { printDryRun } from '../shared/dry-run.ts';
import { warnOfRehearsal } from '../shared/rehearsal.ts';

interface RecoverKeyOptions extends BackupInputOptions, DataKeyOutputOptions {
  readonly dryRun: boolean;
}

/** `kmsx recover-key`: has KMS decrypt a backup, and outputs the plaintext data key. */
export function defineRecoverKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Break glass: has KMS decrypt a backup (Decrypt) and outputs the plaintext data key. The backup is not changed; its context is taken from the document, or repeated by hand beside a bare CiphertextBlob.',
    examples: [
      [
        'the check values, to see that the backup is the right one',
        'kmsx recover-key --in payments.backup.json --check-value-only',
      ],
      [
        'the data key itself, into another program, if it is the expected one',
        'kmsx recover-key --in payments.backup.json --expect-check-value cmac:… --format raw --out - | import-into-hsm',
      ],
      [
        'in components for three custodians, any two of whom can combine it',
        'kmsx recover-key --in payments.backup.json --threshold 2 --component 1.json --component 2.json --component 3.json',
      ],
      [
        'ask KMS whether it would work',
        'kmsx recover-key --in payments.backup.json --out key.b64 --dry-run',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  addBackupInputOptions(command);
  addDataKeyOutputOptions(command);
  command.option('--dry-run', 'ask KMS whether the call would succeed, and write nothing', false);
  addConnectionOptions(command);
  command.action(async (options: RecoverKeyOptions) => {
    await runRecoverKey(options, createSession(command, io));
  });
}

async function runRecoverKey(options: RecoverKeyOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const plan = planDataKeyOutput(options);
  assertOneStdin(backupInputs(options));
  assertStoreUsed(options, [options.in]);
  const backup = await openBackup(options, session);
  const done = `Recovered the data key of ${backupLabel(options)}`;
  await withDataKeyOutput(plan, done, backup.inputs, session, (write) =>
    withConnection(backup.plan, session, async (kms) => {
      const source = await backup.source(kms);
      const facts = { source, label: backupLabel(options), kms };
      if (options.dryRun) {
        await explainingFailures(facts, () => dryRunRecover(source, kms));
        await printDryRun(kms, source.KeyId, [], session);
        return;
      }
      const recovered = await explainingFailures(facts, () => recoverDataKey(source, kms));
      await usingSecret(recovered.dataKey, async (dataKey) => {
        await warnOfRehearsal(kms, session);
        await write(dataKey, recovered.origin);
      });
    }),
  );
}
