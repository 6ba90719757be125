import { hasCode, kmsxError } from '../../../base/error.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { SECRET_PREFIX } from '../../../base/secret-prefix.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import {
  assertSecretFree,
  assertSecretName,
  createSecretBackup,
} from '../../../data-key/secret-backup.ts';
import type { KmsClient } from '../../../kms/types.ts';
import { tellWritten } from '../view/written.ts';
import type { ConnectionPlan } from '../connection-options.ts';

/** Where `--backup` puts a backup: into files and streams first, then into secrets of KMS. */
export interface BackupPlaces {
  readonly files: readonly OutputRequest[];
  /** Names of secrets. */
  readonly secrets: readonly string[];
}

/** A backup that is on stable storage. */
export interface StandingBackup {
  readonly label: string;
  /** What `--in` would take, where the backup can be read again. */
  readonly in: string | undefined;
}

/** The name of the secret that `secret:NAME` means; undefined for a file. */
export function secretNameOf(place: string): string | undefined {
  if (!place.startsWith(SECRET_PREFIX)) {
    assertNoLikelySecret(place);
    return undefined;
  }
  const name = place.slice(SECRET_PREFIX.length);
  assertSecretName(name);
  return name;
}

/** `Secret:NAME` would be a file beside which nobody looks for a backup in KMS. */
function assertNoLikelySecret(place: string): void {
  const name = /^\s*secrets?\s*[:：=]\s*(?:\/\/)?(.*)$/i.exec(place)?.[1]?.trim();
  if (name === undefined || name === '') return;
  throw kmsxError('bad-usage', `${JSON.stringify(place)} is neither a file nor secret:NAME`, {
    hints: [
      `did you mean ${shellWord(SECRET_PREFIX + name)}? a file of that name is ${shellWord(`./${place}`)}`,
    ],
  });
}

/**
 * Sorts what `--backup` names.
 *
 * @throws KmsxError `secret-name-malformed`, `output-twice`
 */
export function readBackupPlaces(backup: readonly string[]): BackupPlaces {
  const files: OutputRequest[] = [];
  const secrets: string[] = [];
  for (const path of backup) {
    const name = secretNameOf(path);
    if (name === undefined) files.push({ option: '--backup', path, holds: 'backup' });
    else if (!secrets.includes(name)) secrets.push(name);
    else throw kmsxError('output-twice', `--backup ${path} is given twice`);
  }
  return { files, secrets };
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

/** The places of a backup, made ready, and the backups that stand there already. */
export interface BackupOutputs {
  readonly files: readonly Output[];
  /** Names of secrets. */
  readonly secrets: readonly string[];
  /** Grows with each backup that is on stable storage. */
  readonly standing: StandingBackup[];
}

/** Whether an error of writing says that the file is there all the same. */
function isWhole(error: unknown): boolean {
  return hasCode(error, 'file-unwritable') && error.details.isWhole === true;
}

/**
 * Writes a backup to every place, one after the other; resolves when all are on stable storage.
 *
 * @throws KmsxError those of writing, `secret-exists`, those of KMS
 */
export async function keepBackups(
  line: Buffer,
  { files, secrets, standing }: BackupOutputs,
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
  for (const name of secrets) {
    const versionId = `kmsx-${io.randomBytes(16).toString('hex')}`;
    await createSecretBackup({ name, versionId, text }, kms);
    const label = `${SECRET_PREFIX}${name}`;
    standing.push({ label, in: label });
    await tellWritten([`${label} in KMS`], session);
  }
}
