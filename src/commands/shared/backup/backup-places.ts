import { hasCode, kmsxError } from '../../../base/error.ts';
import { shellWord } from '../../../base/text/shell-word.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../../base/place-prefixes.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import {
  assertSecretFree,
  assertSecretName,
  createSecretBackup,
} from '../../../data-key/secret-backup.ts';
import type { BackupDocument } from '../../../documents/backup-document.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { assertStoreName } from '../../../stores/name.ts';
import type { Store } from '../../../stores/store.ts';
import type { PlannedStore, StoreOptions } from '../store/store-options.ts';
import { planStoreOf } from '../store/store-options.ts';
import { tellWritten } from '../view/written.ts';
import type { ConnectionPlan } from '../connection/connection-options.ts';

/** Where `--backup` puts a backup: into files and streams first, then into a store, then into secrets of KMS. */
export interface BackupPlaces {
  readonly files: readonly OutputRequest[];
  /** Names in a store. */
  readonly stores: readonly string[];
  /** Names of secrets. */
  readonly secrets: readonly string[];
}

/** A backup that is on stable storage. */
export interface StandingBackup {
  readonly label: string;
  /** What `--in` would take, where the backup can be read again. */
  readonly in: string | undefined;
}

/** The name of the secret that `secret:NAME` means; undefined for another place. */
export function secretNameOf(place: string): string | undefined {
  return nameAfter(SECRET_PREFIX, assertSecretName, place);
}

/** The name in a store that `store:NAME` means; undefined for another place. */
export function storeNameOf(place: string): string | undefined {
  return nameAfter(STORE_PREFIX, assertStoreName, place);
}

function nameAfter(
  prefix: string,
  assertName: (name: string) => void,
  place: string,
): string | undefined {
  if (!place.startsWith(prefix)) {
    assertNotLike(prefix, place);
    return undefined;
  }
  const name = place.slice(prefix.length);
  assertName(name);
  return name;
}

/** `Secret:NAME` would be a file beside which nobody looks for a backup in KMS. */
function assertNotLike(prefix: string, place: string): void {
  const word = prefix.slice(0, -1);
  const like = new RegExp(`^\\s*${word}s?\\s*[:：=]\\s*(?:\\/\\/)?(.*)$`, 'i');
  const name = like.exec(place)?.[1]?.trim();
  if (name === undefined || name === '') return;
  throw kmsxError('bad-usage', `${JSON.stringify(place)} is neither a file nor ${prefix}NAME`, {
    hints: [
      `did you mean ${shellWord(prefix + name)}? a file of that name is ${shellWord(`./${place}`)}`,
    ],
  });
}

/**
 * Sorts what `--backup` names.
 *
 * @throws KmsxError `secret-name-malformed`, `store-name-malformed`, `output-twice`
 */
export function readBackupPlaces(backup: readonly string[]): BackupPlaces {
  const files: OutputRequest[] = [];
  const stores: string[] = [];
  const secrets: string[] = [];
  for (const path of backup) {
    const [secret, stored] = [secretNameOf(path), storeNameOf(path)];
    const [names, name] = secret === undefined ? [stores, stored] : [secrets, secret];
    if (name === undefined) files.push({ option: '--backup', path, holds: 'backup' });
    else if (!names.includes(name)) names.push(name);
    else throw kmsxError('output-twice', `--backup ${path} is given twice`);
  }
  return { files, stores, secrets };
}

/**
 * Refuses secrets with a dedicated gateway, which only gives secrets out.
 *
 * @throws KmsxError `operation-not-offered`
 */
export function assertTakesSecrets({ secrets }: BackupPlaces, { gateway }: ConnectionPlan): void {
  const [name] = secrets;
  if (name === undefined || !isDedicated(gateway)) return;
  throw kmsxError(
    'operation-not-offered',
    `--backup ${SECRET_PREFIX}${name} needs CreateSecret, which a dedicated gateway does not have`,
  );
}

/** Under its own name a dedicated gateway is one, by whatever option it was reached. */
export function isDedicated(gateway: ConnectionPlan['gateway']): boolean {
  if (gateway.kind === 'local') return false;
  return gateway.kind === 'instance' || gateway.host.endsWith('.cryptoservice.kms.aliyuncs.com');
}

