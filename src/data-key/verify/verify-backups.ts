import { KmsxError, kmsxError } from '../../base/error.ts';
import type { KmsClient } from '../../kms/types.ts';
import type { BackupSource } from '../backup-source.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { envelopeFingerprint } from '../../documents/envelope-fingerprint.ts';
import type { ComparableKey } from '../comparable-key.ts';
import { keyHasCheckValues, sameKey } from '../comparable-key.ts';
import type { WrappedDataKey } from '../unwrap.ts';
import type { BackupOpener, ExportOpener, OpenedBackup } from './opener.ts';

/** An export that is opened here or in a token, beside or instead of KMS's own opening of a backup. */
export interface OpenableExport {
  readonly wrapped: WrappedDataKey;
  readonly privateKey: ExportOpener;
}

/** A backup that is to be verified. */
export interface VerifiableBackup {
  /** What it is called in the result and in errors, usually the file's name. */
  readonly label: string;
  readonly kms: () => Promise<KmsClient>;
  readonly source: (kms: KmsClient) => Promise<BackupSource>;
  /** Runs the calls of KMS on the backup, and may say more of what KMS refuses. */
  readonly explaining?: <T>(
    source: BackupSource,
    kms: KmsClient,
    work: () => Promise<T>,
  ) => Promise<T>;
  /** Exports in the same document: each must hold the data key too. */
  readonly beside?: readonly OpenableExport[] | undefined;
}

/** What every backup must hold: the data key of an export, one with these check values, or both. */
export interface Expectation {
  /** Its owner disposes of it. */
  readonly dataKey: ComparableKey | undefined;
  readonly checkValues: readonly KeyCheckValue[];
  /** Which check values the result shows, by their words in options; all if left out. */
  readonly shownCheckValues?: readonly string[] | undefined;
}

/** What was found of one backup. Nothing in it is secret. */
export interface BackupVerdict {
  readonly File: string;
  /** Left out where the backup could not be compared. */
  readonly Match?: boolean;
  /** Where both were asked for, one may be right and the other wrong: whether it holds the data key of the export. */
  readonly MatchesExport?: boolean;
  /** In the same case: whether its data key has every expected check value. */
  readonly MatchesCheckValues?: boolean;
  /** `SHA256:` and 64 hexadecimal digits, over the bytes of the CiphertextBlob. */
  readonly CiphertextBlobFingerprint?: string;
  /** As above, of the first export beside it, where that was opened and compared too. */
  readonly ExportedDataKeyFingerprint?: string;
  readonly KeyId?: string;
  readonly KeyVersionId?: string;
  readonly RequestId?: string;
  readonly NumberOfBytes?: number;
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  /** Why it could not be compared, or by which check it was found out before. */
  readonly Error?:
    { readonly Code: string; readonly Message: string; readonly RequestId?: string } | undefined;
}

/** What was found of all backups. */
export interface Verification {
  /** Undefined where none differs and not every one could be compared. */
  readonly match: boolean | undefined;
  readonly backups: readonly BackupVerdict[];
  /** Where one differs: whether it is another data key, or one without an expected check value; or the exports do. */
  readonly difference: 'data-key' | 'check-value' | 'exports' | undefined;
  /** The check values and the length of what the backups were compared with. */
  readonly keyCheckValues: readonly KeyCheckValue[] | undefined;
  readonly numberOfBytes: number | undefined;
  /** The check values that every backup was to have. */
  readonly expectedCheckValues: readonly KeyCheckValue[];
  /** Whether a KMS that answered was an embedded one. */
  readonly isRehearsal: boolean;
  /** What stopped a comparison, or found a document out; in order. */
  readonly errors: readonly KmsxError[];
}

