/* Writes docs/troubleshooting.md from the tables of errors; with --check only says whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { troubleshootingPage } from './troubleshooting-page.ts';

const path = join('docs', 'troubleshooting.md');
const page = await troubleshootingPage();
if (!process.argv.includes('--check')) writeFileSync(path, page);
else if (readFileSync(path, 'utf8') !== page) {
  console.error(`${path} is not what the tables of errors give: npm run troubleshooting`);
  process.exitCode = 1;
}
