import type { Facts } from './inspect-relations.ts';
import { BARE_CIPHERTEXT } from './inspect-relations.ts';
import { envelopeFingerprint } from '../envelope-fingerprint.ts';
import type { ExportDocument } from '../export-document.ts';
import type { BackupDocument } from '../backup-document.ts';
import type { Envelope, RawAnswer } from '../read-document.ts';

/** A CiphertextBlob has a key version, an IV and a tag beside the data key. */
const SHORTEST_CIPHERTEXT_BYTES = 65;

/** An AES key in hexadecimal, as `--format hex` writes it; every such text is base64 too. */
const HEXADECIMAL_KEY = /^(?:[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i;

/** What a short value may be: it must be kept as one. */
export const PLAINTEXT_KEY = 'plaintext data key';

/** An ExportedDataKey is as long as the modulus of an RSA_2048 key. */
const RSA_2048_BYTES = 256;

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
      return inspectBare(envelope.base64);
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
      ...sizeAndDigest('ExportedDataKey', ExportedDataKey),
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
    ...(ExportedDataKey !== undefined && sizeAndDigest('ExportedDataKey', ExportedDataKey)),
  };
}

/** A value without a name: only its length shows what it may be. A short one may be a plaintext key. */
function inspectBare(base64: string): Facts {
  const length = lengthOf(base64);
  if (HEXADECIMAL_KEY.test(base64)) {
    const Type = 'bare hexadecimal value, too short for a ciphertext';
    const MayBe = [PLAINTEXT_KEY, 'key check value', 'digest'];
    return { Type, Bytes: base64.length / 2, MayBe };
  }
  if (length < SHORTEST_CIPHERTEXT_BYTES) {
    const Type = 'bare base64 value, too short for a ciphertext';
    const MayBe = [16, 24, 32].includes(length) ? { MayBe: [PLAINTEXT_KEY] } : {};
    return { Type, Bytes: length, ...MayBe };
  }
  return {
    Type: BARE_CIPHERTEXT,
    Bytes: length,
    Fingerprint: envelopeFingerprint(base64),
    MayBe: length === RSA_2048_BYTES ? ['ExportedDataKey', 'CiphertextBlob'] : ['CiphertextBlob'],
  };
}

function sizeAndDigest(name: string, base64: string): Facts {
  return {
    [`${name}Bytes`]: lengthOf(base64),
    [`${name}Fingerprint`]: envelopeFingerprint(base64),
  };
}

function lengthOf(base64: string): number {
  const padding = /=*$/.exec(base64)?.[0].length ?? 0;
  return (base64.length / 4) * 3 - padding;
}
