import { factsOf } from '../../../src/answers/error-table/table.ts';
import type { RefusalOptions } from '../../../src/answers/refusal.ts';
import { KmsRefused } from '../../../src/answers/refusal.ts';

/** The refusal of KMS with a code, by its row of the table. */
export function refused(code: string, parts: Partial<RefusalOptions> = {}): KmsRefused {
  const { kind, about, message, hint } = factsOf(code, 400);
  return new KmsRefused({ kind, about, code, message, hints: [hint], action: 'Decrypt', ...parts });
}

/** The codes for a call that these credentials may not make. */
export const PERMISSION_CODES = [
  'Forbidden.NoPermission',
  'AccessDeniedError',
  'Forbidden.RAM',
  'NotAuthorized',
  'NoPermission',
];
