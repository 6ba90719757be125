/* A backup that was scanned or typed from paper is read as the document that was printed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectFile } from '../../../src/documents/inspect/inspect-file.ts';
import { readEnvelope } from '../../../src/documents/read-document.ts';
import { BACKUP, refusalOf } from '../../support/documents.ts';

const DOCUMENT = {
  ...BACKUP,
  EncryptionContext: { purpose: 'payments', 'the purpose': 'a "quoted" \\ value: {x' },
};
const TEXT = JSON.stringify(DOCUMENT);
const read = (text: string) => readEnvelope(Buffer.from(text), 'scan.txt');

/** Line breaks after each so many characters up to the context, where they may stand anywhere. */
function wrapped(width: number, lineBreak: string): string {
  const end = TEXT.indexOf('"EncryptionContext"');
  return (
    TEXT.slice(0, end).replaceAll(new RegExp(`.{${width}}`, 'g'), `$&${lineBreak}`) +
    TEXT.slice(end)
  );
}

describe('a backup from paper', () => {
  it.each([
    ['as it was printed', TEXT],
    ['with a line end', `${TEXT}\n`],
    ['with CRLF', `${TEXT}\r\n`],
    ['with a return', `${TEXT}\r`],
    ['with a tab, as scanners end a field', `${TEXT}\t`],
    ['with a NUL byte', `${TEXT}\0`],
    ['with a line end and NUL bytes', `${TEXT}\n\0\0`],
    ['with NUL bytes and a line end', `${TEXT}\0\0\r\n`],
    ['with the prefix of zbarimg', `QR-Code:${TEXT}\n`],
    ['with the prefix of zbarimg and a blank', `QR-Code: ${TEXT}`],
    ['with the identifier of a hand-held scanner', `]Q1${TEXT}\r`],
    ['with a byte order mark', `\ufeff${TEXT}`],
    ['with a byte order mark and a prefix', `\ufeffQR-Code:${TEXT}\r\n\0`],
    ['with line breaks between its fields', JSON.stringify(DOCUMENT, null, 2)],
    [
      'with line breaks of Windows between its fields',
      JSON.stringify(DOCUMENT, null, 2).replaceAll('\n', '\r\n'),
    ],
    ['in lines of 20 characters', wrapped(20, '\n')],
    ['in lines of 33 characters with CRLF', wrapped(33, '\r\n')],
    ['in lines of 7 characters with a return', wrapped(7, '\r')],
    ['in indented lines with blanks at their ends', wrapped(40, '  \n    ')],
    ['with blank lines', wrapped(40, '\n\n')],
    [
      'in lines, with a prefix, a byte order mark and a NUL byte',
      `\ufeffQR-Code:${wrapped(40, '\n')}\n\0`,
    ],
    [
      'with a line break in the name of a field',
      TEXT.replace('CiphertextBlob', 'Ciphertext\nBlob'),
    ],
    ['with a line break in a number', TEXT.replace(/("NumberOfBytes":3)/, '$1\n')],
    [
      'with line breaks between the fields of the context',
      TEXT.replace('"the purpose":', '\n"the purpose"\n:\n'),
    ],
  ])('%s', async (_, text) => {
    expect(read(text)).toEqual({ kind: 'backup', document: DOCUMENT });
    const { facts } = await inspectFile(Buffer.from(text), 'scan.txt');
    expect(facts).toEqual((await inspectFile(Buffer.from(TEXT), 'scan.txt')).facts);
  });

  it('is read whatever line breaks stand in its own fields', () => {
    const end = TEXT.indexOf('"EncryptionContext"');
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: end }), { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', ' \n\t'),
        (places, lineBreak) => {
          let text = TEXT;
          for (const place of [...places].sort((a, b) => b - a)) {
            text = text.slice(0, place) + lineBreak + text.slice(place);
          }
          expect(read(text)).toEqual({ kind: 'backup', document: DOCUMENT });
        },
      ),
    );
  });

  it.each([
    ['a value of the context', TEXT.replace('a \\"quoted', 'a\n\\"quoted')],
    ['a name of the context', TEXT.replace('the purpose', 'the\r\npurpose')],
  ])('says that a line break in %s must go: a space may have stood there', (_, text) => {
    const { code, message, hints } = refusalOf(() => read(text));
    expect({ code, message }).toEqual({
      code: 'json-malformed',
      message: 'scan.txt has a line break inside its encryption context',
    });
    expect(hints?.join()).toContain('on one line');
  });

  it.each([
    ['cut short', TEXT.slice(0, -9), 'json-malformed'],
    ['with a NUL byte inside', TEXT.replace('Key', 'K\0ey'), 'document-malformed'],
    [
      'with a space in its base64',
      TEXT.replace(/("CiphertextBlob":"....)/, '$1 '),
      'document-malformed',
    ],
    [
      'with a letter that was left out',
      TEXT.replace(/("CiphertextBlob":"....)./, '$1'),
      'document-malformed',
    ],
    ['twice', `QR-Code:${TEXT}\nQR-Code:${TEXT}\n`, 'base64-malformed'],
    ['with a comma too many', TEXT.replace('}', ',}'), 'json-malformed'],
  ])('is refused %s', (_, text, code) => {
    expect(refusalOf(() => read(text)).code).toBe(code);
  });
});
