import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { readEnvelope } from '../../../src/documents/read-document.ts';
import { BACKUP, EXPORT, refusalOf } from '../../support/documents.ts';

const text = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown) => readEnvelope(text(value), 'd.json');
const codeOf = (value: unknown): string => refusalOf(() => read(value)).code;
const BLOB = Buffer.alloc(150, 7).toString('base64');

describe('an envelope', () => {
  it('is told apart by its Format', () => {
    expect(read(EXPORT)).toEqual({ kind: 'export', document: EXPORT });
    expect(read(BACKUP)).toEqual({ kind: 'backup', document: BACKUP });
  });

  it('without a Format is an answer of KMS, of which the known fields are kept', () => {
    const answer = { CiphertextBlob: BLOB, ExportedDataKey: BLOB, KeyId: 'k', KeyVersionId: 'v' };
    expect(read({ ...answer, RequestId: 'r', Plaintext: BLOB })).toEqual({
      kind: 'answer',
      answer,
    });
    expect(read({ ExportedDataKey: BLOB })).toMatchObject({ kind: 'answer' });
    expect(codeOf({ KeyId: 'k' })).toBe('document-malformed');
    expect(codeOf({ ExportedDataKey: 'no base64!' })).toBe('document-malformed');
    expect(codeOf({ ExportedDataKey: null })).toBe('document-malformed');
    expect(codeOf({ CiphertextBlob: BLOB, KeyId: 7 })).toBe('document-malformed');
  });

  it.each([
    ['on one line', BLOB],
    ['with a line feed after it', `${BLOB}\n`],
    ['wrapped over lines', BLOB.replaceAll(/.{64}/g, '$&\n')],
    ['wrapped over lines that end with CRLF', `${BLOB.replaceAll(/.{76}/g, '$&\r\n')}\r\n`],
    ['with a byte order mark and blank lines', `\ufeff\n\n  ${BLOB} \n\n`],
  ])('that is no object is bare base64: %s', (_, wrapped) => {
    expect(read(wrapped)).toEqual({ kind: 'bare', base64: BLOB });
  });

  it.each([
    ['base64url', 'ab-_', 'base64-malformed'],
    ['base64 without its padding', 'YQ', 'base64-malformed'],
    ['base64 with stray bits', 'YR==', 'base64-malformed'],
    ['base64 with spaces inside', 'YWJj YWJj', 'base64-malformed'],
    ['white space', ' \n ', 'base64-malformed'],
    ['a list', '["a"]', 'base64-malformed'],
    ['JSON cut short', JSON.stringify(EXPORT).slice(0, -20), 'json-malformed'],
    ['two documents', `${JSON.stringify(BACKUP)}\n${JSON.stringify(BACKUP)}`, 'document-malformed'],
    [
      'a name twice',
      `{"Format":"kmsx-backup/1",${JSON.stringify(BACKUP).slice(1)}`,
      'json-name-twice',
    ],
    [
      'a Format of a later version',
      { ...BACKUP, Format: 'kmsx-backup/2' },
      'document-format-unknown',
    ],
    ['a Format of another program', { ...BACKUP, Format: 'x\u001b[2J' }, 'document-format-unknown'],
    ['a Format that is not text', { ...BACKUP, Format: 1 }, 'document-format-unknown'],
    ['a Format of null', { ...BACKUP, Format: null }, 'document-format-unknown'],
  ])('that is none is refused: %s', (_, value, code) => {
    expect(codeOf(value)).toBe(code);
  });

  it('of a later Format is named, and a foreign one is not repeated', () => {
    const messageOf = (format: string): string =>
      refusalOf(() => read({ ...BACKUP, Format: format })).message;
    expect(messageOf('kmsx-export/9')).toContain('kmsx-export/9');
    expect(messageOf('evil/1')).not.toContain('evil');
  });

  it('in UTF-16 is refused', () => {
    const utf16 = Buffer.from(`\ufeff${JSON.stringify(BACKUP)}`, 'utf16le');
    expect(refusalOf(() => readEnvelope(utf16, 'd.json')).code).toBe('document-malformed');
  });
});

describe('whatever the bytes, reading them gives an envelope or a kmsx error', () => {
  const sound = (bytes: Uint8Array): void => {
    try {
      expect(['export', 'backup', 'answer', 'bare']).toContain(readEnvelope(bytes, 'd').kind);
    } catch (error) {
      expect(error).toBeInstanceOf(KmsxError);
    }
  };

  it('arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), sound), { numRuns: 500 });
  });

  it('arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        sound(Buffer.from(json));
      }),
    );
  });

  it('arbitrary values in the fields of real documents', () => {
    const documents = fc.constantFrom(EXPORT, BACKUP);
    const field = fc.constantFrom(...Object.keys(EXPORT));
    fc.assert(
      fc.property(documents, field, fc.jsonValue(), (document, name, value) => {
        sound(text({ ...document, [name]: value }));
        sound(text({ ...document, Exports: [{ ...EXPORT, [name]: value }] }));
      }),
    );
  });

  it('real documents with bytes changed, removed or put in', () => {
    const documents = fc.constantFrom(text(EXPORT), text(BACKUP));
    fc.assert(
      fc.property(
        documents,
        fc.nat(),
        fc.nat({ max: 8 }),
        fc.uint8Array({ maxLength: 8 }),
        (bytes, place, gone, put) => {
          const at = place % bytes.length;
          sound(Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
