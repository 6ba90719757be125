import { describe, expect, it } from 'vitest';
import { readExportDocument, toExportDocument } from '../../../src/documents/export-document.ts';
import { EXPORT, refusalOf } from '../../support/documents.ts';

type Entry = Record<string, unknown>;
const [first = {}, second = {}] = EXPORT['Exports'] as Entry[];
const read = (change: Entry) => readExportDocument({ ...EXPORT, ...change }, 'e.json');
const withEntries = (...entries: unknown[]): Entry => ({ Exports: entries });

describe('an export document', () => {
  it('is read as it was written', () => {
    const document = read({});
    expect(document).toEqual(EXPORT);
    const { Exports, KeyId, KeyVersionId, CiphertextBlob, ...origin } = document;
    const written = toExportDocument({ KeyId, KeyVersionId, CiphertextBlob }, Exports, {
      NumberOfBytes: origin.NumberOfBytes,
      EncryptionContext: origin.EncryptionContext,
      Region: origin.Region,
      Endpoint: origin.Endpoint,
      CreatedAt: origin.CreatedAt,
      Rehearsal: origin.Rehearsal,
    });
    expect(JSON.parse(JSON.stringify(written))).toEqual(JSON.parse(JSON.stringify(EXPORT)));
  });

  it('may have fields that this version does not know, and they are dropped', () => {
    expect(read({ Later: 1, Exports: [{ ...first, Later: 2 }, second] })).toEqual(EXPORT);
  });

  it.each(['NumberOfBytes', 'EncryptionContext', 'Region', 'Endpoint', 'CreatedAt', 'Rehearsal'])(
    'may leave out %s',
    (name) => {
      const { [name]: gone, ...rest } = EXPORT;
      expect(gone).toBeDefined();
      expect(Object.keys(readExportDocument(rest, 'e.json'))).not.toContain(name);
    },
  );

  it.each([
    ['ExportedDataKey', 'no base64'],
    ['ExportedDataKey', 'YR=='],
    ['WrappingKeySpec', 'RSA_4096'],
    ['WrappingAlgorithm', 'RSAES_PKCS1_V1_5'],
    ['PublicKeyFingerprint', 'SHA256:12'],
    ['PublicKeyFingerprint', `SHA256:${'A'.repeat(64)}`],
    ['PublicKeyFingerprint', `SHA256:${'1'.repeat(64)}\n`],
    ['RequestId', ''],
    ['RequestId', undefined],
    ['RequestId', 7],
  ])('names a field that cannot be right: %s = %j', (name, value) => {
    for (const [change, where] of [
      [{ [name]: value }, `e.json: ${name} `],
      [withEntries({ ...first, [name]: value }), `e.json: Exports[0].${name} `],
      [withEntries(first, { ...second, [name]: value }), `e.json: Exports[1].${name} `],
    ] as const) {
      const error = refusalOf(() => read(change));
      expect(error.code).toBe('document-malformed');
      expect(error.message).toContain(where);
    }
  });

  it.each([
    [undefined, 'is missing'],
    [null, 'is not a list'],
    [{}, 'is not a list'],
    ['x', 'is not a list'],
    [[], 'is empty'],
  ])('has a list of exports, not %j', (exports, problem) => {
    const error = refusalOf(() => read({ Exports: exports }));
    expect(error.code).toBe('document-malformed');
    expect(error.message).toBe(`e.json: Exports ${problem}`);
  });

  it.each([[null], ['x'], [[first]]])('has objects in that list, not %j', (entry) => {
    expect(refusalOf(() => read(withEntries(first, entry))).message).toBe(
      'e.json: Exports[1] is not an object',
    );
  });

  it.each(Object.keys(first))('repeats the first of its exports on top: %s', (name) => {
    const others: Entry = { ...second, WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' };
    expect(refusalOf(() => read({ [name]: others[name] })).code).toBe('document-inconsistent');
  });

  it('does not take its exports in another order', () => {
    expect(refusalOf(() => read(withEntries(second, first))).code).toBe('document-inconsistent');
  });

  it('has one export for each public key: of two a reader would open one only', () => {
    const { PublicKeyFingerprint } = first;
    const sha1 = { WrappingAlgorithm: 'RSAES_OAEP_SHA_1' };
    for (const twin of [{}, { RequestId: 'other' }, sha1]) {
      const entries = withEntries(first, second, { ...second, ...twin, PublicKeyFingerprint });
      const error = refusalOf(() => read(entries));
      expect(error).toMatchObject({ code: 'document-inconsistent', kind: 'usage' });
      expect(error.message).toContain('Exports[2] is for the public key of another export');
    }
  });

  it('is never made of no exports', () => {
    const { KeyId, KeyVersionId, CiphertextBlob } = read({});
    const none = {
      NumberOfBytes: undefined,
      EncryptionContext: undefined,
      Region: undefined,
      Endpoint: undefined,
      CreatedAt: undefined,
      Rehearsal: undefined,
    };
    expect(() => toExportDocument({ KeyId, KeyVersionId, CiphertextBlob }, [], none)).toThrow(
      TypeError,
    );
  });
});

describe('the id of a bound data key', () => {
  const id = 'fedcba9876543210fedcba9876543210';
  const EncryptionContext = { purpose: 'payments', 'kmsx:id': id };

  it('must be that of the context', () => {
    expect(read({ EncryptionContext, DataKeyId: id })).toMatchObject({ DataKeyId: id });
    const other = { EncryptionContext, DataKeyId: '0'.repeat(32) };
    expect(refusalOf(() => read(other)).code).toBe('document-inconsistent');
    expect(refusalOf(() => read({ DataKeyId: id })).code).toBe('document-inconsistent');
  });

  it('stands in a document that is made from a bound context', () => {
    const { Exports, KeyId, KeyVersionId, CiphertextBlob, ...origin } = read({});
    const written = toExportDocument({ KeyId, KeyVersionId, CiphertextBlob }, Exports, {
      NumberOfBytes: origin.NumberOfBytes,
      EncryptionContext,
      Region: origin.Region,
      Endpoint: origin.Endpoint,
      CreatedAt: origin.CreatedAt,
      Rehearsal: origin.Rehearsal,
    });
    expect(read(JSON.parse(JSON.stringify(written)) as Entry)).toMatchObject({ DataKeyId: id });
  });
});
