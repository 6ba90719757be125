import type { KmsClient } from '../../kms/types.ts';
import type { UnwrappingKey } from '../../wrapping/unwrapping-key.ts';
import type { BackupSource } from '../backup-source.ts';
import type { ComparableKey } from '../comparable-key.ts';
import { comparableBytes } from '../comparable-key.ts';
import type { OneTimeKey } from '../one-time-export.ts';
import { exportToOneTimeKey, makeOneTimeKey } from '../one-time-export.ts';
import type { WrappedDataKey } from '../unwrap.ts';
import { unwrapDataKey } from '../unwrap.ts';

/** Opens the exports that were made for one wrapping key: in memory, or in a token. */
export interface ExportOpener {
  /** Of the public half: `SHA256:` and 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /**
   * @returns the data key, which the caller disposes of
   * @throws KmsxError those of `unwrapDataKey`
   */
  readonly open: (wrapped: WrappedDataKey) => Promise<ComparableKey>;
}

/** A data key that KMS exported to a one-time key, and what KMS said of it. */
export interface OpenedBackup {
  /** The caller disposes of it. */
  readonly dataKey: ComparableKey;
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly requestId: string;
}

/** Has KMS export the data key of a backup to a one-time key, and opens it. */
export type BackupOpener = (source: BackupSource, kms: KmsClient) => Promise<OpenedBackup>;

/** Opens exports with a private key in memory. */
export function openerInMemory(key: UnwrappingKey): ExportOpener {
  return {
    fingerprint: key.fingerprint,
    open: async (wrapped) => comparableBytes(await unwrapDataKey(wrapped, key)),
  };
}

/** Opens backups by one one-time key in memory, made when the first is opened. */
export function backupOpenerInMemory(): BackupOpener {
  let oneTimeKey: Promise<OneTimeKey> | undefined;
  return async (source, kms) => {
    const key = await (oneTimeKey ??= makeOneTimeKey());
    const { dataKey, ...facts } = await exportToOneTimeKey(source, kms, key);
    return { dataKey: comparableBytes(dataKey), ...facts };
  };
}
