import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

/** The names in a list of `['name', 'command']` of scripts/check.js. */
const namesIn = (list: string): string[] =>
  [...list.matchAll(/^ {2}\['([a-z ]+)', '/gm)].map(([, name = '']) => name);

/** What CONTRIBUTING.md says after a command, on one line. */
function parts(command: string): string[] {
  const [, text = ''] = read('CONTRIBUTING.md').split(`    ${command} `);
  const [sentence = ''] = text.split(/\n {4}\S/);
  return sentence
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^the gate: |^mends /, '')
    .split(', ');
}

test('CONTRIBUTING.md names the parts of npm run check and npm run fix, in order', () => {
  const [fix = '', check = ''] = read('scripts/check.js').split('const beside = [');
  expect(namesIn(check).length).toBeGreaterThan(8);
  expect(parts('npm run check')).toEqual(namesIn(check));
  expect(parts('npm run fix')).toEqual(namesIn(fix));
});
