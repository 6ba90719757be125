/* Writes docs/troubleshooting.md from the tables of errors; with --check only says whether it is fresh. */
import { join } from 'node:path';
import { keepPage } from './generated-page.ts';
import { troubleshootingPage } from './troubleshooting-page.ts';

await keepPage(
  join('docs', 'troubleshooting.md'),
  troubleshootingPage,
  'the tables of errors give: npm run troubleshooting',
);
