/**
 * Characters that a terminal does not show as they are: control characters, line separators, direction marks, other
 * invisible characters, lone surrogates, and blanks that are no blank to a shell or that do not break a line.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?! )\p{Zs}/gu;
