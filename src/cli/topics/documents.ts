export function documentsTopic(): string {
  return `Documents: JSON, one object, one line in a file or pipe

The export document ("Format":"kmsx-export/1"), from export-key:

  KeyId, KeyVersionId     the KMS key that holds the backup
  CiphertextBlob          the data key under the KMS key, base64, opaque
  ExportedDataKey         the data key under the first wrapping key, base64
  RequestId               of the call that made it
  WrappingKeySpec         RSA_2048
  WrappingAlgorithm       RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1
  PublicKeyFingerprint    SHA256: and 64 hexadecimal digits
  NumberOfBytes           the length of the data key
  EncryptionContext       the context, if there is one
  Region, Endpoint        where it was made
  CreatedAt               when this document was made, UTC, by this machine's clock
  Rehearsal               true if the embedded KMS made it
  Exports                 a list: one entry for each public key, in order; the top level repeats the first

The backup document ("Format":"kmsx-backup/1"), from --backup, has KeyId, KeyVersionId, CiphertextBlob,
NumberOfBytes, EncryptionContext, Region, Endpoint, CreatedAt and Rehearsal: all that a later Decrypt,
ReEncrypt or ExportDataKey needs. It holds no export.

Binary values are standard base64, padded; fingerprints and check values lower-case hexadecimal. What is
not known is left out, never null. Readers ignore unknown fields; a Format that they do not know is refused.
Without a Format, a raw answer of KMS and a bare base64 value are read too, the rest comes from options.
`;
}
