import type { Command } from 'commander';
import { KmsxError } from '../../../base/error.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { documentForStdout, jsonLine } from '../../../terminal/output/json-output.ts';
import { hintsFor } from '../../../terminal/hints/hints.ts';
import { repeatable } from '../../../terminal/options.ts';
import { printView } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import { parseExpectedCheckValue } from '../../../documents/key-check-value.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { ReencryptRequest } from '../../../data-key/reencrypt/request.ts';
import type { ReencryptedBackup } from '../../../data-key/reencrypt/reencrypt.ts';
import {
  dryRunVerifiedReencrypt,
  reencryptDataKey,
} from '../../../data-key/reencrypt/reencrypt.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { Store } from '../../../stores/store.ts';
import { backupLabel, explainingFailures } from '../../shared/backup/backup-failures.ts';
import type { BackupInputOptions, OpenedBackup } from '../../shared/backup/backup-input.ts';
import {
  addBackupInputOptions,
  backupInputs,
  openBackup,
} from '../../shared/backup/backup-input.ts';
import type { BackupOutputs, KeptBackup } from '../../shared/backup/backup-places.ts';
import {
  checkSecrets,
  assertHasReEncrypt,
  checkStored,
  keepBackups,
  planBackupStore,
  readBackupPlaces,
} from '../../shared/backup/backup-places.ts';
import { expectCheckValueOption } from '../../shared/check-value-options.ts';
import { assertStoreUsed } from '../../shared/store/store-options.ts';
import { withConnection } from '../../shared/connection/connect.ts';
import { addConnectionOptions } from '../../shared/connection/connection-options.ts';
import { backupsShown } from '../../shared/view/backups.ts';
import { describe } from '../../shared/describe.ts';
import { printDryRun } from '../../shared/dry-run.ts';
import { whatStands } from '../../shared/partial-failure.ts';
import { noteAlias } from '../../shared/note-alias.ts';
import { warnOfRehearsal } from '../../shared/rehearsal.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import { assertOneRegion, withKeyRegion } from '../../shared/connection/key-region.ts';
import type { NewContextOptions } from './new-context-options.ts';
import { addNewContextOptions, newContextInput, readNewContext } from './new-context-options.ts';
import { reencryptHints } from '../../shared/backup/reencrypt-hints.ts';
import { reencryptView } from './view.ts';
import type { AsymmetricSourceOptions } from './source.ts';
import {
  addAsymmetricSourceOptions,
  chooseAsymmetricSource,
  planAsymmetricSource,
} from './source.ts';

interface ReencryptKeyOptions
  extends BackupInputOptions, NewContextOptions, AsymmetricSourceOptions {
  readonly toKeyId: string;
  readonly expectCheckValue: readonly string[];
  readonly dryRun: boolean;
  readonly backup: readonly string[];
}

