import type { Facts, Inspection } from './inspect-relations.ts';
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
export function inspectEnvelope(envelope: Envelope): Inspection {
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

function inspectExport(document: ExportDocument): Inspection {
  const { Exports, ExportedDataKey: _, CiphertextBlob, ...rest } = document;
  return {
    facts: {
      Type: 'export document',
      ...rest,
      ...sizeAndDigest('CiphertextBlob', CiphertextBlob),
      Exports: Exports.map(({ ExportedDataKey, ...entry }) => ({
        ...entry,
        ...sizeAndDigest('ExportedDataKey', ExportedDataKey),
      })),
    },
    identities: {
      ...dataKeyIdentity(document),
      CiphertextBlob: [envelopeFingerprint(CiphertextBlob)],
      ExportedDataKey: Exports.map(({ ExportedDataKey }) => envelopeFingerprint(ExportedDataKey)),
      KmsKey: [document.KeyId],
      WrappingKey: Exports.map(({ PublicKeyFingerprint }) => PublicKeyFingerprint),
    },
  };
}

function inspectBackup(document: BackupDocument): Inspection {
  const { CiphertextBlob, ...rest } = document;
  return {
    facts: {
      Type: 'backup document',
      ...rest,
      ...sizeAndDigest('CiphertextBlob', CiphertextBlob),
    },
    identities: {
      ...dataKeyIdentity(document),
      CiphertextBlob: [envelopeFingerprint(CiphertextBlob)],
      KmsKey: [document.KeyId],
    },
  };
}

function inspectAnswer({ CiphertextBlob, ExportedDataKey, ...rest }: RawAnswer): Inspection {
  const { KeyId, KeyVersionId } = rest;
  return {
    facts: {
      Type: 'answer of KMS',
      ...(KeyId !== undefined && { KeyId }),
      ...(KeyVersionId !== undefined && { KeyVersionId }),
      ...(CiphertextBlob !== undefined && sizeAndDigest('CiphertextBlob', CiphertextBlob)),
      ...(ExportedDataKey !== undefined && sizeAndDigest('ExportedDataKey', ExportedDataKey)),
    },
    identities: {
      ...(CiphertextBlob !== undefined && {
        CiphertextBlob: [envelopeFingerprint(CiphertextBlob)],
      }),
      ...(ExportedDataKey !== undefined && {
        ExportedDataKey: [envelopeFingerprint(ExportedDataKey)],
      }),
      ...(KeyId !== undefined && { KmsKey: [KeyId] }),
    },
  };
}

/** A value without a name: its length alone tells what it may be. What is short may be a plaintext key. */
function inspectBare(base64: string): Inspection {
  const length = lengthOf(base64);
  if (HEXADECIMAL_KEY.test(base64)) {
    const Type = 'bare hexadecimal value, too short for a ciphertext';
    const MayBe = [PLAINTEXT_KEY, 'key check value', 'digest'];
    return { facts: { Type, Bytes: base64.length / 2, MayBe }, identities: {} };
  }
  if (length < SHORTEST_CIPHERTEXT_BYTES) {
    const Type = 'bare base64 value, too short for a ciphertext';
    const MayBe = [16, 24, 32].includes(length) ? { MayBe: [PLAINTEXT_KEY] } : {};
    return { facts: { Type, Bytes: length, ...MayBe }, identities: {} };
  }
  return {
    facts: {
      Type: 'bare ciphertext',
      Bytes: length,
      Fingerprint: envelopeFingerprint(base64),
      MayBe: length === RSA_2048_BYTES ? ['ExportedDataKey', 'CiphertextBlob'] : ['CiphertextBlob'],
    },
    identities: { Bare: envelopeFingerprint(base64) },
  };
}

function dataKeyIdentity(document: { readonly DataKeyId?: string }): Inspection['identities'] {
  return document.DataKeyId === undefined ? {} : { DataKeyId: [document.DataKeyId] };
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
