import type { Command } from 'commander';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { printView } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { assertFitsAll } from '../../data-key/recipient.ts';
import { dryRunReexport, reexportDataKey } from '../../data-key/reexport.ts';
import { backupLabel, explainingFailures } from '../shared/backup/backup-failures.ts';
import type { BackupInputOptions } from '../shared/backup/backup-input.ts';
import { addBackupInputOptions, backupInputs, openBackup } from '../shared/backup/backup-input.ts';
import { withConnection } from '../shared/connection/connect.ts';
import { addConnectionOptions } from '../shared/connection/connection-options.ts';
import { describe } from '../shared/describe.ts';
import { assertStoreUsed } from '../shared/store/store-options.ts';
import { printDryRun } from '../shared/dry-run.ts';
import type { RecipientOptions } from '../shared/recipients.ts';
import {
  addRecipientOptions,
  addTokenRecipientOptions,
  checkRecipientOptions,
  maxExportBytes,
  readRecipients,
  recipientInputs,
} from '../shared/recipients.ts';
import { warnOfRehearsal } from '../shared/rehearsal.ts';
import { withOutputs, writeDocument } from '../shared/with-outputs.ts';
import { nextCommand } from '../shared/view/next-command.ts';
import { exportVerdict, exportView } from './views/export-view.ts';

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
  addTokenRecipientOptions(command);
  addConnectionOptions(command);
  command.action(async (options: ReexportKeyOptions) => {
    await runReexportKey(options, createSession(command, io));
  });
}

async function runReexportKey(options: ReexportKeyOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  checkRecipientOptions(options);
  assertOneStdin([...backupInputs(options), ...recipientInputs(options)]);
  const { recipients, inputs } = await readRecipients(options, session);
  assertStoreUsed(options, [options.in]);
  const backup = await openBackup(options, session);
  assertFitsAll(recipients, backup.known?.NumberOfBytes);

  const reserveBytes = maxExportBytes(recipients);
  const requests = {
    out: { option: '--out', path: options.out, holds: 'document', reserveBytes },
  } as const;
  await withOutputs(requests, [...inputs, ...backup.inputs], session, ({ out }) =>
    withConnection(backup.plan, session, async (kms) => {
      const source = await backup.source(kms);
      assertFitsAll(recipients, source.NumberOfBytes);
      const facts = { source, label: backupLabel(options), kms };
      if (options.dryRun) {
        await explainingFailures(facts, async () => {
          for (const recipient of recipients) await dryRunReexport(source, recipient, kms);
        });
        await printDryRun(kms, source.KeyId, [], session);
        return;
      }
      const document = await explainingFailures(facts, () =>
        reexportDataKey(source, recipients, { kms, now: () => session.io.now() }),
      );
      await warnOfRehearsal(kms, session);
      await writeDocument(document, out, session);
      const against = options.in === '-' ? [] : [options.in];
      await printView(() => {
        const verdict = exportVerdict(`the data key of ${backupLabel(options)}`, document);
        const own = [
          ['--in', options.in === '-' ? 'BACKUP' : options.in],
          ['--out', 'export.json'],
        ] as const;
        const again = nextCommand(['reexport-key'], own, options, [
          'recipients',
          'context',
          'connection',
        ]);
        return exportView({
          ...{ verdict, document, options, out, against, again },
          backupRows: [],
          contextOfBlob: ['context'],
        });
      }, session);
    }),
  );
}
