import { inspectBare, sm2Facts } from './inspect-bare.ts';
import type { Facts } from './inspect-relations.ts';
import { envelopeFingerprint } from '../envelope-fingerprint.ts';
import type { ExportDocument } from '../export-document.ts';
import type { BackupDocument } from '../backup-document.ts';
import type { Envelope, RawAnswer } from '../read-document.ts';

/** Says what a document, an answer of KMS or a bare value is: lengths and digests in place of its ciphertexts. */
export function inspectEnvelope(envelope: Envelope): Facts {
  switch (envelope.kind) {
    case 'export':
      return inspectExport(envelope.document);
    case 'backup':
      return inspectBackup(envelope.document);
    case 'answer':
      return inspectAnswer(envelope.answer);
    case 'bare':
      return inspectBare(Buffer.from(envelope.base64, 'base64'), ['base64']);
  }
}

function inspectExport(document: ExportDocument): Facts {
  const { Exports, ExportedDataKey: _, CiphertextBlob, ...rest } = document;
  return {
    Type: 'export document',
    ...rest,
    ...sizeAndDigest('CiphertextBlob', CiphertextBlob),
    Exports: Exports.map(({ ExportedDataKey, ...entry }) => ({
      ...entry,
      ...exportedDataKeyFacts(ExportedDataKey),
    })),
  };
}

function inspectBackup({ CiphertextBlob, ...rest }: BackupDocument): Facts {
  return {
    Type: 'backup document',
    ...rest,
    ...sizeAndDigest('CiphertextBlob', CiphertextBlob),
  };
}

function inspectAnswer(answer: RawAnswer): Facts {
  const { CiphertextBlob, ExportedDataKey, KeyId, KeyVersionId } = answer;
  return {
    Type: 'answer of KMS',
    ...(KeyId !== undefined && { KeyId }),
    ...(KeyVersionId !== undefined && { KeyVersionId }),
    ...(CiphertextBlob !== undefined && sizeAndDigest('CiphertextBlob', CiphertextBlob)),
    ...(ExportedDataKey !== undefined && exportedDataKeyFacts(ExportedDataKey)),
  };
}

function exportedDataKeyFacts(base64: string): Facts {
  return {
    ...sizeAndDigest('ExportedDataKey', base64),
    ...sm2Facts(Buffer.from(base64, 'base64')),
  };
}

function sizeAndDigest(name: string, base64: string): Facts {
  return {
    [`${name}Bytes`]: Buffer.byteLength(base64, 'base64'),
    [`${name}Fingerprint`]: envelopeFingerprint(base64),
  };
}
