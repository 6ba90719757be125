import { describe, expect, it } from 'vitest';
import { readBackupDocument, toBackupDocument } from '../../../src/documents/backup-document.ts';
import { BACKUP, EXPORT, refusalOf } from '../../support/documents.ts';

describe('a backup document', () => {
  it('is read whole, __proto__ in its context too, and what it does not know is dropped', () => {
    const document = readBackupDocument({ ...BACKUP, Later: 1 }, 'b.json');
    expect(document).toEqual(BACKUP);
    expect(Object.keys(document.EncryptionContext ?? {})).toEqual(['purpose', '__proto__']);
  });

  it('has no export, whatever is in the file', () => {
    const document = readBackupDocument(EXPORT, 'b.json');
    expect(Object.keys(document).sort()).toEqual(Object.keys(BACKUP).sort());
    expect(document.Format).toBe('kmsx-backup/1');
  });

  it('needs the key, its version and the blob, and nothing else', () => {
    const { KeyId, KeyVersionId, CiphertextBlob } = BACKUP;
    const least = { KeyId, KeyVersionId, CiphertextBlob };
    expect(readBackupDocument(least, 'b.json')).toEqual({ Format: 'kmsx-backup/1', ...least });
    for (const name of Object.keys(least)) {
      const error = refusalOf(() => readBackupDocument({ ...least, [name]: undefined }, 'b.json'));
      expect(error).toMatchObject({
        code: 'document-malformed',
        message: `b.json: ${name} is missing`,
      });
    }
  });

  it.each([
    ['KeyId', ''],
    ['KeyId', ['k']],
    ['KeyVersionId', null],
    ['CiphertextBlob', 'AAA'],
    ['CiphertextBlob', ' AAAA'],
    ['NumberOfBytes', '32'],
    ['NumberOfBytes', 0],
    ['NumberOfBytes', 1025],
    ['NumberOfBytes', 1.5],
    ['NumberOfBytes', null],
    ['Region', 7],
    ['Region', null],
    ['Endpoint', {}],
    ['CreatedAt', 1],
    ['Rehearsal', false],
    ['Rehearsal', 'true'],
  ])('names a field that cannot be right, and not its value: %s = %j', (name, value) => {
    const error = refusalOf(() => readBackupDocument({ ...BACKUP, [name]: value }, 'b.json'));
    expect(error).toMatchObject({ code: 'document-malformed', details: { field: name } });
    expect(error.message).toContain(`b.json: ${name} is `);
  });

  it.each([[null], ['a=b'], [[]], [{ a: 1 }], [{ a: null }]])(
    'has a context of strings, not %j',
    (context) => {
      const read = () => readBackupDocument({ ...BACKUP, EncryptionContext: context }, 'b.json');
      expect(refusalOf(read).code).toBe('context-malformed');
    },
  );
});

describe('the id of a bound data key', () => {
  const id = '0123456789abcdef0123456789abcdef';
  const bound = { ...BACKUP, EncryptionContext: { 'kmsx:id': id } };
  const origin = {
    NumberOfBytes: undefined,
    Region: undefined,
    Endpoint: undefined,
    CreatedAt: undefined,
    Rehearsal: undefined,
  };
  const envelope = { KeyId: 'k', KeyVersionId: 'v', CiphertextBlob: 'AAAA' };

  it('stands in the document where the context has one, and nowhere else', () => {
    const written = toBackupDocument(envelope, { ...origin, EncryptionContext: { 'kmsx:id': id } });
    expect(written).toMatchObject({ ...envelope, DataKeyId: id });
    for (const EncryptionContext of [undefined, { a: 'b' }, { 'kmsx:id': 'of another kind' }]) {
      expect(toBackupDocument(envelope, { ...origin, EncryptionContext })).not.toHaveProperty(
        'DataKeyId',
      );
    }
  });

  it('is read, and need not be shown', () => {
    const withId = { ...bound, DataKeyId: id };
    expect(readBackupDocument(withId, 'b.json')).toEqual(withId);
    expect(readBackupDocument(bound, 'b.json')).toEqual(bound);
  });

  it.each([
    ['another id', { 'kmsx:id': id.replace('0', '1') }],
    ['an id of another form', { 'kmsx:id': id.toUpperCase() }],
    ['a context without an id', { purpose: 'payments' }],
    ['no context', undefined],
  ])('is not shown where there is %s: nothing would bind it', (_, EncryptionContext) => {
    const stripped = { ...BACKUP, EncryptionContext, DataKeyId: id };
    const error = refusalOf(() => readBackupDocument(stripped, 'b.json'));
    expect(error).toMatchObject({
      code: 'document-inconsistent',
      message: 'b.json: DataKeyId is not the id in its encryption context',
    });
  });

  it.each([[''], ['0'], [id.toUpperCase()], [`${id}0`], [7], [null]])(
    'is 32 hexadecimal digits, not %j',
    (value) => {
      const error = refusalOf(() => readBackupDocument({ ...bound, DataKeyId: value }, 'b.json'));
      expect(error).toMatchObject({
        code: 'document-malformed',
        details: { field: 'DataKeyId' },
      });
    },
  );
});
