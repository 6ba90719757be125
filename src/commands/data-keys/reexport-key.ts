import type { Command } from 'commander';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import type { Output } from '../../terminal/files/outputs.ts';
import { discardAll, prepareOutputs } from '../../terminal/files/outputs.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { Recipient } from '../../data-key/reexport.ts';
import { assertCarriedToAll, dryRunReexport, reexportDataKey } from '../../data-key/reexport.ts';
import type { KmsClient } from '../../kms/types.ts';
import type { BackupFacts } from '../shared/backup/backup-failures.ts';
import { backupLabel, explainingFailures } from '../shared/backup/backup-failures.ts';
import type { BackupInputOptions } from '../shared/backup/backup-input.ts';
import { addBackupInputOptions, backupInputs, openBackup } from '../shared/backup/backup-input.ts';
import { connect } from '../shared/connect.ts';
import { addConnectionOptions } from '../shared/connection-options.ts';
import { describe } from '../shared/describe.ts';
import { dryRunResult, warnOfRehearsal, writeDocument } from '../shared/partial-failure.ts';
import type { RecipientOptions } from '../shared/recipients.ts';
import {
  addRecipientOptions,
  checkRecipientOptions,
  readRecipients,
} from '../shared/recipients.ts';

interface ReexportKeyOptions extends BackupInputOptions, RecipientOptions {
  readonly dryRun: boolean;
  readonly out: string;
}

/** `kmsx reexport-key`: exports the data key of a backup under another public key. */
export function defineReexportKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Exports the data key of a backup again, under other public keys or another algorithm (ExportDataKey). The backup is not changed; its context is taken from the document, or repeated by hand beside a bare CiphertextBlob.',
    examples: [
      [
        'for a replaced HSM',
        'kmsx reexport-key --in payments.backup.json --pubkey new-hsm.pub.pem --out payments.export.json',
      ],
      [
        'a bare CiphertextBlob with its context',
        'kmsx reexport-key --in payments.blob --context purpose=payments --region cn-hangzhou --pubkey new-hsm.pub.pem',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  addBackupInputOptions(command);
  addRecipientOptions(command);
  command
    .option('--dry-run', 'ask KMS whether the calls would succeed, and write nothing', false)
    .option('--out <file>', 'where the export document goes; - is standard output', '-');
  addConnectionOptions(command);
  command.action(async (options: ReexportKeyOptions) => {
    await runReexportKey(options, createSession(command, io));
  });
}

async function runReexportKey(options: ReexportKeyOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  checkRecipientOptions(options);
  assertOneStdin([
    ...backupInputs(options),
    ...options.pubkey.map((path) => ({ option: '--pubkey', path })),
  ]);
  const { recipients, inputs } = await readRecipients(options, session);
  const backup = await openBackup(options, session);
  if (backup.known !== undefined) assertCarriedToAll(backup.known, recipients);

  const outputs = await prepareOutputs(
    [{ option: '--out', path: options.out, holds: 'document' }],
    [...inputs, ...backup.inputs],
    { ...session.options, io, reporter },
  );
  try {
    const connection = await connect(backup.plan, session);
    try {
      const source = await backup.source(connection.kms);
      const facts = { source, label: backupLabel(options), kms: connection.kms };
      await reexportAndWrite(facts, recipients, options.dryRun, outputs, session);
    } finally {
      await connection.close();
    }
  } finally {
    await discardAll(outputs);
  }
}

async function reexportAndWrite(
  facts: BackupFacts & { readonly kms: KmsClient },
  recipients: readonly Recipient[],
  isDryRun: boolean,
  outputs: readonly Output[],
  session: Session,
): Promise<void> {
  const { source, kms } = facts;
  assertCarriedToAll(source, recipients);
  if (isDryRun) {
    await explainingFailures(facts, async () => {
      for (const recipient of recipients) await dryRunReexport(source, recipient, kms);
    });
    await warnOfRehearsal(kms, session);
    await printResult(dryRunResult([], source.KeyId, kms), session);
    return;
  }
  const now = (): Date => session.io.now();
  const document = await explainingFailures(facts, () =>
    reexportDataKey(source, recipients, { kms, now }),
  );
  await warnOfRehearsal(kms, session);
  const [out] = outputs;
  if (out !== undefined) await writeDocument(document, out, session);
}
