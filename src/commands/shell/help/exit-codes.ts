import { EXIT_CODES } from '../../../terminal/exit-codes.ts';
import { columns } from './columns.ts';

export function exitCodesTopic(): string {
  const rows = EXIT_CODES.map(({ code, kind, when }): [string, string] => [
    `${String(code).padEnd(4)} ${kind}`,
    when,
  ]);
  return `Exit codes\n\n${columns(rows)}
What was changed gives the code of whoever finds it. KMS refuses a CiphertextBlob that was changed, or that
is another's in its place under --bind: 4. kmsx finds another data key, or an ExportedDataKey that does not
open: 6. A document that was cut short or does not agree with itself is refused before KMS is asked: 2.
list-keys gives 8 where some keys could not be described, and 3 where none could; 8 too where KMS did not give
the whole list.

Exit code 5 alone is worth trying again as it is; with --error-format json it has "Retryable":true.
local-kms ends with 0 when it is stopped by a signal: that is its regular end.
`;
}
