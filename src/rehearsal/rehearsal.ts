import { equalBytes } from '../base/bytes/bytes.ts';
import { kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { KmsClient } from '../kms/types.ts';
import { defaultAlgorithm } from '../wrapping/algorithms.ts';
import { makeKeyPair } from '../wrapping/key-pair.ts';
import { readPrivateKey } from '../wrapping/private-key/private-key.ts';
import { readPublicKey } from '../wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../wrapping/public-key/wrapping-public-key.ts';
import type { BackupDocument } from '../documents/backup-document.ts';
import type { EncryptionContext } from '../documents/encryption-context.ts';
import { exportDataKey } from '../data-key/export.ts';
import type { ExportDocument } from '../documents/export-document.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { keyCheckValues } from '../documents/key-check-value.ts';
import { readEnvelope } from '../documents/read-document.ts';
import { recoverDataKey } from '../data-key/recover.ts';
import type { RehearsedPair } from './lies.ts';
import { noPassphrase, refuseLies } from './lies.ts';
import { chooseExport } from '../data-key/find-export.ts';
import { unwrapDataKey } from '../data-key/unwrap.ts';
import { comparableBytes } from '../data-key/comparable-key.ts';
import { backupOpenerInMemory } from '../data-key/verify/opener.ts';
import { verifyBackups } from '../data-key/verify/verify-backups.ts';

/** What a rehearsal runs on. */
export interface RehearsalStage {
  readonly kms: KmsClient;
  /** An enabled symmetric KMS key. */
  readonly keyId: string;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Buffer;
  /** Runs one step and shows how it ended. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** Writes a file durably; gives back what is on the disk. */
  readonly save: (
    name: string,
    holds: 'private key' | 'public key' | 'document' | 'backup',
    bytes: Uint8Array,
  ) => Promise<Buffer>;
}

/** What a rehearsal showed. */
export interface RehearsalResult {
  readonly KeyCheckValues: readonly KeyCheckValue[];
  readonly Refused: readonly string[];
}

const CONTEXT: EncryptionContext = { purpose: 'rehearsal' };

/**
 * Rehearses a whole ceremony: two wrapping key pairs, one data key exported to both with a context and a backup,
 * unwrapped twice, recovered from the backup, verified through a one-time key, and every lie refused. All input is
 * read back from files.
 *
 * @throws KmsxError of the first step that fails; `rehearsal-failed` if something was accepted that must be refused, or
 * two keys differ that must be the same
 */
export async function rehearse(stage: RehearsalStage): Promise<RehearsalResult> {
  const { step } = stage;
  const first = await step('make the wrapping key pair of the first HSM', () =>
    makePair('hsm-1', stage),
  );
  const second = await step('make the wrapping key pair of the second HSM', () =>
    makePair('hsm-2', stage),
  );
  const { document, backup } = await step('export a data key to both, keep the backup', () =>
    exportToBoth([first.recipient, second.recipient], stage),
  );
  const keys: SecretBytes[] = [];
  try {
    const opened = await step('unwrap the export of the first HSM', () =>
      unwrap(document, first, keys),
    );
    const again = await step('unwrap the export of the second HSM', () =>
      unwrap(document, second, keys),
    );
    await step('compare: both hold the same data key', () => assertSame(opened, again));
    const recovered = await step('recover the data key from the backup', () =>
      recover(backup, stage, keys),
    );
    await step('compare: the backup holds the same data key', () => assertSame(opened, recovered));
    await step('verify: the backup and the export document hold it, and it is never shown', () =>
      verify([document, backup], opened, stage),
    );
    const refused = await refuseLies({ document, backup, pair: first, context: CONTEXT }, stage);
    return { KeyCheckValues: keyCheckValues(opened.bytes), Refused: refused };
  } finally {
    for (const key of keys) key.dispose();
  }
}

async function makePair(name: string, stage: RehearsalStage): Promise<RehearsedPair> {
  const pair = await makeKeyPair(undefined);
  try {
    const pem = await stage.save(`${name}.pem`, 'private key', pair.privateKeyPem.bytes);
    const publicPem = await stage.save(
      `${name}.pub.pem`,
      'public key',
      Buffer.from(pair.publicKeyPem),
    );
    const publicKey = requireWrappingKey(readPublicKey(publicPem, name), name);
    const privateKey = await readPrivateKey(pem, name, noPassphrase);
    pem.fill(0);
    return { privateKey, recipient: { publicKey, algorithm: defaultAlgorithm(publicKey.keySpec) } };
  } finally {
    pair.privateKeyPem.dispose();
  }
}

async function exportToBoth(
  recipients: readonly [RehearsedPair['recipient'], RehearsedPair['recipient']],
  stage: RehearsalStage,
): Promise<{ document: ExportDocument; backup: BackupDocument }> {
  const { kms, keyId } = stage;
  let savedBackup: Buffer | undefined;
  const exported = await exportDataKey(
    { keyId, recipients, size: { keySpec: 'AES_256' }, context: CONTEXT },
    {
      kms,
      now: stage.now,
      keepBackup: async (backup) => {
        savedBackup = await stage.save('backup.json', 'backup', jsonBytes(backup));
      },
    },
  );
  const savedExport = await stage.save('export.json', 'document', jsonBytes(exported));
  const document = readEnvelope(savedExport, 'export.json');
  const backup = readEnvelope(savedBackup ?? Buffer.alloc(0), 'backup.json');
  if (document.kind !== 'export' || backup.kind !== 'backup') {
    throw failed('a document that was written is not read back as what it is');
  }
  return { document: document.document, backup: backup.document };
}

function jsonBytes(document: object): Buffer {
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

async function unwrap(
  document: ExportDocument,
  { privateKey }: RehearsedPair,
  keys: SecretBytes[],
): Promise<SecretBytes> {
  const dataKey = await unwrapDataKey(chooseExport(document, privateKey), privateKey);
  keys.push(dataKey);
  return dataKey;
}

async function recover(
  backup: BackupDocument,
  { kms }: RehearsalStage,
  keys: SecretBytes[],
): Promise<SecretBytes> {
  const { dataKey } = await recoverDataKey(backup, kms);
  keys.push(dataKey);
  return dataKey;
}

async function verify(
  documents: readonly (ExportDocument | BackupDocument)[],
  dataKey: SecretBytes,
  { kms }: RehearsalStage,
): Promise<void> {
  const { match } = await verifyBackups(
    documents.map((document) => ({
      label: document.Format,
      kms: () => Promise.resolve(kms),
      source: () => Promise.resolve(document),
    })),
    { dataKey: comparableBytes(dataKey), checkValues: [] },
    backupOpenerInMemory(),
  );
  if (match !== true) throw failed('the backup does not hold the data key of the export');
}

function assertSame(a: SecretBytes, b: SecretBytes): Promise<void> {
  if (!equalBytes(a.bytes, b.bytes)) throw failed('two data keys differ that must be the same');
  return Promise.resolve();
}

function failed(message: string): Error {
  return kmsxError('rehearsal-failed', message);
}
