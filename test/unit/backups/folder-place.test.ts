import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { liesElsewhere } from '../../../src/backups/elsewhere.ts';
import { openFolderPlace } from '../../../src/backups/folder-place.ts';
import { listBackups } from '../../../src/backups/list-backups.ts';
import type { ListedDocument } from '../../../src/backups/list-backups.ts';
import { NO_PROOFS } from '../../../src/backups/proofs.ts';
import { failure } from '../../support/kms/clients.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const golden = (name: string): string => join(GOLDEN_FOLDERS[0] ?? '', name);
const copy = (name: string, as: string): void => {
  copyFileSync(golden(name), join(folder(), as));
};
const write = (name: string, text: string): void => {
  writeFileSync(join(folder(), name), text);
};

async function list(
  key?: string,
): Promise<{ documents: ListedDocument[]; others: number; withoutKey: number }> {
  const place = await openFolderPlace(folder(), 'backups', new AbortController().signal);
  const documents: ListedDocument[] = [];
  const request = { key: key === undefined ? undefined : { text: key }, proofs: NO_PROOFS };
  const counts = await listBackups([place], request, (document) => {
    documents.push(document);
    return Promise.resolve();
  });
  return { documents, ...counts };
}

const namesOf = (documents: readonly ListedDocument[]): string[] =>
  documents.map(({ Name }) => Name);

describe('the backups of a folder', () => {
  it('are its own files that hold one, in the order of their names', async () => {
    copy('backup.json', 'z.json');
    copy('backup-bound.json', 'a.json');
    copy('backup.blob', 'm.blob');
    copy('answer.json', 'raw.json');
    copy('backup.json', '.hidden.json');
    mkdirSync(join(folder(), 'sub.json'));
    copyFileSync(golden('backup.json'), join(folder(), 'sub.json', 'inner.json'));
    symlinkSync(join(folder(), 'z.json'), join(folder(), 'link.json'));
    const { documents, others } = await list();
    expect(namesOf(documents)).toEqual(['a', 'link', 'm.blob', 'raw', 'z']);
    expect(others).toBe(0);
    expect(documents[0]).toMatchObject({
      Place: 'backups',
      DataKeyId: expect.any(String) as string,
    });
  });

  it('are told from other documents, keys and notes, which are counted', async () => {
    copy('backup.json', 'a.json');
    const others = [
      'export.json',
      'component-xor-1.json',
      'import.json',
      'proof.json',
      'seed.json',
    ];
    for (const name of others) copy(name, name);
    copyFileSync(PUBKEY, join(folder(), 'pub.pem'));
    copyFileSync(PRIVKEY, join(folder(), 'priv.pem'));
    write('later.json', '{"Format":"kmsx-ceremony-plan/1"}');
    write('README', 'the backups of the bank\n');
    const { documents, others: count } = await list();
    expect(namesOf(documents)).toEqual(['a']);
    expect(count).toBe(others.length + 4);
  });

  it.each([
    ['cut.json', '{"Format":"kmsx-backup/1","KeyId":"x', 'json-malformed'],
    ['cut-without-extension', '{"Format":"kmsx-backup/1","KeyId":"x', 'json-malformed'],
    ['later.json', '{"Format":"kmsx-backup/2"}', 'document-format-unknown'],
    ['empty.json', '', 'input-empty'],
    ['empty', '', 'input-empty'],
    ['text.json', 'not found', 'not-ciphertext'],
    ['context.json', '{"purpose":"payments"}', 'document-malformed'],
    ['refused.json', '{"Code":"Throttling","Message":"m","RequestId":"r"}', 'document-malformed'],
    ['large.json', ' '.repeat(1024 * 1024 + 1), 'input-too-large'],
  ])('that cannot be read are listed with why: %s', async (name, text, code) => {
    write(name, text);
    const { documents } = await list();
    expect(documents).toEqual([
      {
        Name: name.replace('.json', ''),
        Place: 'backups',
        Unreadable: expect.any(String) as string,
        Code: code,
      },
    ]);
  });

  it('that the system does not read are listed, whatever they are called', async () => {
    for (const name of ['a.json', 'b']) symlinkSync(join(folder(), name), join(folder(), name));
    const { documents } = await list();
    expect(documents.map(({ Name, Code }) => [Name, Code])).toEqual([
      ['a', 'file-unreadable'],
      ['b', 'file-unreadable'],
    ]);
  });

  it('are no locks, held or released; but what only begins as their names do may have been one', async () => {
    write('record.jsonl', '{}');
    write('record.jsonl.lock.1', '');
    write('lost.lock.1', '');
    symlinkSync(join(folder(), 'record.jsonl.lock.1'), join(folder(), 'record.jsonl.lock.3'));
    write('record.jsonl.lock.2', '4711 0a1b2c3d host 99');
    write('payments.lock', '');
    write('payments.lock.1x', '');
    const { documents } = await list();
    expect(documents.map(({ Name, Code }) => [Name, Code])).toEqual([
      ['lost.lock.1', 'input-empty'],
      ['payments.lock', 'input-empty'],
      ['payments.lock.1x', 'input-empty'],
      ['record.jsonl.lock.3', 'input-empty'],
    ]);
  });

  it('that are lost, or have the name of another, are listed as such', async () => {
    symlinkSync(join(folder(), 'nowhere'), join(folder(), 'lost.json'));
    copy('backup.json', 'two.json');
    copy('backup.blob', 'two');
    const { documents } = await list();
    expect(documents.map(({ Name, Code }) => [Name, Code])).toEqual([
      ['lost', 'file-missing'],
      ['two', undefined],
      ['two', 'document-inconsistent'],
    ]);
  });

  it('that depend on a KMS key are found by its id or ARN, with all that may depend on it', async () => {
    copy('backup.json', 'a.json');
    copy('backup-reencrypted.json', 'b.json');
    copy('backup.blob', 'bare.blob');
    write('cut.json', '{"Format":"kmsx-backup/1"');
    const KeyId = (await list()).documents.find(({ Name }) => Name === 'a')?.KeyId ?? '';
    for (const key of [KeyId, `acs:kms:cn-hangzhou:1234567890123456:key/${KeyId}`]) {
      const { documents, withoutKey } = await list(key);
      expect(namesOf(documents)).toEqual(['a', 'bare.blob', 'cut']);
      expect(withoutKey).toBe(1);
    }
  });

  it('need a folder', async () => {
    const open = (path: string): Promise<unknown> =>
      openFolderPlace(path, 'there', new AbortController().signal);
    expect((await failure(open(join(folder(), 'none')))).code).toBe('file-missing');
    write('file', '');
    expect((await failure(open(join(folder(), 'file')))).message).toBe('there is no folder');
  });
});

describe('what lies in the folder of the backups', () => {
  it('is known by whatever path it is reached', async () => {
    const [backups, proofs] = [join(folder(), 'backups'), join(folder(), 'proofs')];
    mkdirSync(join(backups, 'inner'), { recursive: true });
    mkdirSync(proofs);
    symlinkSync(backups, join(folder(), 'link'));
    symlinkSync(proofs, join(backups, 'out'));
    writeFileSync(join(backups, 'values.txt'), '');
    const beside = ['backups', 'backups/inner', 'backups/values.txt', 'link', 'link/inner'];
    for (const path of beside) {
      expect(await liesElsewhere(join(folder(), path), backups), path).toBe(false);
    }
    for (const path of ['proofs', 'backups/out', '.']) {
      expect(await liesElsewhere(join(folder(), path), backups), path).toBe(true);
    }
  });
});
