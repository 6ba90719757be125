/* Keeps a page of docs/ that is made from the code: with --check it only says whether the page is fresh. */
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a page, or, with --check on the command line, ends with exit code 1 where it is not what it must be.
 *
 * @param make - makes the page from what it is now
 * @param source - what it is made from, and the command that makes it: `the tables of errors give: npm run …`
 */
export async function keepPage(
  path: string,
  make: (before: string) => Promise<string>,
  source: string,
): Promise<void> {
  const before = readFileSync(path, 'utf8');
  const page = await make(before);
  if (!process.argv.includes('--check')) writeFileSync(path, page);
  else if (before !== page) {
    console.error(`${path} is not what ${source}`);
    process.exitCode = 1;
  }
}
