import type { Block, Rows } from '../../../terminal/help/layout.ts';

const WORDS: Rows = [
  [
    'data key',
    'the symmetric key that kmsx exports and backs up; a secret. KMS generates it and keeps no copy',
  ],
  ['KMS key', 'a key in KMS; it encrypts data keys and never leaves KMS'],
  [
    'CiphertextBlob',
    "KMS's name for the data key encrypted under the KMS key; opaque, only KMS can decrypt it",
  ],
  [
    'wrapping key',
    'an RSA key pair; data keys are exported under its public half, and its private half is in an HSM or a PEM file',
  ],
  ['wrapping algorithm', 'how the data key is wrapped, such as RSAES_OAEP_SHA_256'],
  [
    'backup',
    'a document, or a secret in KMS, that keeps a CiphertextBlob and what is needed to use it again',
  ],
  [
    'export',
    'the document for the HSM: the data key encrypted under the wrapping key, which KMS calls ExportedDataKey',
  ],
  [
    'encryption context',
    'names and values bound to a CiphertextBlob; they are not secret, and must be repeated to decrypt it',
  ],
  [
    'key check value',
    'a short value, always with its method, that identifies a data key without revealing it',
  ],
  [
    'fingerprint',
    'SHA256: and the SHA-256 of a public key (SubjectPublicKeyInfo in DER); the same for every file format of the key',
  ],
  [
    'gateway',
    'how KMS is reached: public (the Internet), vpc, a dedicated gateway (kst-…), or local (the embedded KMS)',
  ],
  [
    'embedded KMS',
    'a KMS inside kmsx that speaks the real protocol, for rehearsals and tests; never for real keys',
  ],
];

/** The names of each key check value in options and documents, and how it is computed. */
const CHECK_VALUES: Rows = [
  ['ecb: (AES-ECB-ZERO)', 'the first 3 bytes of AES-ECB over 16 zero bytes; HSMs show this one'],
  ['cmac: (AES-CMAC-ZERO)', 'the first 5 bytes of AES-CMAC over 16 zero bytes'],
  ['label: (AES-CMAC-LABEL)', 'all 16 bytes of AES-CMAC over the 16 ASCII bytes kmsx-data-key-v1'],
  [
    'sha256: (SHA256-LABEL)',
    'the first 16 bytes of SHA-256 over the 16 bytes kmsx-data-key-v1 followed by the data key',
  ],
];

/** `kmsx help terms`. */
export const TERMS: readonly Block[] = [
  'Terms',
  { rows: WORDS },
  {
    title:
      'Key check values: the name in options, the Method in documents, and how each is computed:',
    rows: CHECK_VALUES,
  },
  'The first three are for data keys of 16, 24 or 32 bytes and use AES with the data key; SHA256-LABEL is for all other lengths above 16 bytes. A shorter data key has none. All are lower-case hexadecimal: 6, 10, 32 and 32 digits. AES-CMAC is defined in NIST SP 800-38B. A second data key with the same ecb: value can be found within a minute, so ecb: detects a mix-up but not an attack; label: and sha256: prove identity.',
];
