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
    'option-value-is-option': 'an option value that begins with -- or a short option',
    'options-conflict': 'two options that exclude each other',
    'environment-refused': 'an environment variable that would make the run unsafe',
    'cache-not-possible': 'compiled code that could not be kept safely, or would not be read',
    'not-offered-yet': 'an algorithm or feature that is not supported yet',
    'input-needed': 'something that --no-input does not let kmsx ask for',
    'input-twice-stdin': 'two inputs that would both read standard input',
    'output-twice': 'two outputs that would be the same file or stream',
    'output-is-input': 'an output that is also an input',
    'output-exists': 'an output file that already exists',
    'output-is-secret': 'secret:NAME where only a file is written',
    'output-is-folder': 'an output path that is a folder',
    'terminal-refused': 'a plaintext key that would go to a terminal',
    'component-needs-file':
      'a component that would share a stream with messages, the result or another component',
    'input-empty': 'an empty input',
    'input-is-folder': 'an input path that is a folder',
    'input-too-large': 'an input far larger than it should be',
    'json-malformed': 'an input that is not JSON, or is cut short',
    'json-name-twice': 'a name that occurs twice in one JSON object',
    'document-malformed': 'a document with a missing or impossible field',
    'document-format-unknown': 'a document of a Format that this version does not read',
    'document-inconsistent': 'a document that contradicts itself',
    'base64-malformed': 'a value that should be standard base64',
    'not-ciphertext':
      'a plaintext or private key, or another value that is no ciphertext, where one belongs',
    'context-malformed': 'an encryption context that KMS would not accept',
    'context-secret': 'an encryption context with a secret in it, which KMS would log in clear',
    'secret-name-malformed': 'a name that KMS does not allow for a secret',
    'key-id-malformed': 'a malformed key id, alias or ARN',
    'region-missing': 'no region for a gateway that needs one',
    'region-malformed': 'a region that cannot be part of a host name',
    'region-contradicts': 'a region other than that of the ARN',
    'gateway-malformed': 'a malformed gateway, endpoint or address',
    'proxy-unsupported': 'a kind of proxy that kmsx does not support',
    'rehearsal-mixed': "a rehearsal's document or region with the real KMS, or the other way round",
    'ca-file-malformed': 'a CA file without a usable certificate',
    'credentials-file-malformed': 'a malformed credentials or configuration file',
    'fingerprint-malformed': 'a fingerprint that is not SHA256: and 64 hexadecimal digits',
    'check-value-malformed': 'a key check value in an unknown format',
    'pubkey-malformed': 'not a public key in any known format',
    'pubkey-is-private': 'a private key where the public half belongs',
    'pubkey-several': 'more than one key in a file that should hold one',
    'pubkey-trailing-bytes': 'bytes after the key',
    'pubkey-unsupported': 'a kind of public key that KMS does not accept',
    'pubkey-size': 'an RSA public key that does not have 2048 bits',
    'pubkey-exponent': 'an RSA public exponent that is even, below 65537, or 2^256 or more',
    'pubkey-modulus': 'an RSA modulus that can be factored, or is none',
    'pubkey-purpose': 'a public key that its JWK or certificate does not allow to wrap keys',
    'pubkey-repeated': 'the same public key given twice',
    'privkey-malformed': 'not a private key in any known format',
    'privkey-is-public': 'a public key where the private half belongs',
    'privkey-several': 'more than one private key in a file',
    'privkey-trailing-bytes': 'bytes after the private key',
    'privkey-unsupported': 'a kind of private key that kmsx cannot use',
    'passphrase-missing': 'an encrypted private key and no way to ask for its passphrase',
    'passphrase-malformed': 'a passphrase that is empty or cannot be used',
    'uri-malformed': 'a PKCS#11 URI that is malformed, or holds what it may not',
    'module-missing-option': 'a private key in a token, and no module to reach it by',
    'module-changeable': 'a module that another user could change',
    'token-ambiguous': 'several tokens or keys that match where one is meant',
    'token-object-exists': 'a label or id that is in use in the token',
    'token-cannot-unwrap': 'a token that does not unwrap with this algorithm',
    'token-cannot-check': 'a check value that the token cannot compute',
    'pin-missing': 'a PIN is needed and there is no way to ask for it',
    'wrapping-algorithm-mismatch': 'a wrapping algorithm or spec that does not fit the key',
    'wrapping-algorithm-missing': 'a bare ExportedDataKey without the algorithm that wrapped it',
    'export-length': 'an ExportedDataKey of another length than its private key opens',
    'data-key-too-long': 'a data key longer than the wrapping algorithm can carry',
    'operation-not-offered': 'an operation that the chosen gateway does not have',
    'context-unbound': 'a new encryption context that would lose the id of a bound backup',
    'export-ambiguous': 'several exports in a document, and none chosen',
    'component-sets-mixed': 'components of different splits',
    'component-twice': 'the same component given twice',
    'component-missing': 'fewer components than are needed',
    'fault-malformed': 'a malformed fault for the embedded KMS',
    'seed-malformed': 'a malformed seed for the embedded KMS',
    'state-malformed': 'a malformed state of the embedded KMS',
    'credentials-unsupported': 'a profile mode that kmsx does not support',
    'profile-missing': 'a profile that is not in the configuration',
  },
  credentials: {
    'credentials-missing': 'no credentials were found',
    'credentials-failed': 'a source of credentials failed',
    'permission-missing':
      'a permission that these credentials do not have, found by policy --check',
    'pin-wrong': 'a PIN that the token does not accept',
    'pin-locked': 'a PIN that is locked after too many wrong tries',
    'pin-unusable': 'a PIN that has to be set or changed first',
  },
  kms: {
    'secret-exists': 'a secret of KMS that already exists: a backup never goes into it',
    'answer-malformed': 'a malformed answer from KMS',
    'clock-wrong': 'a clock too far from that of KMS, so that KMS refuses requests',
    'key-unusable': 'a KMS key that cannot generate data keys',
    'backups-not-opening': 'backups that do not open, or cannot be read, found by drill',
    'reencrypt-same-key': 'a new backup under the KMS key, key version and context of the old one',
  },
  unavailable: {
    'network-failed': 'KMS could not be reached',
    'tls-failed': 'the TLS connection failed or was not trusted',
    'timed-out': 'no answer in time',
    'not-kms': 'the answer did not come from KMS',
    'proxy-failed': 'the proxy refused or failed',
    'state-locked': 'another process has locked the state of the embedded KMS',
  },
  crypto: {
    'unwrap-failed': 'the export does not open with this private key',
    'wrapping-hash-mislabelled': 'the export opens only with a different hash than it says',
    'token-key-exposed': 'a data key that the token would show or let out',
    'import-mismatch': 'an object in a token that does not hold the data key that was imported',
    'privkey-not-recipient': 'no export in the document was made for this private key',
    'passphrase-wrong': 'a wrong passphrase, or a damaged encrypted private key',
    'data-key-length': 'a data key whose length differs from the document',
    'backup-key-mismatch':
      'a CiphertextBlob under a different KMS key or version than its document says',
    'reencrypt-mismatch': 'a new backup that does not hold the data key of the old one',
    'component-damaged': 'a component that does not match its own check value',
    'combined-key-wrong': 'components that do not combine to the key whose check values they carry',
    'data-keys-differ':
      'a backup that holds a different data key than the export or another backup',
    'check-value-mismatch': 'a key check value that differs from the expected one',
    'fingerprint-mismatch': 'a public key that differs from the expected one',
    'backups-differ': 'backups that hold another data key than they should, found by drill',
    'rehearsal-failed': 'a step of the rehearsal that did not give the required result',
  },
  io: {
    'file-missing': 'a file that does not exist',
    'file-unreadable': 'a file that could not be read',
    'file-unwritable': 'a file or folder that could not be written',
    'disk-full': 'no space left for an output',
    'stream-closed': 'the reader of an output went away',
    'stream-failed': 'a stream that could not be read or written',
    'port-taken': 'an address that cannot be listened on',
    'sm3-missing': 'a Node.js without the hash SM3, as in FIPS mode',
    'module-binding-missing': 'koffi, which calls modules, is not installed',
    'module-not-loaded': 'a module that cannot be loaded, or is none',
    'module-ended': 'a module that crashed',
    'module-timed-out': 'a module that gave no answer in time',
    'module-failed': 'a module that refused a call for a reason of its own',
    'token-missing': 'no token that matches',
    'token-key-missing': 'no key in the token that matches',
    'token-read-only': 'a token that takes no new objects',
    'token-full': 'a token without room for another object',
  },
  partial: {
    'permissions-unasked':
      'permissions that policy --check did not check because an option was missing',
    'keys-undescribed': 'KMS keys that were listed but may not be described',
    'keys-incomplete': 'an incomplete list of KMS keys, aliases or secrets',
    'backups-unreadable': 'backups that list-backups could not read',
    'backups-unasked': 'backups that drill could not ask KMS about, or no backup at all',
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
