/*
 * Signatures over the head of a record, good and bad, and what is said of each: by kmsx, and by `ssh-keygen -Y verify
 * -I alice -n kmsx-record`. Where kmsx is stricter on purpose, the row says so.
 */
import type { SignatureCase } from './case.ts';
import { CERTIFICATES } from './certificates.ts';
import { LINES, MALFORMED, TIMES } from './lines.ts';
import { MALFORMED_KEYS } from './malformed.ts';
import { FORM, HARDWARE, TYPES } from './signatures.ts';

export const SIGNATURE_CASES: readonly (readonly [of: string, cases: readonly SignatureCase[]])[] =
  [
    ['types of keys and algorithms', TYPES],
    ['the form of a signature', FORM],
    ['hardware keys', HARDWARE],
    ['lines of allowed_signers', LINES],
    ['times of allowed_signers', TIMES],
    ['malformed lines of allowed_signers', MALFORMED],
    ['certificates', CERTIFICATES],
    ['keys, signatures and certificates that are none', MALFORMED_KEYS],
  ];
