/* Which page is a translation of which, and what the two must share. */
import { dirname, join } from 'node:path/posix';

/** Paths from the root of the repository. */
export const TRANSLATIONS: readonly { readonly page: string; readonly of: string }[] = [
  { page: 'README.zh-CN.md', of: 'README.md' },
  { page: 'README.id.md', of: 'README.md' },
  { page: 'docs/zh-CN/first-hour.md', of: 'docs/first-hour.md' },
  { page: 'docs/zh-CN/ceremony.md', of: 'docs/ceremony.md' },
];

/** A page and its translations. */
export const languagesOf = (page: string): string[] => [
  page,
  ...TRANSLATIONS.filter(({ of }) => of === page).map((translation) => translation.page),
];

const FENCE = /^```.*?^```$/gms;

/** The blocks of a page, in order: code as it stands; of what is translated, the kind and the size. */
export function outlineOf(text: string): string[] {
  const code = [...text.matchAll(FENCE)].map(([fence]) => fence);
  return text
    .replaceAll(FENCE, 'CODE')
    .trim()
    .split(/\n{2,}/)
    .map((block) => (block === 'CODE' ? (code.shift() ?? '') : kindOf(block)));
}

function kindOf(block: string): string {
  const lines = block.split('\n');
  if (block.startsWith('#')) return block.replace(/ .*/s, '');
  if (block.startsWith('|')) return lines.map((line) => line.replaceAll(/[^|]+/g, ' ')).join('\n');
  if (block.startsWith('- '))
    return `${lines.filter((line) => line.startsWith('- ')).length} items`;
  return block.startsWith('> ') ? 'quotation' : 'paragraph';
}

/** The code in the prose and the tables of a page, sorted: languages differ in the order of words. */
export const codeInProse = (text: string): string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => code.replaceAll(/\s+/g, ' '))
    .sort();

/** Where the links of a page lead, from the root, sorted: a translated page counts as its original. */
export function linksOf(page: string, text: string): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => join(dirname(page), link))
    .map((link) => TRANSLATIONS.find((translation) => translation.page === link)?.of ?? link)
    .sort();
}
