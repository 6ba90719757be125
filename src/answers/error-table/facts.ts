import type { ErrorKind } from '../../base/error-codes.ts';

/** What a code is about, if the program depends on it. */
export type Subject =
  | 'permission'
  | 'parameter'
  | 'missing-parameter'
  | 'clock'
  | 'nonce'
  | 'dry-run'
  | 'credentials-expired'
  | 'not-offered'
  | 'key-missing'
  | 'key-state'
  | 'secret-missing'
  | 'exists'
  | 'throttled';

/** What an error code of KMS, of its gateway or of STS means to the operator. */
export interface KmsErrorFacts {
  /** Gives the exit code (`kmsx help exit-codes`). */
  readonly kind: Extract<ErrorKind, 'credentials' | 'kms' | 'unavailable'>;
  /**
   * Own words, always: KMS's Message may hold what was sent (SignatureDoesNotMatch echoes the whole
   * request), names of accounts, or anything that a later version puts there. Code and RequestId say the rest.
   */
  readonly message: string;
  readonly about?: Subject;
  /** The KeyState that the code is about. */
  readonly keyState?: string;
  /** What to type or do; `ACTION` stands for the operation. */
  readonly hint: string;
  /** The public gateway may say this of a key in a KMS instance that is closed to the Internet. */
  readonly mayBeClosedInstance?: true;
}

/** Codes of one theme, by name: they are all of one kind. */
export type KmsErrorTheme = Readonly<Record<string, Omit<KmsErrorFacts, 'kind'>>>;
