import { EXIT_CODES } from '../exit-codes.ts';
import { columns } from './columns.ts';

export function exitCodesTopic(): string {
  const rows = EXIT_CODES.map(({ code, kind, when }): [string, string] => [
    `${String(code).padEnd(4)} ${kind}`,
    when,
  ]);
  return `Exit codes\n\n${columns(rows)}
Exit code 5 alone is worth trying again as it is; with --error-format json it has "Retryable":true.
local-kms ends with 0 when it is stopped by a signal: that is its regular end.
`;
}
