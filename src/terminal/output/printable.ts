/**
 * What a terminal does not show as itself: control characters, line separators, marks that turn the direction of text
 * around, other invisible characters, halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Makes text from files and arguments safe for a terminal and for one line: what would move the cursor,
 * end the line, turn the text around or not be seen is shown as an escape (`\u001b`).
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

/** As JSON escapes it, so that JSON text stays JSON. */
function escape(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');
}
