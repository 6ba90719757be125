import { ERROR_CODES } from '../../../base/error-codes.ts';
import { EXIT_CODES } from '../../../terminal/exit-codes.ts';
import { columns } from './columns.ts';
import { documentsTopic } from './documents.ts';
import { environmentTopic } from './environment.ts';
import { termsTopic } from './terms.ts';
import type { TopicName } from './topic-names.ts';

/** The text of `kmsx help TOPIC`, by topic. */
export const TOPICS: Readonly<Record<TopicName, () => string>> = {
  'exit-codes': exitCodesTopic,
  environment: environmentTopic,
  documents: documentsTopic,
  terms: termsTopic,
  errors: errorsTopic,
};

function exitCodesTopic(): string {
  const rows = EXIT_CODES.map(({ code, kind, when }): [string, string] => [
    `${String(code).padEnd(4)} ${kind}`,
    when,
  ]);
  return `Exit codes\n\n${columns(rows)}
The code depends on who detects a modification. KMS refuses a CiphertextBlob that was modified, or swapped for
another under --bind: 4. kmsx finds a different data key, or an ExportedDataKey that does not open: 6. A
truncated or inconsistent document is refused before KMS is called: 2. list-keys gives 8 if some keys could
not be described or KMS did not return the whole list, and 3 if no key could be described.

Only exit code 5 is worth retrying unchanged; with --error-format json it has "Retryable":true.
local-kms exits with 0 when a signal stops it: that is its normal end.
`;
}

function errorsTopic(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { kind, meaning }]): [string, string] => [
    code,
    `${meaning} (${kind})`,
  ]);
  return `Error codes: "Code" with --error-format json

${columns(rows)}
A code never changes its meaning. An error from KMS has KMS's own Code, such as Forbidden.KeyNotFound;
docs/troubleshooting.md in the package lists all known codes and what to do about each.
`;
}
