import type { Command } from 'commander';
import { usingSecret } from '../../base/secret-bytes.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { repeatable } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { BackupSource } from '../../data-key/backup-source.ts';
import type { ComponentOrigin } from '../../documents/component-document.ts';
import { dataKeyIdOf } from '../../documents/encryption-context.ts';
import { dryRunRecover, recoverDataKey } from '../../data-key/recover.ts';
import type { DecryptedDataKey, KmsClient } from '../../kms/types.ts';
import { backupLabel, explainingFailures } from '../shared/backup/backup-failures.ts';
import type { BackupInputOptions } from '../shared/backup/backup-input.ts';
import { addBackupInputOptions, backupInputs, openBackup } from '../shared/backup/backup-input.ts';
import { connect } from '../shared/connect.ts';
import { addConnectionOptions } from '../shared/connection-options.ts';
import type { DataKeyOutputOptions } from '../shared/data-key/data-key-output.ts';
import {
  addDataKeyOutputOptions,
  planDataKeyOutput,
  prepareDataKeyOutput,
  writeDataKey,
} from '../shared/data-key/data-key-output.ts';
import { describe } from '../shared/describe.ts';
import { dryRunResult, warnOfRehearsal } from '../shared/partial-failure.ts';

interface RecoverKeyOptions extends BackupInputOptions, DataKeyOutputOptions {
  readonly dryRun: boolean;
}

/** `kmsx recover-key`: has KMS decrypt a backup, and gives the plaintext data key. */
export function defineRecoverKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Breaks the glass: has KMS decrypt a backup (Decrypt) and gives the plaintext data key. The backup is not changed; its context is taken from the document, or repeated by hand beside a bare CiphertextBlob.',
    examples: [
      [
        'the check values, to see that the backup is the right one',
        'kmsx recover-key --in payments.backup.json --check-value-only',
      ],
      [
        'the data key itself, into another program, if it is the expected one',
        'kmsx recover-key --in payments.backup.json --expect-check-value cmac:… --format raw | import-into-hsm',
      ],
      [
        'in components for three custodians, of whom any two can make it',
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
  addDataKeyOutputOptions(
    command,
    repeatable(
      '--expect-check-value <value>',
      'ecb:…, cmac:…, label:… or sha256:… that the data key must have',
    ),
  );
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
  const backup = await openBackup(options, session);
  const output = await prepareDataKeyOutput(plan, backup.inputs, session);
  try {
    const connection = await connect(backup.plan, session);
    const { kms } = connection;
    try {
      const source = await backup.source(kms);
      const facts = { source, label: backupLabel(options), kms };
      if (options.dryRun) {
        await explainingFailures(facts, () => dryRunRecover(source, kms));
        await warnOfRehearsal(kms, session);
        await printResult(dryRunResult([], source.KeyId, kms), session);
        return;
      }
      const answer = await explainingFailures(facts, () => recoverDataKey(source, kms));
      await usingSecret(answer.plaintext, async (dataKey) => {
        await warnOfRehearsal(kms, session);
        await writeDataKey(dataKey, plan, output, session, originOf(source, answer, kms));
      });
    } finally {
      await connection.close();
    }
  } finally {
    await output.discard();
  }
}

/** What the components of a split key say of where it came from. */
function originOf(
  { EncryptionContext }: BackupSource,
  { keyId, keyVersionId }: DecryptedDataKey,
  { isRehearsal }: KmsClient,
): ComponentOrigin {
  return {
    KeyId: keyId,
    KeyVersionId: keyVersionId,
    DataKeyId: dataKeyIdOf(EncryptionContext),
    Rehearsal: isRehearsal ? true : undefined,
  };
}
