/* The ways in which people's tools write a value down. */
import { isText } from '../../../src/documents/recognise/encodings.ts';

const MARK = '\ufeff';

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** The text of a value; binary is written in base64 before. */
const textOf = (bytes: Buffer): string =>
  isText(bytes) ? bytes.toString('utf8') : bytes.toString('base64');

const oneLine = (bytes: Buffer): string => bytes.toString('base64');

/** A value in each dress, by the dress's name. */
export const DRESSES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'a byte order mark': (bytes) => Buffer.from(`${MARK}${textOf(bytes)}`),
  'UTF-16': (bytes) => Buffer.from(`${MARK}${textOf(bytes)}`, 'utf16le'),
  'UTF-16, big end first': (bytes) => swapped(`${MARK}${textOf(bytes)}`),
  'UTF-16 without a mark': (bytes) => Buffer.from(textOf(bytes), 'utf16le'),
  'UTF-16, big end first, without a mark': (bytes) => swapped(textOf(bytes)),
  'a JSON string': (bytes) => Buffer.from(JSON.stringify(textOf(bytes))),
  'base64 on one line': (bytes) => Buffer.from(oneLine(bytes)),
  'base64 on lines': (bytes) => Buffer.from(oneLine(bytes).replaceAll(/.{64}/g, '$&\r\n')),
  'base64 with blanks': (bytes) => Buffer.from(oneLine(bytes).replaceAll(/.{20}/g, '$& ')),
  'base64 twice': (bytes) => Buffer.from(Buffer.from(oneLine(bytes)).toString('base64')),
  base64url: (bytes) => Buffer.from(bytes.toString('base64url')),
  'base64 without padding': (bytes) => Buffer.from(oneLine(bytes).replace(/=*$/, '')),
  'base64 in quotes': (bytes) => Buffer.from(`'${oneLine(bytes)}'\n`),
  'base64 in a JSON string': (bytes) =>
    Buffer.from(JSON.stringify(oneLine(bytes)).replaceAll('/', '\\/')),
  'base64 after a name': (bytes) => Buffer.from(`CiphertextBlob: ${oneLine(bytes)}\n`),
  'base64 in a line of a document': (bytes) =>
    Buffer.from(`  "CiphertextBlob": "${oneLine(bytes)}",\n`),
  hexadecimal: (bytes) => Buffer.from(bytes.toString('hex')),
  'hexadecimal, capitals, on lines': (bytes) =>
    Buffer.from(bytes.toString('hex').toUpperCase().replaceAll(/.{64}/g, '$&\n')),
  'hexadecimal with colons': (bytes) =>
    Buffer.from(bytes.toString('hex').replaceAll(/..(?=.)/g, '$&:')),
  'hexadecimal after 0x': (bytes) => Buffer.from(`0x${bytes.toString('hex')}\n`),
};
