/* The manual pages say what the command tree says; test/interop/program/man-pages.test.ts has them read by mandoc. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { manPage, pageName } from '../../../scripts/man/page.ts';
import { filled, item, literal, references } from '../../../scripts/man/roff.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { testIo } from '../../support/test-io.ts';

const program = await createFullProgram(testIo());
const commands = [program, ...program.commands];
const RELEASE = { version: '1.2.3', date: '2026-11-29' };

describe('the manual page', () => {
  it.each(commands.map((command) => [pageName(command), command] as const))(
    '%s has every section and every option',
    (name, command) => {
      const page = manPage(command, RELEASE);
      const sections = [...page.matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title);
      const all = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'OPTIONS', 'ENVIRONMENT'].concat([
        'EXIT STATUS',
        'SEE ALSO',
      ]);
      const isHelp = name === 'kmsx-help';
      expect(sections).toEqual(
        all.filter((title) => !isHelp || !['EXAMPLES', 'EXIT STATUS'].includes(title)),
      );
      for (const { long, short } of [...command.options, ...program.options]) {
        for (const flag of [long, short]) {
          if (flag !== undefined)
            expect(page).toMatch(new RegExp(`^.*\\\\fB${roff(flag)}(,| |\\\\fR)`, 'm'));
        }
      }
      expect(page).toContain('"2026-11-29" "kmsx 1.2.3"');
      expect(page).toMatch(/^[\x20-\x7e\n]+$/);
      expect(manPage(command, RELEASE)).toBe(page);
    },
  );

  it('of every command is there, packed, and named for man', () => {
    const { man, files } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly man: readonly string[];
      readonly files: readonly string[];
    };
    const names = commands.map((command) => `${pageName(command)}.1`);
    expect(readdirSync('man').sort()).toEqual([...names].sort());
    expect(man).toEqual(names.map((name) => `./man/${name}`));
    expect(files).toContain('man');
  });

  it('names the pages of the commands that its text speaks of', () => {
    const unwrap = program.commands.find((command) => command.name() === 'reexport-key') ?? program;
    expect(manPage(unwrap, RELEASE)).toMatch(/\.SH SEE ALSO\n\.BR kmsx \(1\)/);
    const last = manPage(program, RELEASE).trimEnd().split('\n').at(-1);
    expect(last).toBe(String.raw`.BR kmsx\-help (1)`);
  });
});

/** As it stands in a regular expression. */
function roff(flag: string): string {
  return literal(flag).replaceAll('\\', '\\\\');
}

describe('roff', () => {
  it.each([
    ['a-b', String.raw`a\-b`],
    ['it\\n', String.raw`it\en`],
    ["'quoted'", String.raw`\(aqquoted\(aq`],
    ['.request', String.raw`\&.request`],
    ['~/^`x`', String.raw`\(ti/\(ha\(gax\(ga`],
    ['label:…', String.raw`label:\[u2026]`],
    ['𝄞', String.raw`\[u1D11E]`],
    ['a "b" $c', 'a "b" $c'],
  ])('writes %s as it is', (text, expected) => {
    expect(literal(text)).toBe(expected);
  });

  it('never begins a line of text with a control character', () => {
    const text = filled(`${'word '.repeat(15)}.TH ${'word '.repeat(15)}'x`);
    expect(text.split('\n').filter((line) => /^[.']/.test(line))).toEqual([]);
    expect(item('t', '.x')).toBe('.TP\nt\n\\&.x');
    expect(references(['a', 'b'])).toBe('.BR a (1),\n.BR b (1)');
  });
});