/**
 * Has KMS export each backup to one one-time key, and compares what comes, in constant time, with what is expected. Where only check values are expected, all backups must also hold the same data key: two keys may have a
 * short check value in common.
 *
 * An error of the kind `crypto` exposes a document: it is a mismatch. One of the kind `unavailable` ends the run; with
 * any other one the next backup is tried.
 *
 * @throws KmsxError the first error, where no backup could be compared
 */
export async function verifyBackups(
  backups: readonly VerifiableBackup[],
  expectation: Expectation,
  opener: BackupOpener,
): Promise<Verification> {
  const attempts: Attempt[] = [];
  try {
    for (const backup of backups) {
      const attempt = await openBackup(backup, opener);
      attempts.push(attempt);
      if (attempt.error?.kind === 'unavailable') break;
    }
    return compareAll(attempts, expectation);
  } finally {
    for (const { exported } of attempts) exported?.dataKey.dispose();
  }
}

/** A backup that KMS was asked to open: either `exported` or `error` is there. */
interface Attempt {
  readonly backup: VerifiableBackup;
  readonly kms: KmsClient | undefined;
  readonly fingerprint: string | undefined;
  readonly exported?: OpenedBackup;
  /** Whether the export beside it holds the same data key. */
  readonly agrees?: boolean;
  readonly error?: KmsxError;
}

async function openBackup(backup: VerifiableBackup, opener: BackupOpener): Promise<Attempt> {
  let kms: KmsClient | undefined;
  let fingerprint: string | undefined;
  try {
    const client = await backup.kms();
    kms = client;
    const source = await backup.source(client);
    fingerprint = envelopeFingerprint(source.CiphertextBlob);
    const work = (): Promise<OpenedBackup> => opener(source, client);
    const exported = await (backup.explaining?.(source, client, work) ?? work());
    const agrees = await holdsBeside(backup, exported.dataKey);
    return { backup, kms, fingerprint, exported, agrees };
  } catch (error) {
    if (error instanceof KmsxError) return { backup, kms, fingerprint, error };
    throw error;
  }
}

async function holdsBeside(
  { beside = [] }: VerifiableBackup,
  dataKey: ComparableKey,
): Promise<boolean> {
  try {
    for (const each of beside) {
      if (!(await holdsSame(each, dataKey))) return false;
    }
    return true;
  } catch (error) {
    dataKey.dispose();
    throw error;
  }
}

/**
 * Opens an export and compares what it holds.
 *
 * @throws KmsxError those of `unwrapDataKey`
 */
export async function holdsSame(
  { privateKey, wrapped }: OpenableExport,
  dataKey: ComparableKey,
): Promise<boolean> {
  const other = await privateKey.open(wrapped);
  try {
    return sameKey(other, dataKey);
  } finally {
    other.dispose();
  }
}

function compareAll(attempts: readonly Attempt[], expectation: Expectation): Verification {
  const errors = attempts.flatMap(({ error }) => error ?? []);
  const comparisons = attempts.map((attempt, index) =>
    compare(attempt, referenceOf(attempts.slice(0, index + 1), expectation), expectation),
  );
  const verdicts = comparisons.map(({ verdict }) => verdict);
  const [firstError] = errors;
  if (firstError !== undefined && verdicts.every(({ Match }) => Match === undefined)) {
    throw firstError;
  }
  const reference = referenceOf(attempts, expectation);
  return {
    match: matchOf(verdicts),
    backups: verdicts,
    difference: comparisons.find(({ difference }) => difference !== undefined)?.difference,
    keyCheckValues: reference?.checkValues(expectation.shownCheckValues),
    numberOfBytes: reference?.length,
    expectedCheckValues: expectation.checkValues,
    isRehearsal: attempts.some(({ kms }) => kms?.isRehearsal),
    errors,
  };
}

/** What the others must equal: the expected data key, or the first that has the expected check values. */
function referenceOf(
  attempts: readonly Attempt[],
  { dataKey, checkValues }: Expectation,
): ComparableKey | undefined {
  if (dataKey !== undefined) return dataKey;
  const opened = attempts.flatMap(({ exported }) => exported?.dataKey ?? []);
  return opened.find((dataKey) => keyHasCheckValues(dataKey, checkValues));
}

