import { columns } from './columns.ts';

const TERMS: readonly (readonly [string, string])[] = [
  [
    'data key',
    'the symmetric key that all this is about; a secret. KMS makes it and keeps no copy',
  ],
  ['KMS key', 'a key held in KMS; it encrypts data keys and never leaves'],
  [
    'ciphertext blob',
    'the data key under the KMS key (CiphertextBlob): the backup; opaque, only KMS opens it',
  ],
  [
    'wrapping key',
    'an RSA key pair; data keys are exported under its public half, and its private half lies in an HSM or a PEM file',
  ],
  ['wrapping algorithm', 'how the data key is wrapped, such as RSAES_OAEP_SHA_256'],
  ['export', 'the data key under the wrapping key (ExportedDataKey)'],
  [
    'encryption context',
    'names and values bound to a ciphertext blob; they are no secret, and must be repeated to open it',
  ],
  [
    'key check value',
    'a short value, always with its method, by which a data key is told from another without showing it',
  ],
  [
    'fingerprint',
    'SHA256: and the SHA-256 of a public key (SubjectPublicKeyInfo in DER): the same for every file format of the key',
  ],
  [
    'gateway',
    'where KMS is reached: public (the Internet), vpc, a dedicated gateway (kst-…), or local: the embedded KMS',
  ],
  [
    'embedded KMS',
    'a KMS inside kmsx that speaks the real protocol, for rehearsals and tests; never for real keys',
  ],
];

export function termsTopic(): string {
  return `Terms\n\n${columns(TERMS)}`;
}