/**
 * Refuses a gateway that does not re-encrypt.
 *
 * @throws KmsxError `operation-not-offered`
 */
export function assertHasReEncrypt({ gateway }: ConnectionPlan): void {
  if (!isDedicated(gateway)) return;
  throw kmsxError('operation-not-offered', 'a dedicated gateway does not have ReEncrypt');
}

/**
 * Checks that no secret exists yet, so that no data key is generated for nothing. It is CreateSecret itself that keeps a
 * backup out of an existing secret.
 *
 * @throws KmsxError `secret-exists`; those of KMS
 */
export async function checkSecrets(
  { secrets }: BackupPlaces,
  kms: KmsClient,
  { reporter }: Session,
): Promise<void> {
  for (const name of secrets) {
    if (await assertSecretFree(name, kms)) continue;
    await reporter.warn(
      `whether ${SECRET_PREFIX}${name} exists could not be asked: no permission for DescribeSecret`,
    );
  }
}

/**
 * Plans the store that a backup goes into.
 *
 * @returns undefined if it goes into none
 * @throws KmsxError those of `planStoreOf`
 */
export async function planBackupStore(
  { stores }: BackupPlaces,
  options: StoreOptions,
  session: Session,
): Promise<PlannedStore | undefined> {
  const [name] = stores;
  if (name === undefined) return undefined;
  return await planStoreOf(`--backup ${STORE_PREFIX}${name}`, options, session);
}

/**
 * Checks that a store takes backups and that no name is in it yet, so that no data key is generated for nothing.
 *
 * @param store - undefined if no backup goes into one
 * @throws KmsxError those of `Store.assertReady` and `Store.assertFree`
 */
export async function checkStored(
  { stores }: BackupPlaces,
  store: Store | undefined,
): Promise<StoredName[]> {
  if (store === undefined) return [];
  await store.assertReady();
  for (const name of stores) await store.assertFree(name);
  return stores.map((name) => ({ store, name }));
}

interface StoredName {
  readonly store: Store;
  readonly name: string;
}

/** The places of a backup, made ready, and the backups that stand there already. */
export interface BackupOutputs {
  readonly files: readonly Output[];
  /** Names in a store, which is open. */
  readonly stored: readonly StoredName[];
  /** Names of secrets. */
  readonly secrets: readonly string[];
  /** Grows with each backup that is on stable storage. */
  readonly standing: StandingBackup[];
}

/** A backup, and what a store is told of it besides. */
export interface KeptBackup {
  readonly document: BackupDocument;
  /** What a file gets. */
  readonly line: Buffer;
  /** Those of the exports that are made with it. */
  readonly wrappingKeyFingerprints: readonly string[];
}

/** Whether an error of writing says that the file is there all the same. */
function isWhole(error: unknown): boolean {
  return hasCode(error, 'file-unwritable') && error.details.isWhole === true;
}

/**
 * Writes a backup to every place, one after the other; resolves when all are on stable storage.
 *
 * @throws KmsxError those of writing, those of `Store.keep`, `secret-exists`, those of KMS
 */
export async function keepBackups(
  { document, line, wrappingKeyFingerprints }: KeptBackup,
  { files, stored, secrets, standing }: BackupOutputs,
  kms: KmsClient,
  session: Session,
): Promise<void> {
  const { io } = session;
  for (const output of files) {
    const { label, isStdout } = output;
    const stands = (): void => void standing.push({ label, in: isStdout ? undefined : label });
    await output.write(line).catch((error: unknown) => {
      if (isWhole(error)) stands();
      throw error;
    });
    stands();
  }
  const text = line.toString().trimEnd();
  for (const { store, name } of stored) {
    await store.keep({ name, document, text, wrappingKeyFingerprints });
    const label = `${STORE_PREFIX}${name}`;
    standing.push({ label, in: label });
    await tellWritten([`${label} in ${store.label}`], session);
  }
  for (const name of secrets) {
    const versionId = `kmsx-${io.randomBytes(16).toString('hex')}`;
    await createSecretBackup({ name, versionId, text }, kms);
    const label = `${SECRET_PREFIX}${name}`;
    standing.push({ label, in: label });
    await tellWritten([`${label} in KMS`], session);
  }
}
