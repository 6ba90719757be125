import type { Command } from 'commander';
import { envValue } from '../../base/env.ts';
import { kmsxError } from '../../base/error.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { jsonLine } from '../../terminal/output/json-output.ts';
import { printView } from '../../terminal/output/view.ts';
import { oneOf, repeatable } from '../../terminal/options.ts';
import type { Output } from '../../terminal/files/outputs.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { BackupDocument } from '../../documents/backup-document.ts';
import type { ExportDocument } from '../../documents/export-document.ts';
import { bindEncryptionContext } from '../../documents/encryption-context.ts';
import type { ExportRequest } from '../../data-key/export.ts';
import { dataKeyLength, dryRunExport, exportDataKey } from '../../data-key/export.ts';
import { assertFitsAll } from '../../data-key/recipient.ts';
import type { KeyIdentifier } from '../../kms/key-id.ts';
import { parseKeyId } from '../../kms/key-id.ts';
import type { KmsClient } from '../../kms/types.ts';
import type { Store } from '../../stores/store.ts';
import type { BackupOutputs } from '../shared/backup/backup-places.ts';
import {
  assertTakesSecrets,
  checkSecrets,
  checkStored,
  keepBackups,
  planBackupStore,
  readBackupPlaces,
} from '../shared/backup/backup-places.ts';
import { withConnection } from '../shared/connection/connect.ts';
import type { ConnectionOptions } from '../shared/connection/connection-options.ts';
import { addConnectionOptions, planConnection } from '../shared/connection/connection-options.ts';
import type { ContextOptions } from '../shared/context-options.ts';
import { addContextOptions, contextInput, readContext } from '../shared/context-options.ts';
import { dataKeySize } from '../shared/data-key-size.ts';
import { describe } from '../shared/describe.ts';
import { printDryRun } from '../shared/dry-run.ts';
import type { ExportedOptions } from '../shared/partial-failure.ts';
import {
  contextOfBlob,
  interruptedWords,
  reexportCommand,
  rethrowNamingBackups,
} from '../shared/partial-failure.ts';
import type { RecipientOptions } from '../shared/recipients.ts';
import {
  addRecipientOptions,
  addTokenRecipientOptions,
  checkRecipientOptions,
  maxExportBytes,
  readRecipients,
  recipientInputs,
} from '../shared/recipients.ts';
import { noteAlias } from '../shared/note-alias.ts';
import { warnOfRehearsal } from '../shared/rehearsal.ts';
import { withOutputs, writeDocument } from '../shared/with-outputs.ts';
import type { StoreOptions } from '../shared/store/store-options.ts';
import { addStoreOptions, assertStoreUsed } from '../shared/store/store-options.ts';
import { backupsShown } from '../shared/view/backups.ts';
import { exportVerdict, exportView } from './views/export-view.ts';

interface ExportKeyOptions
  extends ConnectionOptions, ContextOptions, RecipientOptions, StoreOptions {
  readonly keyId?: string;
  readonly keySpec?: 'AES_256' | 'AES_128';
  readonly numberOfBytes?: string;
  readonly bind: boolean;
  readonly dryRun: boolean;
  readonly backup: readonly string[];
  readonly backupFormat: 'json' | 'blob';
  readonly out: string;
}

