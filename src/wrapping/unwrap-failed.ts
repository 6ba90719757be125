import type { KmsxError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';

/** The one error for everything that fails inside an unwrap, so that it reveals nothing about what failed. */
export function unwrapFailed(): KmsxError {
  return kmsxError('unwrap-failed', 'the wrapped data key does not open with this private key');
}
