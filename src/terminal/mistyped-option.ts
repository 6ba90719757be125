import { kmsxError } from '../base/error.ts';
import { shellWord } from '../base/text/shell-word.ts';
import { areShortForms, takesValue } from './short-forms.ts';

/** Every dash and hyphen of Unicode (general category Pd), the minus sign and the soft hyphen. */
const DASH = String.raw`\p{Pd}\u2212\u00ad`;
const OPTION_LIKE = new RegExp(
  `^(?<dashes>[${DASH}]+)(?<name>[\\p{L}_][\\p{L}\\d_${DASH}]*)(?:(?<separator>[=:：＝])(?<value>.*))?$`,
  'su',
);

/** The parts of a word, by the names of `OPTION_LIKE`. */
type Words = Readonly<Partial<Record<string, string>>>;

/**
 * Refuses a word that is an option but for how it is typed: with a dash that a word processor made, one dash, an
 * underscore, a colon before the value, capital letters, or without its hyphens. The parser would take it for
 * an argument, for the value of the option before it, or for short options.
 *
 * @param names - the long options there are, with their dashes
 * @throws KmsxError `bad-usage`; what follows a separator is not shown, since it may be a secret
 */
export function assertWellTyped(word: string, names: readonly string[]): void {
  assertNoLoneDash(word);
  const parts: Words | undefined = OPTION_LIKE.exec(word)?.groups;
  if (parts === undefined) return;
  const { dashes = '', name = '', separator = '' } = parts;
  const long = names.find((each) => lettersOf(each) === lettersOf(name));
  const meant = long ?? (areShortForms(name) ? `-${name}` : undefined);
  const separators = long === undefined ? [''] : ['', '='];
  if (meant === undefined || (dashes + name === meant && separators.includes(separator))) return;
  const wrong = whatIsWrong(dashes, name, separator, long !== undefined);
  throw kmsxError('bad-usage', `${dashes}${name} ${wrong}`, {
    hints: [`did you mean ${meant}${withValue(parts, long !== undefined)}?`],
  });
}

/** A dash of a word processor alone would be the name of a file in place of a standard stream. */
function assertNoLoneDash(word: string): void {
  if (word === '-' || !new RegExp(`^[${DASH}]$`, 'u').test(word)) return;
  throw kmsxError('bad-usage', `${word} is a typographic dash (${codePoint(word)})`, {
    hints: [`did you mean -, standard input or output? a file of that name is ./${word}`],
  });
}

function codePoint(sign: string): string {
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A short option takes a file, whose name is no secret, or no value at all. */
function withValue({ name = '', separator = '', value = '' }: Words, isLong: boolean): string {
  if (separator === '') return '';
  if (isLong) return '=…';
  if (!takesValue(name)) return '';
  return value === '' ? ' …' : ` ${shellWord(value)}`;
}

function whatIsWrong(dashes: string, name: string, separator: string, isLong: boolean): string {
  const odd = new RegExp(`(?!-)[${DASH}]`, 'u').exec(dashes + name)?.[0];
  if (odd !== undefined) {
    return `has a typographic dash (${codePoint(odd)}) where a hyphen belongs`;
  }
  if (dashes === '-' && isLong) return 'has one hyphen; a long option has two';
  if (separator !== '' && (separator !== '=' || dashes === '-')) {
    const before = isLong ? 'a blank or =' : 'a blank';
    return `is followed by ${JSON.stringify(separator)}; a value follows ${before}`;
  }
  return 'is not an option';
}

/** An option without what is easily mistyped. */
function lettersOf(name: string): string {
  return name.replaceAll(new RegExp(`[_${DASH}]`, 'gu'), '').toLowerCase();
}
