import type { ErrorCode } from '../base/error-codes.ts';
import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';

/** An error about a key file: `label` is what the file is called, `reason` what is wrong with it. */
export function failure(
  code: ErrorCode,
  label: string,
  reason: string,
  details: Readonly<Record<string, string>> = {},
): KmsxError {
  return kmsxError(code, `${label} ${reason}`, { label, ...details });
}
