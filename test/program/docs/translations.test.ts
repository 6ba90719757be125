/* A translation says what its original says: the same blocks, and the same code and links in what is translated. */
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import {
  codeInProse,
  languagesOf,
  linksOf,
  outlineOf,
  TRANSLATIONS,
} from '../../support/docs/translations.ts';

const read = (page: string): string => readFileSync(page, 'utf8');
const TERMS = 'docs/zh-CN/terms.md';

describe.each(TRANSLATIONS)('$page', ({ page, of }) => {
  it(`has the blocks of ${of}, in the same order`, () => {
    expect(outlineOf(read(page)).length).toBeGreaterThan(30);
    expect(outlineOf(read(page))).toEqual(outlineOf(read(of)));
  });

  it(`names the commands, options and files of ${of} in what is translated`, () => {
    expect(codeInProse(read(page)).length).toBeGreaterThan(10);
    expect(codeInProse(read(page))).toEqual(codeInProse(read(of)));
  });

  it(`leads to where ${of} leads`, () => {
    const links = (from: string): string[] =>
      linksOf(from, read(from)).filter((link) => link !== of && link !== TERMS);
    expect(links(page)).toEqual(links(of));
  });
});

describe.each([...new Set(TRANSLATIONS.map(({ of }) => of))])('the languages of %s', (original) => {
  const pages = languagesOf(original);

  it.each(pages)('are named below the heading of %s', (page) => {
    const [, line = ''] = read(page).split('\n\n');
    const named = [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
    const others = pages.filter((other) => other !== page);
    expect(named).toEqual(others.map((other) => relative(dirname(page), other)));
  });
});

describe('an outline', () => {
  const PAGE =
    '# A\n\nSome `code`.\n\n```sh\na\n\nb\n```\n\n| a | b |\n| - | - |\n\n- one\n  more\n- two';

  it.each([
    ['a heading of another level', '# A', '## A'],
    ['a heading that is missing', '# A\n\n', ''],
    ['other code', 'a\n\nb', 'a\n\nc'],
    ['another place for code', '```sh', '```sh terminal'],
    ['one more paragraph', 'Some', 'More.\n\nSome'],
    ['one more column', '| b |', '| b | c |'],
    ['one more row', '| - | - |', '| - | - |\n| - | - |'],
    ['one more item', '- two', '- two\n- three'],
  ])('is not that of a page with %s', (_, from, to) => {
    expect(PAGE).toContain(from);
    expect(outlineOf(PAGE.replace(from, to))).not.toEqual(outlineOf(PAGE));
  });

  it('is that of a page in other words', () => {
    const translated = PAGE.replace('A', '甲').replace('Some', '一些').replace('one', '一');
    expect(outlineOf(translated)).toEqual(outlineOf(PAGE));
  });
});
