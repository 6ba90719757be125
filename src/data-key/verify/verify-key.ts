import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { assuranceBits } from '../../documents/key-check-value.ts';
import { envelopeFingerprint } from '../../documents/envelope-fingerprint.ts';
import type { BackupOpener } from './opener.ts';
import type {
  BackupVerdict,
  Expectation,
  OpenableExport,
  VerifiableBackup,
  Verification,
} from './verify-backups.ts';
import { verifyBackups } from './verify-backups.ts';

/** Backups, and what they are held against: an export, check values, or both. */
export interface VerifyRequest extends Omit<Expectation, 'dataKey'> {
  readonly exported: OpenableExport | undefined;
  readonly backups: readonly VerifiableBackup[];
  readonly opener: BackupOpener;
  /** Where the opener opens them, where the private key is in a token. */
  readonly backupsOpenedIn?: 'token' | 'memory' | undefined;
  /** Whether the export's document is from a rehearsal. */
  readonly isRehearsal: boolean;
}

/** What `verify-key` prints. Nothing in it is secret. */
export interface VerifyResult {
  /** Left out where no backup differs and not every one could be compared. */
  readonly Match?: boolean;
  /** Of the export's data key; without an export of the first backup's that has the expected check values. */
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly NumberOfBytes?: number;
  /** What every backup was held against, where that was asked for. */
  readonly ExpectedCheckValues?: readonly KeyCheckValue[];
  /** By how many bits an expected check value tells keys apart: 24, 40 or 128. */
  readonly AssuranceBits?: number;
  /** The wrapping key that the export was opened with. */
  readonly PublicKeyFingerprint?: string;
  /** `SHA256:` and 64 hexadecimal digits, over the bytes of the ExportedDataKey that was opened. */
  readonly ExportedDataKeyFingerprint?: string;
  /** Where the private key is in a token: whether the backups were compared there too, or in memory. */
  readonly BackupsOpenedIn?: 'token' | 'memory';
  /** One for each backup, in order. */
  readonly Backups: readonly BackupVerdict[];
  readonly Rehearsal?: true;
}

/**
 * Opens the export, if there is one, and verifies the backups against it and against the expected check values.
 *
 * @returns the result, and what `assertVerified` judges
 * @throws KmsxError those of `unwrapDataKey` and of `verifyBackups`
 */
export async function verifyKey(
  request: VerifyRequest,
): Promise<{ result: VerifyResult; verification: Verification }> {
  const { exported, backups, checkValues, shownCheckValues } = request;
  const dataKey = exported && (await exported.privateKey.open(exported.wrapped));
  try {
    const expectation = { dataKey, checkValues, shownCheckValues };
    const verification = await verifyBackups(backups, expectation, request.opener);
    return { result: toResult(verification, request), verification };
  } finally {
    dataKey?.dispose();
  }
}

function toResult(verification: Verification, request: VerifyRequest): VerifyResult {
  const { match, keyCheckValues, numberOfBytes, backups } = verification;
  const { exported, checkValues, backupsOpenedIn } = request;
  const bits = assuranceBits(checkValues);
  return {
    ...(match !== undefined && { Match: match }),
    ...(keyCheckValues !== undefined && { KeyCheckValues: keyCheckValues }),
    ...(numberOfBytes !== undefined && { NumberOfBytes: numberOfBytes }),
    ...(bits !== undefined && { ExpectedCheckValues: checkValues, AssuranceBits: bits }),
    ...(exported !== undefined && {
      PublicKeyFingerprint: exported.privateKey.fingerprint,
      ExportedDataKeyFingerprint: envelopeFingerprint(exported.wrapped.exportedDataKey),
    }),
    ...(backupsOpenedIn !== undefined && { BackupsOpenedIn: backupsOpenedIn }),
    Backups: backups,
    ...((verification.isRehearsal || request.isRehearsal) && { Rehearsal: true }),
  };
}
