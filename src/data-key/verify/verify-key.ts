import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { assuranceBits } from '../../documents/key-check-value.ts';
import { envelopeFingerprint } from '../../documents/envelope-fingerprint.ts';
import type { ComparableKey } from '../comparable-key.ts';
import type { BackupOpener } from './opener.ts';
import type {
  BackupVerdict,
  Expectation,
  OpenableExport,
  VerifiableBackup,
  Verification,
} from './verify-backups.ts';
import { holdsSame, verifyBackups } from './verify-backups.ts';

/** Backups, and what they are held against: an export, check values, or both. */
export interface VerifyRequest extends Omit<Expectation, 'dataKey'> {
  /** Of one document, one for each private key: all must hold the same data key. */
  readonly exported: readonly OpenableExport[];
  readonly backups: readonly VerifiableBackup[];
  readonly opener: BackupOpener;
  /** Where the opener opens them, where the private key is in a token. */
  readonly backupsOpenedIn?: 'token' | 'memory' | undefined;
  /** Whether the export's document is from a rehearsal. */
  readonly isRehearsal: boolean;
}

/** What was found of an export, where several were opened. */
export interface ExportVerdict {
  /** Of the wrapping key that it was opened with. */
  readonly PublicKeyFingerprint: string;
  readonly ExportedDataKeyFingerprint: string;
  /** Whether it holds the data key of the first. */
  readonly Match: boolean;
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
  /** Where several exports were opened: each, in the order of their private keys. */
  readonly Exports?: readonly ExportVerdict[];
  /** Where the private key is in a token: whether the backups were compared there too, or in memory. */
  readonly BackupsOpenedIn?: 'token' | 'memory';
  /** One for each backup, in order. */
  readonly Backups: readonly BackupVerdict[];
  readonly Rehearsal?: true;
}

/**
 * Opens the exports, if there are any, and verifies the backups against them and against the expected check values.
 *
 * @returns the result, and what `assertVerified` judges
 * @throws KmsxError those of `unwrapDataKey` and of `verifyBackups`
 */
export async function verifyKey(
  request: VerifyRequest,
): Promise<{ result: VerifyResult; verification: Verification }> {
  const { exported, backups, checkValues, shownCheckValues } = request;
  const [first] = exported;
  const dataKey = first && (await first.privateKey.open(first.wrapped));
  try {
    const exports = dataKey === undefined ? [] : await compareExports(exported, dataKey);
    const expectation = { dataKey, checkValues, shownCheckValues };
    const found = await verifyBackups(backups, expectation, request.opener);
    const verification = exports.every(({ Match }) => Match)
      ? found
      : { ...found, match: false, difference: 'exports' as const };
    return { result: toResult(verification, exports, request), verification };
  } finally {
    dataKey?.dispose();
  }
}

async function compareExports(
  exported: readonly OpenableExport[],
  dataKey: ComparableKey,
): Promise<readonly ExportVerdict[]> {
  const verdicts: ExportVerdict[] = [];
  for (const [index, each] of exported.entries()) {
    verdicts.push({
      PublicKeyFingerprint: each.privateKey.fingerprint,
      ExportedDataKeyFingerprint: envelopeFingerprint(each.wrapped.exportedDataKey),
      Match: index === 0 || (await holdsSame(each, dataKey)),
    });
  }
  return verdicts;
}

function toResult(
  verification: Verification,
  exports: readonly ExportVerdict[],
  request: VerifyRequest,
): VerifyResult {
  const { match, keyCheckValues, numberOfBytes, backups } = verification;
  const { checkValues, backupsOpenedIn } = request;
  const bits = assuranceBits(checkValues);
  const [first] = exports;
  return {
    ...(match !== undefined && { Match: match }),
    ...(keyCheckValues !== undefined && { KeyCheckValues: keyCheckValues }),
    ...(numberOfBytes !== undefined && { NumberOfBytes: numberOfBytes }),
    ...(bits !== undefined && { ExpectedCheckValues: checkValues, AssuranceBits: bits }),
    ...(first !== undefined && {
      PublicKeyFingerprint: first.PublicKeyFingerprint,
      ExportedDataKeyFingerprint: first.ExportedDataKeyFingerprint,
    }),
    ...(exports.length > 1 && { Exports: exports }),
    ...(backupsOpenedIn !== undefined && { BackupsOpenedIn: backupsOpenedIn }),
    Backups: backups,
    ...((verification.isRehearsal || request.isRehearsal) && { Rehearsal: true }),
  };
}