function compare(
  { backup, fingerprint, exported, agrees, error }: Attempt,
  reference: ComparableKey | undefined,
  { dataKey: expected, checkValues, shownCheckValues }: Expectation,
): { verdict: BackupVerdict; difference?: Verification['difference'] } {
  const { label, beside: [beside] = [] } = backup;
  const blob = fingerprint !== undefined && { CiphertextBlobFingerprint: fingerprint };
  if (exported === undefined) {
    const found = error?.kind === 'crypto' && { Match: false };
    return { verdict: { File: label, ...found, ...blob, Error: error && errorFacts(error) } };
  }
  const { dataKey, keyId, keyVersionId, requestId } = exported;
  const isExpected = keyHasCheckValues(dataKey, checkValues);
  const isSame = agrees === true && (reference === undefined || sameKey(dataKey, reference));
  const asksBoth = expected !== undefined && checkValues.length > 0;
  return {
    difference: isSame ? (isExpected ? undefined : 'check-value') : 'data-key',
    verdict: {
      File: label,
      Match: isExpected && isSame,
      ...(asksBoth && { MatchesExport: isSame, MatchesCheckValues: isExpected }),
      ...blob,
      ...(beside !== undefined && {
        ExportedDataKeyFingerprint: envelopeFingerprint(beside.wrapped.exportedDataKey),
      }),
      KeyId: keyId,
      KeyVersionId: keyVersionId,
      RequestId: requestId,
      ...(dataKey.length !== undefined && { NumberOfBytes: dataKey.length }),
      KeyCheckValues: dataKey.checkValues(shownCheckValues),
    },
  };
}

/**
 * Asserts that every backup was compared and matches.
 *
 * @throws KmsxError `data-keys-differ`, `check-value-mismatch`, or what found a document out; where nothing differs, the
 * first error that left a backup without a comparison
 */
export function assertVerified(verification: Verification): void {
  const { match, difference, backups, expectedCheckValues, errors } = verification;
  if (match === true) return;
  if (difference === 'exports') {
    const message = 'the exports of the document do not hold the same data key';
    throw kmsxError('data-keys-differ', message);
  }
  const differing = backups.filter(({ Match }) => Match === false);
  if (difference === 'data-key') {
    const names = differing.map(({ File }) => File).join(' and ');
    throw kmsxError('data-keys-differ', `another data key is in ${names}`);
  }
  if (difference === 'check-value') {
    const found = differing.map((verdict) => foundValues(verdict, expectedCheckValues));
    const message = `the expected check value is not that of ${found.join(' and ')}`;
    throw kmsxError('check-value-mismatch', message);
  }
  const error = errors.find(({ kind }) => kind === 'crypto') ?? errors[0];
  if (error !== undefined) throw error;
}

/** A backup and what it has in place of the expected check values, as in `b.json (AES-ECB-ZERO 66e94b)`. */
function foundValues(
  { File, KeyCheckValues = [] }: BackupVerdict,
  expected: readonly KeyCheckValue[],
): string {
  const found = KeyCheckValues.filter((each) =>
    expected.some(({ Method }) => Method === each.Method),
  ).map(({ Method, Value }) => `${Method} ${Value}`);
  return found.length === 0 ? File : `${File} (${found.join(', ')})`;
}

function errorFacts({ code, message, requestId }: KmsxError): BackupVerdict['Error'] {
  return {
    Code: code,
    Message: message,
    ...(requestId !== undefined && { RequestId: requestId }),
  };
}

function matchOf(verdicts: readonly BackupVerdict[]): boolean | undefined {
  if (verdicts.some(({ Match }) => Match === false)) return false;
  return verdicts.every(({ Match }) => Match === true) ? true : undefined;
}
