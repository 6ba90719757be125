import { kmsxError } from '../error.ts';
import { shellWord } from './shell-word.ts';

const STRAY = String.raw`[\s\p{C}"'\x60\u00b4\u2018-\u201f\u00ab\u00bb\uff02\uff07]`;

/** What a character that belongs to no name, id or address is called. */
const STRAY_NAMES: Readonly<Record<string, string>> = {
  ' ': 'a blank',
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a carriage return',
  '\u00a0': 'a non-breaking space',
  '\u3000': 'a wide blank',
  '\ufeff': 'a byte order mark',
  '"': 'a quotation mark',
  "'": 'a quotation mark',
};

/**
 * The first character of a name, id or address that another syntax left in it: white space, an invisible character,
 * a quotation mark.
 *
 * @returns in words, such as `a carriage return` or `U+200B`
 */
export function strayCharacter(text: string): string | undefined {
  const found = new RegExp(STRAY, 'u').exec(text)?.[0];
  if (found === undefined) return undefined;
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  return STRAY_NAMES[found] ?? `the character U+${code}`;
}

/** A name, id or address without the characters that `strayCharacter` finds, and in the usual width. */
export function withoutStray(text: string): string {
  return text.normalize('NFKC').replaceAll(new RegExp(STRAY, 'gu'), '');
}

/**
 * The name that a text likely means: the same letters and digits, else the only one that begins or ends with them, or
 * they with it, else the nearest within two mistyped characters.
 */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  const letters = lettersOf(text);
  if (letters === '' || letters.length > LONGEST) return undefined;
  const same = names.filter((name) => lettersOf(name) === letters);
  if (same.length > 0) return same[0];
  const partly = names.filter((name) => isPart(lettersOf(name), letters));
  if (partly.length > 0) return partly.length === 1 ? partly[0] : undefined;
  const near = names
    .map((name) => ({ name, distance: distance(lettersOf(name), letters) }))
    .filter((each) => each.distance <= Math.min(2, Math.floor(letters.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return near[1]?.distance === near[0]?.distance ? undefined : near[0]?.name;
}

/**
 * The error for a value that is not one of those that an option takes, with the one that was likely meant.
 *
 * @param option - the option or `kmsx COMMAND`, or where else the value stands: there is nothing to type then
 */
export function notAmong(option: string, value: string, names: readonly string[]): Error {
  const meant = /^(?:--|kmsx )/.test(option) ? nearestName(value, names) : undefined;
  const shown = JSON.stringify(value.slice(0, LONGEST));
  return kmsxError('bad-usage', `${option} takes ${names.join(', ')}; not ${shown}`, {
    hints: meant === undefined ? undefined : [`did you mean ${option} ${shellWord(meant)}?`],
  });
}

const LONGEST = 64;
/** Shorter pieces are part of too much. */
const SHORTEST_PART = 3;

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function isPart(name: string, letters: string): boolean {
  const [short, long] = name.length < letters.length ? [name, letters] : [letters, name];
  return short.length >= SHORTEST_PART && (long.startsWith(short) || long.endsWith(short));
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
