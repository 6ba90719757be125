/* The manual pages as mandoc reads them: nothing to complain of, and what is on the page can be typed. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pageName } from '../../../scripts/man/page.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { helpFactsOf } from '../../../src/terminal/help/help-facts.ts';
import { testIo } from '../../support/test-io.ts';

const FOLDER = fileURLToPath(new URL('../../../man/', import.meta.url));
const program = await createFullProgram(testIo());

function mandoc(...args: readonly string[]): string {
  const { status, stdout, error } = spawnSync('mandoc', args, { cwd: FOLDER });
  expect(error, 'mandoc is not installed').toBeUndefined();
  expect(status, stdout.toString()).toBe(0);
  return stdout.toString();
}

it('mandoc finds no fault in any page', () => {
  const pages = readdirSync(FOLDER);
  expect(pages.length).toBeGreaterThan(20);
  expect(mandoc('-T', 'lint', '-W', 'all', ...pages)).toBe('');
});

it.each([program, ...program.commands].map((command) => [pageName(command), command] as const))(
  '%s shows its options and examples as they are typed',
  (name, command) => {
    const shown = mandoc('-T', 'utf8', '-O', 'width=100', `${name}.1`).replaceAll(/.\x08/g, '');
    for (const { long = '', short } of command.options) {
      expect(shown).toContain(
        short === undefined ? `\n       ${long}` : `\n       ${short}, ${long}`,
      );
    }
    const words = (text: string): string => text.replaceAll(/\s+\\\n\s*|\s+/g, ' ');
    for (const [, line] of helpFactsOf(command)?.examples ?? []) {
      expect(words(shown)).toContain(words(line));
    }
  },
);
