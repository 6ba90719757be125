import type { Command } from 'commander';
import { equalBytes } from '../../../base/bytes/bytes.ts';
import { kmsxError } from '../../../base/error.ts';
import type { ExportDocument, ExportEntry } from '../../../documents/export-document.ts';
import type { Envelope } from '../../../documents/read-document.ts';
import { parseFingerprint } from '../../../data-key/choose-recipients.ts';
import type { AsymmetricSource } from '../../../data-key/reencrypt/request.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { findWrappingAlgorithm } from '../../../wrapping/algorithms.ts';

/** The options for a data key that comes from an export for an asymmetric key of KMS. */
export interface AsymmetricSourceOptions {
  readonly sourceKeyId?: string;
  readonly sourceKeyVersionId?: string;
  readonly expectFingerprint?: string;
}

export function addAsymmetricSourceOptions(command: Command): void {
  command
    .option(
      '--source-key-id <id>',
      'the RSA or SM2 KMS key that the export was made for: id, alias/NAME or ARN',
    )
    .option('--source-key-version-id <id>', 'and its version')
    .option(
      '--expect-fingerprint <fingerprint>',
      'SHA256:… of its public key; it chooses where the document has several exports',
    );
}

/** What the options say, checked before anything is read. */
export interface AsymmetricSourcePlan {
  readonly key: KeyIdentifier;
  readonly keyVersionId: string;
  readonly fingerprint: Buffer | undefined;
}

/**
 * Checks the options.
 *
 * @returns undefined if the data key comes from a backup
 * @throws KmsxError `bad-usage`, `key-id-malformed`, `fingerprint-malformed`
 */
export function planAsymmetricSource({
  sourceKeyId,
  sourceKeyVersionId,
  expectFingerprint,
}: AsymmetricSourceOptions): AsymmetricSourcePlan | undefined {
  if (sourceKeyId === undefined && sourceKeyVersionId === undefined) {
    if (expectFingerprint === undefined) return undefined;
    throw kmsxError('bad-usage', '--expect-fingerprint goes with --source-key-id only');
  }
  if (sourceKeyId === undefined || sourceKeyVersionId === undefined) {
    throw kmsxError('bad-usage', '--source-key-id and --source-key-version-id go together');
  }
  if (!/^[\w-]{1,128}$/.test(sourceKeyVersionId)) {
    throw kmsxError('bad-usage', '--source-key-version-id takes the id of a key version');
  }
  const fingerprint =
    expectFingerprint === undefined ? undefined : parseFingerprint(expectFingerprint);
  return {
    key: parseKeyId(sourceKeyId, '--source-key-id'),
    keyVersionId: sourceKeyVersionId,
    fingerprint,
  };
}

/**
 * Chooses the export that was made for the asymmetric key of KMS: by its fingerprint, or the only one.
 *
 * @param label - what the document is called in errors
 * @throws KmsxError `document-malformed`, `export-ambiguous`, `fingerprint-mismatch`, `bad-usage`
 */
export function chooseAsymmetricSource(
  { key, keyVersionId, fingerprint }: AsymmetricSourcePlan,
  envelope: Envelope | undefined,
  label: string,
): AsymmetricSource {
  if (envelope?.kind !== 'export') {
    throw kmsxError(
      'document-malformed',
      `${label} is not an export document: --source-key-id needs one`,
      { details: { label } },
    );
  }
  const entry = chooseEntry(envelope.document, fingerprint, label);
  findWrappingAlgorithm(entry.WrappingAlgorithm, 'WrappingAlgorithm');
  return { keyId: key.text, keyVersionId, entry };
}

function chooseEntry(
  { Exports }: ExportDocument,
  fingerprint: Buffer | undefined,
  label: string,
): ExportEntry {
  const fitting = Exports.filter(
    ({ PublicKeyFingerprint }) =>
      fingerprint === undefined || equalBytes(parseFingerprint(PublicKeyFingerprint), fingerprint),
  );
  const [entry, other] = fitting;
  if (entry === undefined) {
    throw kmsxError('fingerprint-mismatch', `${label} has no export for the expected fingerprint`);
  }
  if (other === undefined) return entry;
  const fingerprints = fitting.map(({ PublicKeyFingerprint }) => PublicKeyFingerprint);
  throw kmsxError('export-ambiguous', `${label} has exports for ${fingerprints.join(' and ')}`);
}
