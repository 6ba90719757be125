/** What the operator does next; each kind has one exit code (`kmsx help exit-codes`). */
export type ErrorKind =
  'internal' | 'usage' | 'credentials' | 'kms' | 'unavailable' | 'crypto' | 'io' | 'partial';

interface ErrorCodeFacts {
  readonly kind: ErrorKind;
  readonly meaning: string;
}

/**
 * kmsx's own error codes. A code never changes its meaning. `kmsx help errors` prints this table.
 * What KMS refuses keeps KMS's own Code and is not listed here.
 */
export const ERROR_CODES = {
  internal: { kind: 'internal', meaning: 'a defect in kmsx' },

  'bad-usage': { kind: 'usage', meaning: 'an unknown, missing or malformed option or argument' },
  'option-twice': { kind: 'usage', meaning: 'a second value for an option that takes one' },
  'option-value-is-option': { kind: 'usage', meaning: 'an option value that begins with --' },
  'options-conflict': { kind: 'usage', meaning: 'two options that exclude each other' },
  'environment-refused': {
    kind: 'usage',
    meaning: 'an environment variable that would make the run unsafe',
  },
  'not-offered-yet': {
    kind: 'usage',
    meaning: 'an algorithm or feature that is known but not there yet',
  },
  'input-twice-stdin': { kind: 'usage', meaning: 'two inputs that would both read standard input' },
  'output-twice': { kind: 'usage', meaning: 'two outputs that would be the same file or stream' },
  'output-is-input': { kind: 'usage', meaning: 'an output that is also an input' },
  'output-exists': { kind: 'usage', meaning: 'an output file that exists already' },
  'output-is-secret': { kind: 'usage', meaning: 'secret:NAME where only a file is written' },
  'output-is-folder': { kind: 'usage', meaning: 'an output path that is a folder' },
  'terminal-refused': { kind: 'usage', meaning: 'a plaintext key that would go to a terminal' },
  'component-needs-file': {
    kind: 'usage',
    meaning: 'a component that would go where messages, the result or another component goes',
  },
  'input-empty': { kind: 'usage', meaning: 'an input with nothing in it' },
  'input-too-large': { kind: 'usage', meaning: 'an input far larger than what it should be' },
  'json-malformed': { kind: 'usage', meaning: 'an input that is not JSON, or is cut short' },
  'json-name-twice': { kind: 'usage', meaning: 'a name that stands twice in one JSON object' },
  'document-malformed': { kind: 'usage', meaning: 'a document with a missing or impossible field' },
  'document-format-unknown': {
    kind: 'usage',
    meaning: 'a document of a Format that this version does not read',
  },
  'document-inconsistent': { kind: 'usage', meaning: 'a document that contradicts itself' },
  'base64-malformed': { kind: 'usage', meaning: 'a value that should be standard base64' },
  'context-malformed': { kind: 'usage', meaning: 'an encryption context that KMS would not take' },
  'secret-name-malformed': {
    kind: 'usage',
    meaning: 'a name that a secret of KMS cannot have',
  },
  'key-id-malformed': { kind: 'usage', meaning: 'a key id, alias or ARN that cannot be right' },
  'region-missing': { kind: 'usage', meaning: 'no region for a gateway that needs one' },
  'region-malformed': { kind: 'usage', meaning: 'a region that cannot be part of a host name' },
  'region-contradicts': { kind: 'usage', meaning: 'a region other than the one of the ARN' },
  'gateway-malformed': {
    kind: 'usage',
    meaning: 'a gateway, endpoint or address that cannot be right',
  },
  'proxy-unsupported': { kind: 'usage', meaning: 'a proxy of a kind that kmsx does not use' },
  'rehearsal-mixed': {
    kind: 'usage',
    meaning: "a rehearsal's document or region with the real KMS, or the other way round",
  },
  'ca-file-malformed': { kind: 'usage', meaning: 'a CA file without a usable certificate' },
  'credentials-file-malformed': {
    kind: 'usage',
    meaning: 'a credentials or configuration file that cannot be read as such',
  },
  'fingerprint-malformed': {
    kind: 'usage',
    meaning: 'a fingerprint that is not SHA256: and 64 digits',
  },
  'check-value-malformed': { kind: 'usage', meaning: 'a key check value of no known form' },
  'pubkey-malformed': { kind: 'usage', meaning: 'no public key of any known form' },
  'pubkey-is-private': { kind: 'usage', meaning: 'a private key where the public half belongs' },
  'pubkey-several': { kind: 'usage', meaning: 'more than one key in a file that should hold one' },
  'pubkey-trailing-bytes': { kind: 'usage', meaning: 'bytes after the key' },
  'pubkey-unsupported': { kind: 'usage', meaning: 'a public key of a kind that KMS does not take' },
  'pubkey-size': { kind: 'usage', meaning: 'an RSA public key that is not of 2048 bits' },
  'pubkey-exponent': {
    kind: 'usage',
    meaning: 'an RSA public exponent that is even, below 65537, or of 2^256 and more',
  },
  'pubkey-repeated': { kind: 'usage', meaning: 'the same public key given twice' },
  'privkey-malformed': { kind: 'usage', meaning: 'no private key of any known form' },
  'privkey-is-public': { kind: 'usage', meaning: 'a public key where the private half belongs' },
  'privkey-several': { kind: 'usage', meaning: 'more than one private key in a file' },
  'privkey-trailing-bytes': { kind: 'usage', meaning: 'bytes after the private key' },
  'privkey-unsupported': { kind: 'usage', meaning: 'a private key of a kind that kmsx cannot use' },
  'passphrase-missing': {
    kind: 'usage',
    meaning: 'an encrypted private key and no way to ask for its passphrase',
  },
  'passphrase-malformed': {
    kind: 'usage',
    meaning: 'a passphrase that is empty or cannot be used',
  },
  'wrapping-algorithm-mismatch': {
    kind: 'usage',
    meaning: 'a wrapping algorithm or spec that does not fit the key',
  },
  'wrapping-algorithm-missing': {
    kind: 'usage',
    meaning: 'a bare ExportedDataKey and no word on how it was wrapped',
  },
  'data-key-too-long': {
    kind: 'usage',
    meaning: 'a data key longer than the wrapping algorithm can carry',
  },
  'operation-not-offered': {
    kind: 'usage',
    meaning: 'an operation that the chosen gateway does not have',
  },
  'context-unbound': {
    kind: 'usage',
    meaning: 'a new encryption context that would lose the id of a bound backup',
  },
  'export-ambiguous': {
    kind: 'usage',
    meaning: 'several exports in a document, and no word on which one is meant',
  },
  'component-sets-mixed': { kind: 'usage', meaning: 'components of different splits' },
  'component-twice': { kind: 'usage', meaning: 'the same component given twice' },
  'component-missing': { kind: 'usage', meaning: 'fewer components than are needed' },
  'fault-malformed': {
    kind: 'usage',
    meaning: 'a fault of the embedded KMS that is not understood',
  },
  'seed-malformed': {
    kind: 'usage',
    meaning: 'a seed of the embedded KMS that is not understood',
  },
  'state-malformed': {
    kind: 'usage',
    meaning: 'a state of the embedded KMS that is not understood',
  },

  'credentials-missing': { kind: 'credentials', meaning: 'no credentials were found' },
  'credentials-failed': { kind: 'credentials', meaning: 'a source of credentials failed' },
  'credentials-unsupported': {
    kind: 'usage',
    meaning: 'a profile mode that kmsx does not offer',
  },
  'permission-missing': {
    kind: 'credentials',
    meaning: 'a permission that these credentials do not have, found by policy --check',
  },
  'profile-missing': { kind: 'usage', meaning: 'a profile that is not in the configuration' },

  'secret-exists': {
    kind: 'kms',
    meaning: 'a secret of KMS that exists already: a backup never goes into it',
  },
  'answer-malformed': { kind: 'kms', meaning: "an answer of KMS that can't be right" },
  'clock-wrong': {
    kind: 'kms',
    meaning: 'a clock too far from that of KMS, which refuses its requests',
  },
  'key-unusable': { kind: 'kms', meaning: 'a KMS key that data keys cannot come from' },

  'network-failed': { kind: 'unavailable', meaning: 'KMS could not be reached' },
  'tls-failed': { kind: 'unavailable', meaning: 'the TLS connection failed or was not trusted' },
  'timed-out': { kind: 'unavailable', meaning: 'no answer in time' },
  'not-kms': { kind: 'unavailable', meaning: 'what answered was not KMS' },
  'proxy-failed': { kind: 'unavailable', meaning: 'the proxy refused or failed' },
  'state-locked': {
    kind: 'unavailable',
    meaning: 'another process holds the state of the embedded KMS',
  },

  'unwrap-failed': { kind: 'crypto', meaning: 'the export does not open with this private key' },
  'wrapping-hash-mislabelled': {
    kind: 'crypto',
    meaning: 'the export opens only with another hash than it says',
  },
  'privkey-not-recipient': {
    kind: 'crypto',
    meaning: 'no export in the document was made for this private key',
  },
  'passphrase-wrong': {
    kind: 'crypto',
    meaning: 'a wrong passphrase, or a damaged encrypted private key',
  },
  'data-key-length': {
    kind: 'crypto',
    meaning: 'a data key of another length than the document says',
  },
  'backup-key-mismatch': {
    kind: 'crypto',
    meaning: 'a CiphertextBlob under another KMS key than its document says',
  },
  'reencrypt-mismatch': {
    kind: 'crypto',
    meaning: 'a new backup that does not hold the data key of the old one',
  },
  'reencrypt-same-key': {
    kind: 'kms',
    meaning: 'a new backup under the KMS key, key version and context of the old one',
  },
  'component-damaged': {
    kind: 'crypto',
    meaning: 'a component that does not have its own check value',
  },
  'combined-key-wrong': {
    kind: 'crypto',
    meaning: 'components that do not make the key whose check values they carry',
  },
  'data-keys-differ': {
    kind: 'crypto',
    meaning: 'a backup that holds another data key than the export or another backup',
  },
  'check-value-mismatch': { kind: 'crypto', meaning: 'a key check value other than expected' },
  'fingerprint-mismatch': { kind: 'crypto', meaning: 'a public key other than expected' },
  'rehearsal-failed': {
    kind: 'crypto',
    meaning: 'a step of the rehearsal did not do what it must',
  },

  'permissions-unasked': {
    kind: 'partial',
    meaning:
      'permissions that policy --check could ask for and did not, since an option was missing',
  },
  'keys-undescribed': {
    kind: 'partial',
    meaning: 'KMS keys that were listed and may not be described',
  },
  'keys-incomplete': {
    kind: 'partial',
    meaning: 'a list of KMS keys or aliases that KMS did not give whole',
  },

  'file-missing': { kind: 'io', meaning: 'a file that is not there' },
  'file-unreadable': { kind: 'io', meaning: 'a file that could not be read' },
  'file-unwritable': { kind: 'io', meaning: 'a file or folder that could not be written' },
  'disk-full': { kind: 'io', meaning: 'no space left for an output' },
  'stream-closed': { kind: 'io', meaning: 'the reader of an output went away' },
  'stream-failed': { kind: 'io', meaning: 'a stream that could not be read or written' },
  'port-taken': { kind: 'io', meaning: 'an address that could not be listened on' },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;
