import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { SECRET_PREFIX, STORE_PREFIX } from '../place-prefixes.ts';
import { UNPRINTABLE } from './unprintable.ts';

/**
 * Quotes a word for a POSIX shell where it needs to be quoted. What a terminal does not show as it is is written as
 * octal digits, for printf: such a word is the same after it was shown, and copied.
 */
export function shellWord(word: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word; // zsh takes =NAME for a program's path
  if (word.search(UNPRINTABLE) >= 0 && !word.endsWith('\n')) return `"$(printf '${octal(word)}')"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The format of a printf that prints a text: each byte that is no letter or digit in octal. */
function octal(text: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w./-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}

/** Whether a label is that of an input that is not a file. */
function isNotFile(label: string): boolean {
  const places = [SECRET_PREFIX, STORE_PREFIX];
  return label === 'standard input' || places.some((prefix) => label.startsWith(prefix));
}

/**
 * A file as a word in a command that a hint suggests. A name that begins like an option gets its folder.
 *
 * @param label - the name of the input in messages; one that is not a file becomes `FILE`
 */
export function fileWord(label: string | undefined): string {
  if (label === undefined || isNotFile(label)) return 'FILE';
  return shellWord(label.startsWith('-') ? `./${label}` : label);
}

/** What the names of key files end with. */
const KEY_EXTENSION =
  /\.(?:pem|key|der|p8|p12|pfx|jwk|json|pub|asc|gpg|ppk|csr|p7[bcs]|b64|txt|hex|jks|crt|cer)$/i;

/**
 * A file name for the public key that a command takes out of a file: `my key.pem` gives `my key.pub.pem`. A file that
 * is already named like a public key gives `wrapping.pub.pem`. Never a file that exists: the command would overwrite
 * it, and its own input.
 *
 * @param extension - what the name ends with
 */
export function publicHalfName(label: string | undefined, extension = 'pem'): string {
  const isFile = label !== undefined && !isNotFile(label);
  const stem = isFile ? label.replace(KEY_EXTENSION, '') : 'pub';
  const isNamedSo = /(?:^|[./_-])pub(?:lic)?$/i.test(stem);
  return unusedName(isNamedSo ? 'wrapping' : stem, `.pub.${extension}`, label);
}

/**
 * A name for what a command in a hint writes, which would overwrite a file: `ca.pem`, else `ca-2.pem` and so on.
 *
 * @param input - what the command reads
 */
export function unusedName(stem: string, extension: string, input: string | undefined): string {
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number === 1 ? '' : `-${number}`}${extension}`;
    if (basename(name) !== basename(input ?? '') && !existsSync(name)) return name;
  }
}
