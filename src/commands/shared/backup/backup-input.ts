import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { Input, InputRequest } from '../../../terminal/files/inputs.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { BackupSource } from '../../../data-key/backup-source.ts';
import { backupSourceOf } from '../../../data-key/backup-source.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { Envelope } from '../../../documents/read-document.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { readSecretBackup } from '../../../data-key/secret-backup.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { secretNameOf, storeNameOf } from './backup-places.ts';
import type { StoreOptions } from '../store/store-options.ts';
import { addStoreOptions, planStoreOf, withStore } from '../store/store-options.ts';
import type { ConnectionOptions, ConnectionPlan } from '../connection/connection-options.ts';
import { planConnection } from '../connection/connection-options.ts';
import type { ContextOptions } from '../context-options.ts';
import { addContextOptions, contextInput, readContext } from '../context-options.ts';
import { assertRehearsalMatches } from '../rehearsal.ts';
import { explainingWrongFile } from '../wrong-file/wrong-file.ts';

/** The options that name a backup and its encryption context. */
export interface BackupInputOptions extends ConnectionOptions, ContextOptions, StoreOptions {
  readonly in: string;
}

export function addBackupInputOptions(command: Command): void {
  command.option(
    '--in <file>',
    'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input',
    '-',
  );
  addContextOptions(command);
  addStoreOptions(command);
}

/** The inputs that these options name: for the rule of one stdin. */
export function backupInputs(options: BackupInputOptions): InputRequest[] {
  return [{ option: '--in', path: options.in }, ...contextInput(options)];
}

/** A backup as a place on the command line names it: what a file says is known at once, what KMS keeps is not. */
export interface BackupAtPlace {
  /** As it was given: a file, `-` or `secret:NAME`. */
  readonly place: string;
  /** What the place is called in messages. */
  readonly label: string;
  /** Every file that was read: no output may become one. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  /** What the file said; undefined if KMS keeps the backup. */
  readonly known: BackupSource | undefined;
  /** The file itself, as it was read; undefined if KMS keeps the backup. */
  readonly envelope: Envelope | undefined;
  /**
   * Asks KMS for what it keeps; what a file said is returned again.
   *
   * @throws KmsxError those of KMS and of reading; `rehearsal-mixed`, `region-contradicts`
   */
  source(kms: KmsClient, plan: ConnectionPlan): Promise<BackupSource>;
}

/** A backup that was read and checked as far as it can be before KMS is asked, and the way to its KMS. */
export interface OpenedBackup extends Omit<BackupAtPlace, 'source'> {
  readonly plan: ConnectionPlan;
  source(kms: KmsClient): Promise<BackupSource>;
}

/**
 * Reads the backup that `--in` names, with its context, and plans the connection.
 *
 * @throws KmsxError those of `readContext` and of `openBackupAt`
 */
export async function openBackup(
  options: BackupInputOptions,
  session: Session,
): Promise<OpenedBackup> {
  const { context, inputs } = await readContext(options, session, 'repeated');
  const backup = await openBackupAt(options.in, context, options, session);
  return { ...backup, inputs: [...inputs, ...backup.inputs] };
}

/**
 * Reads a backup and plans the connection: the region comes from the document unless it is given, the endpoint never.
 *
 * @param context - of the options: it must agree with the document's, or be the only one
 * @throws KmsxError those of `readBackupPlace` and of `planConnection`; `rehearsal-mixed`
 */
export async function openBackupAt(
  place: string,
  context: EncryptionContext | undefined,
  options: ConnectionOptions & StoreOptions,
  session: Session,
): Promise<OpenedBackup> {
  const readStored = readStoredBy(options, session);
  const backup = await readBackupPlace(place, context, readStored, session);
  const { known, label } = backup;
  const plan = await planConnection(options, { documentRegion: known?.Region }, session);
  if (known !== undefined) assertRehearsalMatches(known, plan, label);
  return {
    ...backup,
    inputs: [...backup.inputs, ...plan.inputs],
    plan,
    source: (kms) => backup.source(kms, plan),
  };
}

/** Reads a backup of a store, with the files that were read for it. */
export type ReadStored = (
  label: string,
  name: string,
) => Promise<{ readonly bytes: Buffer; readonly inputs: readonly Pick<Input, 'fileId'>[] }>;

/** Reads from the store that the options name, on a connection for each backup. */
export function readStoredBy(options: StoreOptions, session: Session): ReadStored {
  return async (label, name) => {
    const planned = await planStoreOf(label, options, session);
    const bytes = await withStore(planned, session, (store) => store.read(name));
    return { bytes, inputs: planned.inputs };
  };
}

/**
 * Reads a backup from a file or a store, or notes that KMS keeps it: `secret:NAME` is read when there is a connection.
 *
 * @param context - of the options: it must agree with the document's, or be the only one
 * @param readStored - asks the store
 * @throws KmsxError those of reading; `secret-name-malformed`, `store-name-malformed`, `options-conflict`
 */
export async function readBackupPlace(
  place: string,
  context: EncryptionContext | undefined,
  readStored: ReadStored,
  session: Session,
): Promise<BackupAtPlace> {
  const { io, reporter } = session;
  const secretName = secretNameOf(place);
  if (secretName !== undefined) return keptInKms(place, secretName, context);
  const storeName = storeNameOf(place);
  if (storeName !== undefined) return await keptInStore(place, storeName, context, readStored);
  const input = await readInput(place, 'a backup document', io, reporter);
  const { envelope, known } = await explainingWrongFile(input, 'backup', io, () => {
    const read = readEnvelope(input.bytes, input.label);
    return { envelope: read, known: backupSourceOf(read, context, input.label) };
  });
  const source = (): Promise<BackupSource> => Promise.resolve(known);
  return { place, label: input.label, inputs: [input], known, envelope, source };
}

/** A store is asked at once: it needs no connection to KMS, and its backup may say in which region that is. */
async function keptInStore(
  label: string,
  name: string,
  context: EncryptionContext | undefined,
  readStored: ReadStored,
): Promise<BackupAtPlace> {
  const { bytes, inputs } = await readStored(label, name);
  const envelope = readEnvelope(bytes, label);
  const known = backupSourceOf(envelope, context, label);
  return { place: label, label, inputs, known, envelope, source: () => Promise.resolve(known) };
}

function keptInKms(
  label: string,
  secretName: string,
  context: EncryptionContext | undefined,
): BackupAtPlace {
  return {
    place: label,
    label,
    inputs: [],
    known: undefined,
    envelope: undefined,
    source: async (kms, plan) => {
      const bytes = await readSecretBackup(secretName, kms);
      const source = backupSourceOf(readEnvelope(bytes, label), context, label);
      assertRehearsalMatches(source, plan, label);
      assertSameRegion(source, plan, { label, secretName });
      return source;
    },
  };
}

/** A secret is read in one region; the KMS key of the backup in it may be in another. */
function assertSameRegion(
  { Region }: BackupSource,
  { gateway }: ConnectionPlan,
  { label, secretName }: { readonly label: string; readonly secretName: string },
): void {
  if (gateway.kind !== 'public' && gateway.kind !== 'vpc') return;
  if (Region === undefined || gateway.region === undefined || Region === gateway.region) return;
  const message = `${label} is kept in ${gateway.region}, and its KMS key is in ${Region}`;
  throw kmsxError('region-contradicts', message, {
    hints: [
      `aliyun kms GetSecretValue --region ${gateway.region} --SecretName ${secretName} | jq -r .SecretData > backup.json, then --in backup.json`,
    ],
  });
}
