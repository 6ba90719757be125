/* What goes wrong before the program itself is loaded is told as everything else is: in a line and a hint. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { KMSX, shell } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const folder = useTempFolder();
const START = join(dirname(dirname(KMSX)), 'dist', 'kmsx.cjs');

it.each([
  [
    'the text of the program without its file',
    `node - --help < '${START}'`,
    2,
    'Node.js was given the text of kmsx in place of its file',
  ],
  ['a word of its own alone', '$KMSX kmsx:record', 2, 'kmsx:record is a word that kmsx itself'],
  [
    'a file that a recording would write over',
    `$KMSX kmsx:record names file '' help terms >&-`,
    7,
    'file exists, and is not written over',
  ],
  [
    'the same of compiled code',
    `echo [] > names; $KMSX kmsx:record code file names help terms > text`,
    7,
    'file exists, and is not written over',
  ],
  [
    'a list of names that is not there',
    '$KMSX kmsx:record code new names help',
    7,
    'names cannot be used (ENOENT)',
  ],
  ['a checkout that was not built', 'node bin/kmsx.js --help', 7, 'kmsx is not built: /'],
])('is told: %s', async (_, line, exitCode, message) => {
  mkdirSync(join(folder(), 'bin'));
  for (const name of ['kmsx.js', 'package.json']) {
    copyFileSync(join(dirname(KMSX), name), join(folder(), 'bin', name));
  }
  writeFileSync(join(folder(), 'file'), 'of others');
  const { code, stderr } = await shell(line, { cwd: folder() });
  expect(stderr).toMatch(/^kmsx: error: .*\nkmsx: hint: .*\n$/);
  expect(stderr).toContain(message);
  expect(code).toBe(exitCode);
});