/** `kmsx reencrypt-key`: makes a new backup under another KMS key. */
export function defineReencryptKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Re-encrypts the data key of a backup under another KMS key (ReEncrypt), and verifies the new backup before it is written: both backups are exported to one key pair made in memory, and compared. The old backup is not changed. With --source-key-id, an export for an RSA or SM2 key of KMS is re-encrypted under a symmetric key.',
    examples: [
      [
        'under another KMS key',
        'kmsx reencrypt-key --in payments.backup.json --to-key-id alias/payments-2027 --backup payments-2027.backup.json',
      ],
      [
        'with another context, kept in KMS too',
        'kmsx reencrypt-key --in old.json --to-key-id alias/payments-2027 --to-context purpose=archive --backup new.json --backup secret:backups/payments',
      ],
      [
        'an export for an RSA or SM2 key of KMS, back under a symmetric one',
        'kmsx reencrypt-key --in payments.export.json --source-key-id alias/rsa --source-key-version-id VERSION_ID --to-key-id alias/payments-2027 --backup new.json',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  addBackupInputOptions(command);
  command.requiredOption('--to-key-id <id>', 'the new KMS key: id, alias/NAME or ARN');
  addNewContextOptions(command);
  addAsymmetricSourceOptions(command);
  command
    .addOption(expectCheckValueOption())
    .option('--dry-run', 'ask KMS whether the calls would succeed, and write nothing', false)
    .addOption(
      repeatable(
        '--backup <file>',
        'where the new backup goes: a file, - for standard output, store:NAME in a database, or secret:NAME for a new secret of KMS',
      ),
    );
  addConnectionOptions(command);
  command.action(async (options: ReencryptKeyOptions) => {
    await runReencryptKey(options, createSession(command, io));
  });
}

async function runReencryptKey(options: ReencryptKeyOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const label = backupLabel(options);
  const places = readBackupPlaces(options.backup);
  assertStoreUsed(options, [options.in, ...options.backup]);
  const { backup, inputs, requestOf } = await planReencrypt(options, label, session);
  const planned = await planBackupStore(places, options, session);
  const isResult = options.backup.length === 0;
  const toStdout = { option: '--backup', path: '-', holds: 'backup' } as const;
  const requests = { files: isResult ? [toStdout] : places.files };
  const allInputs = [...inputs, ...(planned?.inputs ?? [])];
  await withOutputs(requests, allInputs, session, async ({ files }) => {
    const work = async (kms: KmsClient, store: Store | undefined): Promise<void> => {
      const stored = await checkStored(places, store);
      await checkSecrets(places, kms, session);
      const source = await backup.source(kms);
      const request = requestOf(source);
      const facts = {
        source,
        label,
        kms,
        hintsFor: (error: KmsxError) => reencryptHints(error, request, true),
      };
      if (options.dryRun) {
        const notChecked = await explainingFailures(facts, () =>
          dryRunVerifiedReencrypt(request, kms),
        );
        const notAsked = places.secrets.map(() => 'CreateSecret');
        await printDryRun(kms, request.destination.text, [...notChecked, ...notAsked], session);
        return;
      }
      const made = await explainingFailures(facts, () =>
        reencryptDataKey(request, { kms, now: () => session.io.now() }),
      );
      await warnOfRehearsal(kms, session);
      await noteAlias(request.destination, made.document.KeyId, session);
      await sayHowVerified(made, request, label, session);
      const line = isResult ? documentForStdout(made.document, session) : jsonLine(made.document);
      const backups = { files, stored, secrets: places.secrets, standing: [] };
      const kept = { document: made.document, line, wrappingKeyFingerprints: [] };
      await write(kept, backups, kms, session);
      const shown = {
        made,
        source,
        label,
        isResult,
        options: withKeyRegion(options, [request.destination]),
        ...backupsShown('new backup', backups),
      };
      await printView(() => reencryptView(shown), session);
    };
    await withConnection(backup.plan, session, work, planned);
  });
}

/** What the options ask for, checked as far as it can be before KMS is asked. */
interface ReencryptPlan {
  readonly backup: OpenedBackup;
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly requestOf: (source: BackupSource) => ReencryptRequest;
}

/** @param label - what the old backup is called in errors */
async function planReencrypt(
  options: ReencryptKeyOptions,
  label: string,
  session: Session,
): Promise<ReencryptPlan> {
  const destination = parseKeyId(options.toKeyId, '--to-key-id');
  const asymmetric = planAsymmetricSource(options);
  const expected = options.expectCheckValue.map(parseExpectedCheckValue);
  assertOneStdin([...backupInputs(options), ...newContextInput(options)]);

  const keys = asymmetric === undefined ? [destination] : [destination, asymmetric.key];
  const backup = await openBackup(withKeyRegion(options, keys), session);
  const { known, plan, envelope } = backup;
  assertOneRegion(keys, { ...options, documentRegion: known?.Region });
  assertHasReEncrypt(plan);
  const newContext = await readNewContext(options, session);
  const asymmetricSource = asymmetric && chooseAsymmetricSource(asymmetric, envelope, label);
  const requestOf = (source: BackupSource): ReencryptRequest => ({
    source,
    asymmetricSource,
    destination,
    destinationContext: newContext.over(source.EncryptionContext, label),
    expected,
  });
  if (known !== undefined) {
    oneTimeAlgorithm(known.NumberOfBytes);
    requestOf(known);
  }
  return { backup, inputs: [...backup.inputs, ...newContext.inputs], requestOf };
}

/** Says what was compared, and warns of what the new backup does not guarantee. */
async function sayHowVerified(
  { document, refusal, sameKeyBut }: ReencryptedBackup,
  { asymmetricSource }: ReencryptRequest,
  label: string,
  { reporter }: Session,
): Promise<void> {
  if (sameKeyBut !== undefined) {
    const { KeyId } = document;
    await reporter.warnAlways(
      `the new backup is under the KMS key of ${label} too (${KeyId}), with another ${sameKeyBut}`,
    );
  }
  if (refusal !== undefined) {
    await reporter.warn(
      `KMS refuses the CiphertextBlob of ${label} (Code ${refusal.code}), which was not opened`,
    );
    await reporter.note('verified: the new backup has the expected check value of 128 bits');
    return;
  }
  const whose = asymmetricSource === undefined ? label : `the CiphertextBlob in ${label}`;
  await reporter.note(`verified: the new backup holds the data key of ${whose}`);
}

/** Writes the verified backup to every place. If one fails, the error says what stands. */
async function write(
  kept: KeptBackup,
  backups: BackupOutputs,
  kms: KmsClient,
  session: Session,
): Promise<void> {
  try {
    await keepBackups(kept, backups, kms, session);
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    const labels = backups.standing.map(({ label }) => label);
    const stands =
      labels.length === 0
        ? 'the old backup stands'
        : `${whatStands('the new backup', labels)}, the old one too`;
    throw error.with({
      message: `${error.message}; ${stands}`,
      hints: error.code === 'answer-malformed' ? [] : hintsFor(error),
    });
  }
}
