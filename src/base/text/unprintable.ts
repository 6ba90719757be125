/**
 * Characters that a terminal does not show as they are: control characters, line separators, direction marks, other
 * invisible characters, lone surrogates, and blanks that are no blank to a shell or that do not break a line.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?! )\p{Zs}/gu;

/** Escapes a character as JSON does (`\u001b`), so that JSON text stays JSON. */
export function escapeUnprintable(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');
}
