import { escapeUnprintable, UNPRINTABLE } from '../../base/text/unprintable.ts';

/**
 * Makes text from files and arguments safe for one line on a terminal: characters that would move the cursor, end
 * the line, reverse the text or be invisible are shown as escapes (`\u001b`).
 */
export function oneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, escapeUnprintable);
}

/**
 * Leaves out of a message the logins of URLs that have a password, wherever such a URL was given: another place of the
 * command line than the one that refuses it may quote it.
 */
export function withoutPasswords(message: string): string {
  return message.replaceAll(
    /\b([a-z][a-z0-9+.-]*:\/\/)(?!USER:PASSWORD@)[^\s/?#@]*:[^\s@]*@/gi,
    '$1…@',
  );
}

/** As `oneLine`, for several lines: line feeds are kept. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) =>
    character === '\n' ? character : escapeUnprintable(character),
  );
}
