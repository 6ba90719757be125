import { decodeBase64 } from '../../base/bytes/bytes.ts';
import type { Recognised } from './recognise.ts';
import { recognise } from './recognise.ts';
import type { Dress } from './undress.ts';

/** What a value is written in, as what follows `in`. */
const DRESS_WORDS: Readonly<Record<Dress, string>> = {
  'utf-16': 'UTF-16',
  'utf-16le': 'UTF-16 without a byte order mark',
  'utf-16be': 'UTF-16 without a byte order mark',
  'json-string': 'a JSON string',
  'single-quotes': 'quotes',
  named: 'a line NAME: value',
  hexadecimal: 'hexadecimal',
  'separated-hexadecimal': 'hexadecimal',
  base64: 'base64',
  'spaced-base64': 'base64 with blanks in it',
  base64url: 'base64url',
  'unpadded-base64': 'base64 without padding',
  'unpadded-base64url': 'base64url without padding',
  'sdk-response': "an SDK's response object",
  'camel-case': "an SDK's object with small first letters",
  'secret-answer': 'an answer of GetSecretValue',
  'value-lines': 'a file of several values',
  'json-list': 'a JSON list',
  'json-series': 'a file of several JSON values',
};

/** AES keys, and the keys of XTS and HMAC. */
const DATA_KEY_BYTES = [16, 24, 32, 48, 64];

/** What a value is written in, from the inside out; undefined if it is as it is. */
export function dressInWords(dress: readonly Dress[]): string | undefined {
  if (dress.length === 0) return undefined;
  return dress
    .map((each) => DRESS_WORDS[each])
    .reverse()
    .join(' in ');
}

/** What a value is, as what follows its name: `is a private key`. */
function kindInWords({ kind, length }: Recognised): string {
  switch (kind) {
    case 'short value':
      return DATA_KEY_BYTES.includes(length)
        ? `has ${length} bytes: it may be a plaintext data key`
        : `has ${length} bytes: too few`;
    case 'opaque':
      return `is a ciphertext of ${length} bytes`;
    case 'nothing':
      return 'is empty';
    case 'JSON':
    case 'text':
      return `is ${kind}`;
    default:
      return `is a ${kind}`;
  }
}

/** What a value is and what it is written in, as what follows its name: `is a private key in base64`. */
export function inWords(recognised: Recognised): string {
  const { kind, dress } = recognised;
  const clothes = dressInWords(dress);
  if (clothes === undefined && kind === 'opaque') return 'is binary';
  if (clothes === undefined || kind === 'short value') return kindInWords(recognised);
  return `${kindInWords(recognised)} in ${clothes}`;
}

/**
 * Says why a value is no ciphertext, as what follows its name: `is a private key, and no ciphertext`.
 *
 * @param base64 - standard base64
 * @returns undefined if it may be one
 */
export function notCiphertext(base64: string): string | undefined {
  const bytes = decodeBase64(base64) ?? Buffer.alloc(0);
  const recognised = recognise(bytes);
  bytes.fill(0);
  if (recognised.dress.length === 0 && recognised.kind === 'opaque') return undefined;
  return `${inWords(recognised)}, and no ciphertext`;
}
