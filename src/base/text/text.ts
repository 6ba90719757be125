import { isUtf8 } from 'node:buffer';
import { kmsxError } from '../error.ts';
import { fileWord, shellWord } from './shell-word.ts';

/** Why bytes are no text, as what follows the name of the file, and the encoding that they have instead. */
export interface TextFlaw {
  readonly words: string;
  /** By the name that `iconv` has for it. */
  readonly encoding?: 'UTF-16' | 'UTF-16LE' | 'UTF-16BE';
}

/** UTF-16 alone is one with a byte order mark. */
const UTF_16: readonly (readonly [
  encoding: NonNullable<TextFlaw['encoding']>,
  isIt: (first: number | undefined, second: number | undefined) => boolean,
])[] = [
  ['UTF-16', (a, b) => (a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)],
  ['UTF-16LE', (a, b) => a !== 0 && b === 0],
  ['UTF-16BE', (a, b) => a === 0 && b !== 0 && b !== undefined],
];

/**
 * Says what a text input must not be: UTF-16, as Windows PowerShell writes it with `>`; or with NUL bytes, which programs
 * in C end a text at. Text in UTF-8 has neither.
 */
export function textFlaw(bytes: Uint8Array): TextFlaw | undefined {
  const [first, second] = bytes;
  const encoding = UTF_16.find(([, isIt]) => isIt(first, second))?.[0];
  if (encoding !== undefined) return { words: 'is UTF-16 text, not UTF-8', encoding };
  return bytes.includes(0) ? { words: 'contains NUL bytes: it is not text' } : undefined;
}

/** The command that writes a text anew in UTF-8, where its encoding is known. It writes over no file. */
export function textHints({ encoding }: TextFlaw, label: string): readonly string[] | undefined {
  if (encoding === undefined) return undefined;
  const file = fileWord(label);
  const to = file === 'FILE' ? 'FILE.utf8' : shellWord(`${label}.utf8`);
  return [`(umask 077; set -C; iconv -f ${encoding} -t UTF-8 ${file} > ${to})`];
}

/** The bytes after a byte order mark of UTF-8, if there is one: a view. */
export function withoutByteOrderMark(bytes: Uint8Array): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMarked = view[0] === 0xef && view[1] === 0xbb && view[2] === 0xbf;
  return isMarked ? view.subarray(3) : view;
}

/**
 * Decodes UTF-8, with or without a byte order mark: every text that is not secret comes in here.
 *
 * @param label - what the bytes are called in the error
 * @throws KmsxError `document-malformed`, which names UTF-16 and NUL bytes
 */
export function decodeText(bytes: Uint8Array, label: string): string {
  const flaw = textFlaw(bytes) ?? (isUtf8(bytes) ? undefined : { words: 'is not text' });
  if (flaw === undefined) return withoutByteOrderMark(bytes).toString('utf8');
  const hints = textHints(flaw, label);
  throw kmsxError('document-malformed', `${label} ${flaw.words}`, { details: { label }, hints });
}