/** `kmsx export-key`: generates a data key in KMS and exports it under public keys. */
export function defineExportKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Generates a data key in KMS and exports it under one or more public keys. Prints the export document. KMS keeps no copy: --backup writes a backup, which keeps the CiphertextBlob, before the export is shown.',
    examples: [
      [
        'export a data key, keep the backup',
        'kmsx export-key --key-id alias/payments --pubkey pub.pem --backup payments.backup.json | jq -r .ExportedDataKey',
      ],
      [
        'two HSMs, a context, and a fingerprint that was read aloud for each',
        'kmsx export-key --key-id alias/payments --pubkey a.pem --expect-fingerprint SHA256:… --pubkey b.pem --expect-fingerprint SHA256:… --context purpose=payments --backup b.json --out e.json',
      ],
      [
        'bound to its backups, of which KMS keeps one',
        'kmsx export-key --key-id alias/payments --pubkey pub.pem --bind --backup payments.backup.json --backup secret:backups/payments --out payments.export.json',
      ],
      [
        'with its backup in a database',
        'kmsx export-key --key-id alias/payments --pubkey pub.pem --backup store:payments-2026 --store postgresql://db.example/keys --out payments.export.json',
      ],
      [
        'ask KMS whether it would work, and write nothing',
        'kmsx export-key --key-id alias/payments --pubkey pub.pem --backup b.json --dry-run',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command.option('--key-id <id>', 'the KMS key: id, alias/NAME or ARN (env KMSX_KEY_ID)');
  addRecipientOptions(command);
  command
    .addOption(
      oneOf('--key-spec <spec>', 'the kind of data key', ['AES_256', 'AES_128']).default(
        undefined,
        'AES_256',
      ),
    )
    .option('--number-of-bytes <n>', 'a data key of that many bytes, 1 to 1024');
  addContextOptions(command);
  command
    .option(
      '--bind',
      'add a unique id to the context, so that no other backup opens in its place',
      false,
    )
    .option('--dry-run', 'ask KMS whether the call would succeed, and write nothing', false)
    .addOption(
      repeatable(
        '--backup <file>',
        'where the backup document goes: a file, - for standard output, store:NAME in a database, or secret:NAME for a new secret of KMS',
      ),
    )
    .addOption(
      oneOf('--backup-format <format>', 'the document, or the bare CiphertextBlob', [
        'json',
        'blob',
      ]).default('json'),
    )
    .option('--out <file>', 'where the export document goes; - is standard output', '-');
  addTokenRecipientOptions(command);
  addStoreOptions(command);
  addConnectionOptions(command);
  command.action(async (options: ExportKeyOptions) => {
    await runExportKey(options, createSession(command, io));
  });
}

async function runExportKey(options: ExportKeyOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const keyId = parseKeyId(requireKeyId(options, io));
  const size = dataKeySize(options);
  checkRecipientOptions(options);
  const places = readBackupPlaces(options.backup);
  assertStoreUsed(options, options.backup);
  assertBindIsKept(options);
  assertOneStdin([...recipientInputs(options), ...contextInput(options)]);
  const { recipients, inputs } = await readRecipients(options, session);
  const { context: given, inputs: contextInputs } = await readContext(options, session, 'new');
  const context = options.bind ? bindEncryptionContext(given, io.randomBytes(16)) : given;
  const request: ExportRequest = { keyId: keyId.text, recipients, size, context };
  assertFitsAll(recipients, dataKeyLength(size));
  const plan = await planConnection(options, { keyRegion: keyId.region }, session);
  assertTakesSecrets(places, plan);
  const planned = await planBackupStore(places, options, session);

  const requests = {
    files: places.files,
    out: {
      option: '--out',
      path: options.out,
      holds: 'document',
      reserveBytes: maxExportBytes(recipients),
    },
  } as const;
  const allInputs = [...inputs, ...contextInputs, ...plan.inputs, ...(planned?.inputs ?? [])];
  await withOutputs(requests, allInputs, session, async ({ files, out }) => {
    if (context !== undefined && options.backupFormat === 'blob' && options.backup.length > 0) {
      await reporter.warn('a bare CiphertextBlob does not carry its context: keep the context too');
    }
    const work = async (kms: KmsClient, store: Store | undefined): Promise<void> => {
      const stored = await checkStored(places, store);
      await checkSecrets(places, kms, session);
      if (options.dryRun) {
        const notAsked = places.secrets.map(() => 'CreateSecret');
        const notChecked = [...notAsked, ...(await dryRunExport(request, kms))];
        await printDryRun(kms, request.keyId, notChecked, session);
        return;
      }
      const backups = { files, stored, secrets: places.secrets, standing: [] };
      const repeated = exportedOptions(options, keyId.region, out);
      await exportAndWrite({ request, keyId, repeated, backups, out, kms }, session);
    };
    await withConnection(plan, session, work, planned);
  });
}

function requireKeyId(options: ExportKeyOptions, io: Io): string {
  const keyId = options.keyId ?? envValue(io.env, 'KMSX_KEY_ID');
  if (keyId === undefined) throw kmsxError('bad-usage', '--key-id is needed, or KMSX_KEY_ID');
  return keyId;
}

/** A bare CiphertextBlob does not carry its context, and the id would be lost. */
function assertBindIsKept({ bind, backupFormat }: ExportKeyOptions): void {
  if (!bind || backupFormat === 'json') return;
  throw kmsxError('options-conflict', '--bind and --backup-format blob exclude each other', {
    hints: ['leave out --bind or --backup-format blob'],
  });
}

/**
 * What the command that goes on from a backup repeats: another account's key says in which region it is, and a secret
 * does not; only what is a file can be taken back.
 */
function exportedOptions(
  { out: path, ...options }: ExportKeyOptions,
  keyRegion: string | undefined,
  out: Output,
): ExportedOptions {
  const region = options.region ?? keyRegion;
  return {
    ...options,
    ...(region !== undefined && { region }),
    ...(out.retract !== undefined && { out: path }),
  };
}

async function exportAndWrite(
  work: {
    readonly request: ExportRequest;
    readonly keyId: KeyIdentifier;
    readonly repeated: ExportedOptions;
    readonly backups: BackupOutputs;
    readonly out: Output;
    readonly kms: KmsClient;
  },
  session: Session,
): Promise<void> {
  const { request, keyId, repeated, backups, out, kms } = work;
  const { io, reporter } = session;
  const { files, stored, secrets } = backups;
  const keepsNone = files.length + stored.length + secrets.length === 0;
  if (keepsNone && out.isStdout && io.stdout.fileId === undefined) {
    await reporter.warn(
      'without --backup the only copy of the CiphertextBlob goes to standard output',
    );
  }
  let forget = (): void => undefined;
  try {
    const document = await exportDataKey(request, {
      kms,
      now: () => io.now(),
      keepBackup: async (backup) => {
        await warnOfRehearsal(kms, session);
        await noteAlias(keyId, backup.KeyId, session);
        const line = repeated.backupFormat === 'blob' ? blobLine(backup) : jsonLine(backup);
        const kept = { document: backup, line, wrappingKeyFingerprints: fingerprintsOf(request) };
        forget = io.lastWords(() => interruptedWords(backups.standing, repeated, session));
        await keepBackups(kept, backups, kms, session);
      },
    });
    await writeDocument(document, out, session);
    await showExport(document, repeated, backups, out, session);
  } catch (error) {
    rethrowNamingBackups(error, backups.standing, repeated);
  } finally {
    forget();
  }
}

/** On a terminal: what was exported, where it lies, what to read aloud and what comes next. */
async function showExport(
  document: ExportDocument,
  repeated: ExportedOptions,
  backups: BackupOutputs,
  out: Output,
  session: Session,
): Promise<void> {
  await printView(() => {
    const { backupRows, against } = backupsShown('backup', backups);
    return exportView({
      verdict: exportVerdict('a new data key', document),
      document,
      options: repeated,
      contextOfBlob: contextOfBlob(repeated),
      out,
      backupRows: backupRows.length === 0 ? undefined : backupRows,
      against,
      again:
        against.length === 0
          ? undefined
          : reexportCommand(backups.standing, { out: 'export.json', ...repeated }),
    });
  }, session);
}

function fingerprintsOf({ recipients }: ExportRequest): string[] {
  return recipients.map(({ publicKey }) => publicKey.fingerprint);
}

function blobLine({ CiphertextBlob }: BackupDocument): Buffer {
  return Buffer.from(`${CiphertextBlob}\n`);
}
