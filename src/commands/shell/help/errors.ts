import { ERROR_CODES } from '../../../base/error-codes.ts';
import { columns } from './columns.ts';

export function errorsTopic(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { kind, meaning }]): [string, string] => [
    code,
    `${meaning} (${kind})`,
  ]);
  return `Error codes: "Code" with --error-format json

${columns(rows)}
A code never changes its meaning. What KMS refuses has KMS's own Code, such as Forbidden.KeyNotFound;
docs/troubleshooting.md of the package has all that are known, each with what to type.
`;
}
