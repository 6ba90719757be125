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

/** What options and documents call each key check value, and how it is computed. */
const CHECK_VALUES: readonly (readonly [string, string])[] = [
  ['ecb: (AES-ECB-ZERO)', 'the first 3 bytes of AES-ECB of 16 zero bytes: what HSMs show'],
  ['cmac: (AES-CMAC-ZERO)', 'the first 5 bytes of AES-CMAC of 16 zero bytes'],
  ['label: (AES-CMAC-LABEL)', 'AES-CMAC of the 16 ASCII bytes kmsx-data-key-v1: all 16 bytes'],
  [
    'sha256: (SHA256-LABEL)',
    'the first 16 bytes of SHA-256 of the 16 bytes kmsx-data-key-v1 and then the data key',
  ],
];

export function termsTopic(): string {
  return `Terms

${columns(TERMS)}
Key check values: what options call them, what documents call them (Method), how they are computed

${columns(CHECK_VALUES)}
The first three are of data keys of 16, 24 or 32 bytes, by AES under the data key; SHA256-LABEL is of
others of 16 bytes and more. A shorter data key has none. All are lower-case hexadecimal: 6, 10, 32
and 32 digits. AES-CMAC is that of NIST SP 800-38B. Two data keys with the same ecb: are found within
a minute, so it shows a mix-up and no attack; label: and sha256: prove it.
`;
}
