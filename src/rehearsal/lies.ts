import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import type { ErrorKind } from '../base/error-codes.ts';
import { KmsxError, kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import { usingSecret } from '../base/bytes/secret-bytes.ts';
import type { KmsClient } from '../kms/types.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';
import type { BackupDocument } from '../documents/backup-document.ts';
import type { BackupSource } from '../data-key/backup-source.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { exportDataKey } from '../data-key/export.ts';
import { makeOneTimeKey } from '../data-key/one-time-export.ts';
import type { ExportDocument } from '../documents/export-document.ts';
import { keyCheckValues } from '../documents/key-check-value.ts';
import { recoverDataKey } from '../data-key/recover.ts';
import type { Recipient } from '../data-key/recipient.ts';
import type { WrappedDataKey } from '../data-key/unwrap.ts';
import { chooseExport } from '../data-key/find-export.ts';
import { unwrapDataKey } from '../data-key/unwrap.ts';
import { comparableBytes } from '../data-key/comparable-key.ts';
import { backupOpenerInMemory } from '../data-key/verify/opener.ts';
import { assertVerified, verifyBackups } from '../data-key/verify/verify-backups.ts';

/** A wrapping key pair of a rehearsal. */
export interface RehearsedPair {
  readonly recipient: Recipient;
  readonly privateKey: UnwrappingKey;
}

/** What the lies are about. */
export interface Truth {
  readonly document: ExportDocument;
  readonly backup: BackupDocument;
  /** One of the pairs that the data key was exported to. */
  readonly pair: RehearsedPair;
  readonly context: EncryptionContext;
}

interface LieStage {
  readonly kms: KmsClient;
  readonly keyId: string;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Buffer;
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

interface Lie {
  readonly title: string;
  /** The kind of the error that must be thrown: it decides the exit code. */
  readonly kind: Extract<ErrorKind, 'kms' | 'crypto'>;
  readonly tell: () => Promise<unknown>;
}

/**
 * Tells each lie, and fails if one is believed, or exposed with the wrong exit code.
 *
 * @returns the lies that were refused: all of them
 * @throws KmsxError `rehearsal-failed`, and what else goes wrong
 */
export async function refuseLies(truth: Truth, stage: LieStage): Promise<string[]> {
  const lies = [...liesOfOutsiders(truth, stage), ...(await liesOfInsiders(truth, stage))];
  for (const lie of lies) {
    await stage.step(`${lie.title} is refused`, () => assertRefused(lie));
  }
  return lies.map(({ title }) => title);
}

/** What is damaged, or opened with something that does not belong to it. */
function liesOfOutsiders({ document, backup, pair }: Truth, { kms }: LieStage): Lie[] {
  const wrapped = chooseExport(document, pair.privateKey);
  return [
    {
      title: 'a wrong encryption context',
      kind: 'kms',
      tell: () => recover({ ...backup, EncryptionContext: { purpose: 'theft' } }, kms),
    },
    {
      title: 'a changed byte in the backup',
      kind: 'kms',
      tell: () => recover({ ...backup, CiphertextBlob: changeByte(backup.CiphertextBlob) }, kms),
    },
    {
      title: 'a wrong private key',
      kind: 'crypto',
      tell: async () => unwrap(wrapped, await makeOneTimeKey()),
    },
    {
      title: 'a changed byte in the export',
      kind: 'crypto',
      tell: () => {
        const exportedDataKey = changeByte(wrapped.exportedDataKey);
        return unwrap({ ...wrapped, exportedDataKey }, pair.privateKey);
      },
    },
  ];
}

/** What opens as it should and holds another data key: only verify-key finds it. */
async function liesOfInsiders(truth: Truth, stage: LieStage): Promise<Lie[]> {
  const { document, backup, pair } = truth;
  const { kms, keyId, now, randomBytes } = stage;
  const wrapped = chooseExport(document, pair.privateKey);
  let otherBackup: BackupDocument = backup;
  await exportDataKey(
    { keyId, recipients: [pair.recipient], size: { keySpec: 'AES_256' }, context: truth.context },
    {
      kms,
      now,
      keepBackup: (kept) => {
        otherBackup = kept;
        return Promise.resolve();
      },
    },
  );
  const swapped = { ...backup, CiphertextBlob: otherBackup.CiphertextBlob };
  return [
    {
      title: 'a CiphertextBlob swapped for another',
      kind: 'crypto',
      tell: () => verify(swapped, wrapped, pair, kms),
    },
    {
      title: 'an export of a key that someone chose',
      kind: 'crypto',
      tell: () => verify(backup, forgedExport(wrapped, pair, randomBytes), pair, kms),
    },
    {
      title: "the check value of another data key's backup",
      kind: 'crypto',
      tell: () => verifyCheckValue(otherBackup, wrapped, pair, kms),
    },
  ];
}

async function verify(
  source: BackupSource,
  wrapped: WrappedDataKey,
  { privateKey }: RehearsedPair,
  kms: KmsClient,
): Promise<void> {
  await usingSecret(await unwrapDataKey(wrapped, privateKey), async (dataKey) => {
    const expectation = { dataKey: comparableBytes(dataKey), checkValues: [] };
    const opener = backupOpenerInMemory();
    assertVerified(await verifyBackups([verifiable(source, kms)], expectation, opener));
  });
}

/** Like an operator who has read the check value from the HSM. */
async function verifyCheckValue(
  source: BackupSource,
  wrapped: WrappedDataKey,
  { privateKey }: RehearsedPair,
  kms: KmsClient,
): Promise<void> {
  const checkValues = await usingSecret(await unwrapDataKey(wrapped, privateKey), ({ bytes }) =>
    keyCheckValues(bytes, ['label']),
  );
  const expectation = { dataKey: undefined, checkValues };
  assertVerified(
    await verifyBackups([verifiable(source, kms)], expectation, backupOpenerInMemory()),
  );
}

function verifiable(source: BackupSource, kms: KmsClient): Parameters<typeof verifyBackups>[0][0] {
  return {
    label: 'the backup',
    kms: () => Promise.resolve(kms),
    source: () => Promise.resolve(source),
  };
}

/** RSA-OAEP does not authenticate who wrapped: the public key is enough. */
function forgedExport(
  wrapped: WrappedDataKey,
  { recipient }: RehearsedPair,
  randomBytes: LieStage['randomBytes'],
): WrappedDataKey {
  const { publicKey, algorithm } = recipient;
  if (algorithm.hash === undefined) throw new TypeError('a rehearsal wraps under RSA');
  const key = createPublicKey({ key: publicKey.spki, format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const chosen = randomBytes(wrapped.numberOfBytes ?? 32);
  const exported = publicEncrypt({ key, padding, oaepHash: algorithm.hash }, chosen);
  return { ...wrapped, exportedDataKey: exported.toString('base64') };
}

async function recover(source: BackupSource, kms: KmsClient): Promise<void> {
  const { dataKey } = await recoverDataKey(source, kms);
  dataKey.dispose();
}

async function unwrap(wrapped: WrappedDataKey, privateKey: UnwrappingKey): Promise<void> {
  (await unwrapDataKey(wrapped, privateKey)).dispose();
}

/** The private keys of a rehearsal are not encrypted. */
export function noPassphrase(): Promise<SecretBytes> {
  return Promise.reject(new TypeError("a rehearsal's private keys have no passphrase"));
}

async function assertRefused({ title, kind, tell }: Lie): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (error.kind === kind) return;
    if (error.kind !== 'kms' && error.kind !== 'crypto') throw error;
    throw kmsxError('rehearsal-failed', `${title} was refused as ${error.kind}, not as ${kind}`);
  }
  throw kmsxError('rehearsal-failed', `${title} was accepted`);
}

/** Changes one bit of the last whole byte but one: the length stays. */
function changeByte(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = bytes.length - 2;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString('base64');
}
