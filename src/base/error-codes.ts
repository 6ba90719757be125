/** What the operator does next; each kind has one exit code (`kmsx help exit-codes`). */
export type ErrorKind =
  'internal' | 'usage' | 'credentials' | 'kms' | 'unavailable' | 'crypto' | 'io' | 'partial';

/**
 * kmsx's own error codes, by kind, and what each means. A code never changes its meaning. `kmsx help errors` prints this
 * table. What KMS refuses keeps KMS's own Code and is not listed here.
 */
const MEANINGS = {
  internal: {
    internal: 'a defect in kmsx',
  },
  usage: {
    'bad-usage': 'an unknown, missing or malformed option or argument',
    'option-twice': 'a second value for an option that takes one',
    'option-value-is-option': 'an option value that begins with --',
    'options-conflict': 'two options that exclude each other',
    'environment-refused': 'an environment variable that would make the run unsafe',
    'not-offered-yet': 'an algorithm or feature that is known but not there yet',
    'input-twice-stdin': 'two inputs that would both read standard input',
    'output-twice': 'two outputs that would be the same file or stream',
    'output-is-input': 'an output that is also an input',
    'output-exists': 'an output file that exists already',
    'output-is-secret': 'secret:NAME where only a file is written',
    'output-is-folder': 'an output path that is a folder',
    'terminal-refused': 'a plaintext key that would go to a terminal',
    'component-needs-file':
      'a component that would go where messages, the result or another component goes',
    'input-empty': 'an input with nothing in it',
    'input-too-large': 'an input far larger than what it should be',
    'json-malformed': 'an input that is not JSON, or is cut short',
    'json-name-twice': 'a name that stands twice in one JSON object',
    'document-malformed': 'a document with a missing or impossible field',
    'document-format-unknown': 'a document of a Format that this version does not read',
    'document-inconsistent': 'a document that contradicts itself',
    'base64-malformed': 'a value that should be standard base64',
    'context-malformed': 'an encryption context that KMS would not take',
    'secret-name-malformed': 'a name that a secret of KMS cannot have',
    'key-id-malformed': 'a key id, alias or ARN that cannot be right',
    'region-missing': 'no region for a gateway that needs one',
    'region-malformed': 'a region that cannot be part of a host name',
    'region-contradicts': 'a region other than the one of the ARN',
    'gateway-malformed': 'a gateway, endpoint or address that cannot be right',
    'proxy-unsupported': 'a proxy of a kind that kmsx does not use',
    'rehearsal-mixed': "a rehearsal's document or region with the real KMS, or the other way round",
    'ca-file-malformed': 'a CA file without a usable certificate',
    'credentials-file-malformed': 'a credentials or configuration file that cannot be read as such',
    'fingerprint-malformed': 'a fingerprint that is not SHA256: and 64 digits',
    'check-value-malformed': 'a key check value of no known form',
    'pubkey-malformed': 'no public key of any known form',
    'pubkey-is-private': 'a private key where the public half belongs',
    'pubkey-several': 'more than one key in a file that should hold one',
    'pubkey-trailing-bytes': 'bytes after the key',
    'pubkey-unsupported': 'a public key of a kind that KMS does not take',
    'pubkey-size': 'an RSA public key that is not of 2048 bits',
    'pubkey-exponent': 'an RSA public exponent that is even, below 65537, or of 2^256 and more',
    'pubkey-repeated': 'the same public key given twice',
    'privkey-malformed': 'no private key of any known form',
    'privkey-is-public': 'a public key where the private half belongs',
    'privkey-several': 'more than one private key in a file',
    'privkey-trailing-bytes': 'bytes after the private key',
    'privkey-unsupported': 'a private key of a kind that kmsx cannot use',
    'passphrase-missing': 'an encrypted private key and no way to ask for its passphrase',
    'passphrase-malformed': 'a passphrase that is empty or cannot be used',
    'wrapping-algorithm-mismatch': 'a wrapping algorithm or spec that does not fit the key',
    'wrapping-algorithm-missing': 'a bare ExportedDataKey and no word on how it was wrapped',
    'data-key-too-long': 'a data key longer than the wrapping algorithm can carry',
    'operation-not-offered': 'an operation that the chosen gateway does not have',
    'context-unbound': 'a new encryption context that would lose the id of a bound backup',
    'export-ambiguous': 'several exports in a document, and no word on which one is meant',
    'component-sets-mixed': 'components of different splits',
    'component-twice': 'the same component given twice',
    'component-missing': 'fewer components than are needed',
    'fault-malformed': 'a fault of the embedded KMS that is not understood',
    'seed-malformed': 'a seed of the embedded KMS that is not understood',
    'state-malformed': 'a state of the embedded KMS that is not understood',
    'credentials-unsupported': 'a profile mode that kmsx does not offer',
    'profile-missing': 'a profile that is not in the configuration',
  },
  credentials: {
    'credentials-missing': 'no credentials were found',
    'credentials-failed': 'a source of credentials failed',
    'permission-missing':
      'a permission that these credentials do not have, found by policy --check',
  },
  kms: {
    'secret-exists': 'a secret of KMS that exists already: a backup never goes into it',
    'answer-malformed': "an answer of KMS that can't be right",
    'clock-wrong': 'a clock too far from that of KMS, which refuses its requests',
    'key-unusable': 'a KMS key that data keys cannot come from',
    'reencrypt-same-key': 'a new backup under the KMS key, key version and context of the old one',
  },
  unavailable: {
    'network-failed': 'KMS could not be reached',
    'tls-failed': 'the TLS connection failed or was not trusted',
    'timed-out': 'no answer in time',
    'not-kms': 'what answered was not KMS',
    'proxy-failed': 'the proxy refused or failed',
    'state-locked': 'another process holds the state of the embedded KMS',
  },
  crypto: {
    'unwrap-failed': 'the export does not open with this private key',
    'wrapping-hash-mislabelled': 'the export opens only with another hash than it says',
    'privkey-not-recipient': 'no export in the document was made for this private key',
    'passphrase-wrong': 'a wrong passphrase, or a damaged encrypted private key',
    'data-key-length': 'a data key of another length than the document says',
    'backup-key-mismatch': 'a CiphertextBlob under another KMS key than its document says',
    'reencrypt-mismatch': 'a new backup that does not hold the data key of the old one',
    'component-damaged': 'a component that does not have its own check value',
    'combined-key-wrong': 'components that do not make the key whose check values they carry',
    'data-keys-differ': 'a backup that holds another data key than the export or another backup',
    'check-value-mismatch': 'a key check value other than expected',
    'fingerprint-mismatch': 'a public key other than expected',
    'rehearsal-failed': 'a step of the rehearsal did not do what it must',
  },
  io: {
    'file-missing': 'a file that is not there',
    'file-unreadable': 'a file that could not be read',
    'file-unwritable': 'a file or folder that could not be written',
    'disk-full': 'no space left for an output',
    'stream-closed': 'the reader of an output went away',
    'stream-failed': 'a stream that could not be read or written',
    'port-taken': 'an address that could not be listened on',
  },
  partial: {
    'permissions-unasked':
      'permissions that policy --check could ask for and did not, since an option was missing',
    'keys-undescribed': 'KMS keys that were listed and may not be described',
    'keys-incomplete': 'a list of KMS keys or aliases that KMS did not give whole',
  },
} as const satisfies Readonly<Record<ErrorKind, Readonly<Record<string, string>>>>;

export type ErrorCode = { [Kind in ErrorKind]: keyof (typeof MEANINGS)[Kind] }[ErrorKind];

interface ErrorCodeFacts {
  readonly kind: ErrorKind;
  readonly meaning: string;
}

/** The facts of each code. */
export const ERROR_CODES = Object.fromEntries(
  Object.entries(MEANINGS).flatMap(([kind, codes]) =>
    Object.entries(codes).map(([code, meaning]) => [code, { kind, meaning }]),
  ),
) as Readonly<Record<ErrorCode, ErrorCodeFacts>>;
