/* What pages link to is there, and one word means one thing; test/interop/docs types their commands into a shell. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const filesIn = (folder: string, end: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

const PAGES = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...filesIn('docs', '.md'),
];
const HELP = filesIn('test/golden/help', '.txt');
const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');

/** The anchors that GitHub gives to headings. */
function anchorsOf(page: string): string[] {
  const headings = withoutCode(readFileSync(page, 'utf8')).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(PAGES)('%s', (page) => {
  const links = [...withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

  it('links to files and headings that there are', () => {
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(page, '..', path));
      const text = readFileSync(target, 'utf8'); // throws if it is not there
      expect(text.length, link).toBeGreaterThan(0);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });
});

it.each([
  { readme: 'README.md', isIts: (page: string) => !page.startsWith('docs/zh-CN/'), least: 19 },
  { readme: 'README.zh-CN.md', isIts: (page: string) => page.startsWith('docs/zh-CN/'), least: 3 },
])('$readme leads to every page in its language', ({ readme, isIts, least }) => {
  const text = readFileSync(readme, 'utf8');
  const pages = filesIn('docs', '.md').filter(isIts);
  expect(pages.length).toBeGreaterThanOrEqual(least);
  expect(pages.filter((page) => !text.includes(`](${page})`))).toEqual([]);
});

it.each(['envelope', 'ciphertext blob'])('pages and help do not say %s', (word) => {
  const all = [...PAGES.filter((page) => page !== 'CHANGELOG.md'), ...HELP];
  expect(all.length).toBeGreaterThan(50);
  const said = all.filter((file) => readFileSync(file, 'utf8').toLowerCase().includes(word));
  expect(said).toEqual([]);
});
