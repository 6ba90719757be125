/** Control characters, line separators, and the marks that turn the direction of text around. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Makes text from files and arguments safe for a terminal and for one line: what would move the cursor,
 * end the line or turn the text around is shown as an escape (`\u001b`).
 */
export function oneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, escape);
}

/** As `oneLine`, for text of several lines: line feeds stay. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) =>
    character === '\n' ? character : escape(character),
  );
}

function escape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
