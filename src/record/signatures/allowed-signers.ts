import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { kmsxError } from '../../base/error.ts';
import type { LineOptions } from './line-options.ts';
import { readLineOptions } from './line-options.ts';
import { certifiedTypeOf, keyTypeOf } from './key-types.ts';
import type { PublicKey } from './public-key.ts';
import { readPublicKey } from './public-key.ts';
import { quoted, refuse, SignatureRefusal } from './refusal.ts';

/** A line of allowed_signers: whose signature a key makes, and when. */
export interface AllowedSigner {
  /** Of the line, from 1. */
  readonly line: number;
  /** The list of names and patterns, separated by commas. */
  readonly principals: string;
  readonly options: LineOptions;
  readonly key: PublicKey;
}

const HINT = 'a line is NAME [OPTION,…] KEY-TYPE BASE64, as docs/signatures.md shows';

/**
 * Reads an allowed_signers file as ssh-keygen does (ssh-keygen(1), ALLOWED SIGNERS). ssh-keygen stops at the first
 * malformed line that it comes to; here one anywhere is an error, as is one whose key is a certificate.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError `document-malformed`
 */
export function readAllowedSigners(text: string, label: string): readonly AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.replace(/^[ \t\r]+/, '').replace(/[ \t\r]+$/, '');
    if (content === '' || content.startsWith('#')) continue;
    signers.push({ line: index + 1, ...readLine(content, `${label}, line ${index + 1}`, label) });
  }
  return signers;
}

function readLine(content: string, place: string, label: string): Omit<AllowedSigner, 'line'> {
  try {
    return readContent(content);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw kmsxError('document-malformed', `${place} ${error.message}`, {
      details: { label },
      hints: [HINT],
    });
  }
}

function readContent(content: string): Omit<AllowedSigner, 'line'> {
  if (content.includes('\0')) refuse('has a NUL');
  const [principals, afterPrincipals] = takePrincipals(content);
  const [first] = takeWord(afterPrincipals);
  const hasOptions = !isKeyType(first);
  const [options, keyText] = hasOptions ? takeWord(afterPrincipals) : ['', afterPrincipals];
  return { principals, options: readLineOptions(options), key: readLineKey(keyText) };
}

const isKeyType = (word: string): boolean =>
  keyTypeOf(word) !== undefined || certifiedTypeOf(word) !== undefined;

/** The first field, in which a quoted part may have blanks. */
function takePrincipals(content: string): [principals: string, rest: string] {
  const match = /^([^ \t\r"]*)(?:"([^"]*)"|[ \t\r])[ \t\r]*(.*)$/s.exec(content);
  if (match === null) return refuse('has a name and no key, or an open quotation');
  return [`${match[1] ?? ''}${match[2] ?? ''}`, match[3] ?? ''];
}

/** Up to a blank that is not in quotation marks. */
function takeWord(text: string): [word: string, rest: string] {
  const match = /^((?:\\"|"(?:\\"|(?!\\")[^"])*"|(?!\\")[^ \t"])*)(?:[ \t]+|$)(.*)$/s.exec(text);
  if (match === null) return refuse('has an open quotation');
  return [match[1] ?? '', match[2] ?? ''];
}

function readLineKey(text: string): PublicKey {
  const [name = '', base64 = ''] = text.split(/[ \t]+/);
  if (name === '') refuse('has no key');
  if (certifiedTypeOf(name) !== undefined)
    refuse(
      'has a certificate where a key belongs: give the key of its authority, with cert-authority',
    );
  if (keyTypeOf(name) === undefined)
    refuse(`has a key of the type ${quoted(name)}, which is unknown`);
  const blob = decodeBase64(base64);
  if (blob === undefined || blob.length === 0) return refuse('has a key that is not base64');
  const key = readPublicKey(blob);
  return key.type.name === name ? key : refuse(`has a key that is not of the type ${name}`);
}
