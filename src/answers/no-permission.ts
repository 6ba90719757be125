import { KmsxError } from '../base/error.ts';

/** KMS's and RAM's codes for a call that no policy allows; the second is that of a dry run. */
const CODES: ReadonlySet<string> = new Set([
  'Forbidden.NoPermission',
  'AccessDeniedError',
  'Forbidden.RAM',
  'NotAuthorized',
  'NoPermission',
]);

/** Tells whether a Deny statement refused a call: allowing it elsewhere would not help. */
export function isDenied({ details }: KmsxError): boolean {
  return details['denial']?.startsWith('a Deny statement') === true;
}

/** Tells whether KMS refused a call because these credentials may not make it, and for no other reason. */
export function isNoPermission(error: unknown): error is KmsxError {
  if (!(error instanceof KmsxError) || error.kind !== 'credentials') return false;
  return CODES.has(error.code) || error.details['denial'] !== undefined;
}
