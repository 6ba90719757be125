import type { Block } from '../../../terminal/help/layout.ts';

/** `kmsx help documents`. */
export const DOCUMENTS: readonly Block[] = [
  'Documents: one JSON object each, on one line in a file or pipe',
  {
    title: 'The export document ("Format":"kmsx-export/1"), from export-key and reexport-key:',
    rows: [
      ['KeyId, KeyVersionId', 'the KMS key that encrypts the backup'],
      ['CiphertextBlob', 'the data key under the KMS key, base64, opaque'],
      ['ExportedDataKey', 'the data key under the first wrapping key, base64'],
      ['RequestId', 'of the KMS call that made it'],
      ['WrappingKeySpec', 'RSA_2048 or EC_SM2'],
      ['WrappingAlgorithm', 'RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1; SM2PKE for EC_SM2'],
      ['PublicKeyFingerprint', 'SHA256: and 64 hexadecimal digits'],
      ['DataKeyId', '32 hexadecimal digits, with --bind: the value of kmsx:id in the context'],
      ['NumberOfBytes', 'the length of the data key, if known'],
      ['EncryptionContext', 'the context, if any'],
      ['Region, Endpoint', 'where it was made; no command ever sends a request to this Endpoint'],
      ['CreatedAt', 'when this document was made, UTC, by the clock of this machine'],
      ['Rehearsal', 'true if the embedded KMS made it'],
      ['Exports', 'one entry per public key, in order; the top level repeats the first'],
    ],
  },
  'The backup document ("Format":"kmsx-backup/1"), from --backup, has KeyId, KeyVersionId, CiphertextBlob, DataKeyId, NumberOfBytes, EncryptionContext, Region, Endpoint, CreatedAt and Rehearsal: everything that a later Decrypt, ReEncrypt or ExportDataKey needs. It does not contain an export.',
  {
    title: 'The component document ("Format":"kmsx-component/1"), from --component, is a secret:',
    rows: [
      ['SetId', '32 hexadecimal digits: the same in all components of one split'],
      ['Number', 'the number of this component, from 1 to NumberOfComponents'],
      ['Threshold', 'how many components recover the key'],
      ['Scheme', 'XOR (all components are needed) or SHAMIR'],
      ['Component', 'the component itself, base64'],
      ['ComponentCheckValues', 'the key check values of the component'],
      ['KeyCheckValues', 'the key check values of the whole data key; absent below 16 bytes'],
      ['NumberOfBytes', 'the length of the whole data key'],
      ['KeyId, KeyVersionId', 'and DataKeyId, CreatedAt, Rehearsal: as above'],
    ],
  },
  {
    title: 'The import document ("Format":"kmsx-import/1"), from import-key, is no secret:',
    rows: [
      [
        'Imports',
        'one entry per token: Token, Serial, Manufacturer, Model and Firmware; Label, Id and KeyType of the data key there; Sensitive and Extractable, read back; KeyCheckValues, computed there; WrappingAlgorithm, PublicKeyFingerprint; AlreadyThere if an earlier run had imported it',
      ],
      ['Module', 'the module, as it calls itself'],
      [
        'CiphertextBlobFingerprint',
        'and NumberOfBytes, KeyId, KeyVersionId, DataKeyId, CreatedAt, Rehearsal',
      ],
    ],
  },
  {
    title: 'The proof ("Format":"kmsx-proof/1"), from drill and verify-key --proof, is no secret:',
    rows: [
      ['Name, Place', 'what the backup is called, and where it lies'],
      ['CiphertextBlobFingerprint', 'SHA-256 of the bytes of the CiphertextBlob'],
      ['KeyId, KeyVersionId', 'the KMS key that opened it'],
      ['KeyCheckValues', 'of the data key; absent below 16 bytes'],
      ['SameKeyAs', 'export, check-value, proof or nothing: what the data key was compared with'],
      ['AssuranceBits', 'by how many bits that tells keys apart'],
      ['AccessKeyId, RequestId', 'who asked, and the ExportDataKey that opened it'],
      ['CreatedAt', 'when it opened'],
      [
        'DataKeyId',
        'and EncryptionContext, NumberOfBytes, Region, Endpoint, Rehearsal: as in the backup',
      ],
    ],
  },
  'Binary values are standard base64 with padding; fingerprints and check values are lower-case hexadecimal. Unknown values are left out, never null. Readers ignore unknown fields, but refuse an unknown Format and a duplicate name in an object. Without a Format, a raw KMS response or a bare base64 value is accepted too; options supply the rest.',
  'docs/documents.md describes every field; schemas/ has a JSON schema for each document.',
];
