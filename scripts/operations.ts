/* Writes the table of operations in docs/embedded-kms.md from the code; with --check only says whether it is fresh. */
import { join } from 'node:path';
import { keepPage } from './generated-page.ts';
import { withOperationsTable } from './operations-table.ts';

await keepPage(
  join('docs', 'embedded-kms.md'),
  withOperationsTable,
  'the operations of the embedded KMS give: npm run operations',
);
