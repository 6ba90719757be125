/* Writes man/ from the command tree; with --check only says whether it is fresh, and whether package.json names each page. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFullProgram } from '../../src/program/program.ts';
import { testIo } from '../../test/support/test-io.ts';
import { manPage, pageName } from './page.ts';

const FOLDER = 'man';
const isCheck = process.argv.includes('--check');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly man: readonly string[];
};
const release = { version: manifest.version, date: releaseDate() };

const program = await createFullProgram(testIo());
const pages = new Map(
  [program, ...program.commands].map((command) => [
    `${pageName(command)}.1`,
    manPage(command, release),
  ]),
);

if (!isCheck) mkdirSync(FOLDER, { recursive: true });
for (const [name, page] of pages) {
  if (!isCheck) writeFileSync(join(FOLDER, name), page);
  else if (read(name) !== page) fail(`${FOLDER}/${name} is not what the command tree gives`);
}
for (const name of readdirSync(FOLDER).filter((each) => !pages.has(each))) {
  if (isCheck) fail(`${FOLDER}/${name} is of no command`);
  else rmSync(join(FOLDER, name));
}
const named = [...pages.keys()].map((name) => `./${FOLDER}/${name}`);
if (JSON.stringify(manifest.man) !== JSON.stringify(named)) {
  fail(`"man" of package.json is not ${JSON.stringify(named)}`);
}

/** The day of the newest release in the changelog: a page is the same on every day that it is made. */
function releaseDate(): string {
  const [, date] =
    /^## .* \((\d{4}-\d{2}-\d{2})\)$/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  if (date === undefined) throw new Error('CHANGELOG.md has no release');
  return date;
}

function read(name: string): string | undefined {
  return readdirSync(FOLDER).includes(name) ? readFileSync(join(FOLDER, name), 'utf8') : undefined;
}

function fail(message: string): void {
  console.error(`${message}: npm run man`);
  process.exitCode = 1;
}
