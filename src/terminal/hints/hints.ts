import type { ErrorCode, ErrorKind } from '../../base/error-codes.ts';
import type { KmsxError } from '../../base/error.ts';
import { OwnError } from '../../base/error.ts';
import { CREDENTIALS_HINTS } from './credentials.ts';
import { CRYPTO_HINTS } from './crypto.ts';
import type { HintsOf } from './hints-of.ts';
import { IO_HINTS } from './io.ts';
import { KMS_HINTS } from './kms.ts';
import { PARTIAL_HINTS } from './partial.ts';
import { UNAVAILABLE_HINTS } from './unavailable.ts';
import { USAGE_HINTS } from './usage.ts';

/** What to type or do after each of kmsx's own errors. A new error code does not compile without a decision. */
const HINTS: HintsOf<ErrorKind> = {
  internal: 'run it again with KMSX_DEBUG=1 and report what it prints',
  ...USAGE_HINTS,
  ...CREDENTIALS_HINTS,
  ...KMS_HINTS,
  ...UNAVAILABLE_HINTS,
  ...CRYPTO_HINTS,
  ...IO_HINTS,
  ...PARTIAL_HINTS,
};

/** The hints of an error: its own, or those of its code. */
export function hintsFor(error: KmsxError): readonly string[] {
  if (error.hints !== undefined) return error.hints;
  return error instanceof OwnError ? ownHints(error) : [];
}

function ownHints<C extends ErrorCode>({ code, details }: OwnError<C>): readonly string[] {
  const hints = HINTS[code];
  if (typeof hints === 'function') return [hints(details)];
  return typeof hints === 'string' ? [hints] : hints;
}
