import type { ErrorCode } from './error-codes.ts';

/** What an input is called in messages: a file name, or standard input. */
interface OfInput {
  readonly label: string;
}

/** `path` is the lock file; `elsewhere` the host of a process that can't be seen from here. */
interface OfLock {
  readonly path: string;
  readonly pid: string;
  readonly elsewhere: string | undefined;
}

/** What of the network failed: the code of Node's error, or one of our own words. */
interface OfNetwork {
  readonly reason?: string;
}

/** Which kind of database a store is. */
interface OfStore {
  readonly database: 'postgresql' | 'mysql';
}

/** A key that is not of the kind wanted, by its type in OpenSSL's or KMS's words. */
interface OfKeyType {
  readonly keyType?: string;
}

/** What turns a private key file into one that kmsx reads. */
export type PrivateKeyRemedy =
  'openssl' | 'openssl-legacy' | 'openssl-pkcs12' | 'openssl-legacy-pkcs12' | 'its-maker';

/** Facts that the hint of an error, or the code that catches it, depends on. Never a secret. */
export interface ErrorDetails {
  readonly 'option-value-is-option': { readonly option: string; readonly value: string };
  readonly 'environment-refused': { readonly name: string };
  /** What gives it without asking, as options to type. */
  readonly 'input-needed': { readonly instead: string };
  readonly 'output-is-secret': { readonly option: string; readonly path: string };
  readonly 'output-is-store': { readonly option: string; readonly path: string };
  readonly 'input-empty': { readonly isStdin?: boolean };
  readonly 'input-too-large': OfInput;
  readonly 'json-malformed': OfInput;
  readonly 'json-name-twice': { readonly name: string };
  /** `field` is missing if the whole document is not what it should be. */
  readonly 'document-malformed': OfInput & { readonly field?: string };
  readonly 'document-format-unknown': { readonly format: string };
  readonly 'secret-name-malformed': { readonly name: string };
  /** Every mistake, in the order of the lines. */
  readonly 'plan-malformed': {
    readonly mistakes: readonly {
      readonly line: number;
      readonly message: string;
      readonly hint?: string | undefined;
    }[];
  };
  readonly 'key-id-malformed': {
    readonly option: string;
    readonly reason: 'empty' | 'invisible' | 'alias-prefix' | 'alias' | 'arn' | 'form';
    /** What was likely meant. */
    readonly suggestion?: string;
  };
  readonly 'gateway-malformed':
    | { readonly reason: 'form' | 'protocol' | 'http' | 'host' | 'port' | 'gateway' | 'resolve' }
    /** `variable` is the environment variable that names the proxy. */
    | { readonly reason: 'proxy'; readonly variable: string };
  readonly 'proxy-unsupported': { readonly scheme: string };
  readonly 'rehearsal-mixed': { readonly reason?: 'region' };
  readonly 'ca-file-malformed': { readonly reason: string };
  readonly 'pubkey-malformed': OfInput;
  readonly 'pubkey-is-private': OfInput;
  /** Which certificate of a chain is the key's own, from 1; `NUMBER` where nothing tells. */
  readonly 'pubkey-several': { readonly certificate?: number | 'NUMBER' };
  readonly 'pubkey-trailing-bytes': OfInput;
  readonly 'pubkey-unsupported': OfKeyType;
  readonly 'pubkey-size': { readonly modulusBits: number };
  readonly 'privkey-malformed': OfInput;
  readonly 'privkey-trailing-bytes': OfInput;
  readonly 'privkey-unsupported': OfKeyType &
    Partial<OfInput> & {
      readonly remedy?: PrivateKeyRemedy;
    };
  readonly 'data-key-too-long': { readonly algorithm: string; readonly maxBytes: number };
  readonly 'context-unbound': OfInput;
  readonly 'credentials-failed': { readonly reason?: string };
  /** Whether Deny statements are the reason for none, some or all of the permissions. */
  readonly 'permission-missing': { readonly deny: 'none' | 'some' | 'all' };
  readonly 'answer-malformed': { readonly action: string };
  readonly 'network-failed': OfNetwork;
  readonly 'tls-failed': OfNetwork;
  readonly 'timed-out': OfNetwork;
  /** `status` is what the proxy answered to CONNECT. */
  readonly 'proxy-failed': OfNetwork & { readonly status?: number };
  readonly 'state-malformed': { readonly path: string; readonly place: string };
  readonly 'journal-locked': OfLock;
  readonly 'output-locked': OfLock;
  readonly 'record-locked': OfLock;
  readonly 'state-locked': OfLock & { readonly folder: string };
  readonly 'store-missing-option': { readonly place: string };
  readonly 'store-url-password': OfStore;
  readonly 'store-name-malformed': { readonly name: string };
  readonly 'store-tls-weakened': { readonly remedy: string };
  readonly 'store-login-refused': OfStore;
  readonly 'store-permission-missing': OfStore;
  /** `resume` is the command that tries them again. */
  readonly 'lines-failed': { readonly resume: string };
  /** What is not as it was: a line of the record by its number from 1, or a file by its name in the record. */
  readonly 'record-changed': { readonly line?: number; readonly file?: string };
  readonly 'wrapping-hash-mislabelled': { readonly algorithm: string };
  readonly 'passphrase-wrong': OfInput;
  readonly 'module-not-loaded': { readonly path: string };
  /** `takes` has the names of the wrapping algorithms that the token was found to unwrap. */
  readonly 'token-cannot-unwrap': { readonly takes: readonly string[] };
  readonly 'file-missing': { readonly path?: string };
  readonly 'file-unreadable': { readonly path?: string; readonly isFolder?: boolean };
  /** `isWhole`: the file has its name and all its bytes, and may not survive a crash. */
  readonly 'file-unwritable': { readonly isWhole?: boolean };
  readonly 'port-taken': { readonly port: string; readonly reason: string };
}

export type NoDetails = Readonly<Record<string, never>>;

/** The details of an error with this code. */
export type DetailsOf<C extends ErrorCode> = C extends keyof ErrorDetails
  ? ErrorDetails[C]
  : NoDetails;
