export function documentsTopic(): string {
  return `Documents: JSON, one object, one line in a file or pipe

The export document ("Format":"kmsx-export/1"), from export-key and reexport-key:

  KeyId, KeyVersionId     the KMS key that holds the backup
  CiphertextBlob          the data key under the KMS key, base64, opaque
  ExportedDataKey         the data key under the first wrapping key, base64
  RequestId               of the call that made it
  WrappingKeySpec         RSA_2048
  WrappingAlgorithm       RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1
  PublicKeyFingerprint    SHA256: and 64 hexadecimal digits
  DataKeyId               32 hexadecimal digits, with --bind: what the context has as kmsx:id
  NumberOfBytes           the length of the data key, where it is known
  EncryptionContext       the context, if there is one
  Region, Endpoint        where it was made; no command ever sends a request to that Endpoint
  CreatedAt               when this document was made, UTC, by this machine's clock
  Rehearsal               true if the embedded KMS made it
  Exports                 a list: one entry for each public key, in order; the top level repeats the first

The backup document ("Format":"kmsx-backup/1"), from --backup, has KeyId, KeyVersionId, CiphertextBlob,
DataKeyId, NumberOfBytes, EncryptionContext, Region, Endpoint, CreatedAt and Rehearsal: all that a later
Decrypt, ReEncrypt or ExportDataKey needs. It holds no export.

The component document ("Format":"kmsx-component/1"), from --component, is a secret:

  SetId                   32 hexadecimal digits: the same in all components of one split
  Number                  which component it is, from 1 to NumberOfComponents
  Threshold               how many of them make the key
  Scheme                  XOR, all are needed, or SHAMIR
  Component               the component itself, base64
  ComponentCheckValues    the key check values of the component
  KeyCheckValues          the key check values of the whole data key; none below 16 bytes
  NumberOfBytes           the length of the whole data key
  KeyId, KeyVersionId, DataKeyId, CreatedAt, Rehearsal

Binary values are standard base64, padded; fingerprints and check values lower-case hexadecimal. What is
not known is left out, never null. Readers ignore unknown fields; a Format that they do not know is refused,
and so is a name that stands twice in one object. Without a Format, a raw answer of KMS and a bare base64
value are read too, the rest comes from options.

docs/documents.md has every field; schemas/ has a JSON schema of each document.
`;
}
