import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backupsInFolder } from '../../../src/record/backup-files.ts';
import type { RecordedFile, RecordEvent } from '../../../src/record/events.ts';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import { BACKUP } from '../../support/documents.ts';
import { NOTE } from '../../support/record/good-record.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const TEXT = `${JSON.stringify(BACKUP)}\n`;

const naming = (...Files: RecordedFile[]): RecordEvent[] => [
  { ...NOTE, Files, At: '2026-11-23T08:00:00.000Z', Previous: '0'.repeat(64) },
];

test('gives a backup of the folder with the bytes that the record names, and none of elsewhere', async () => {
  writeFileSync(join(folder(), 'backup.json'), TEXT);
  const file = await recordedFile(folder(), 'backup.json');
  const elsewhere = ['secret:vault', 'store:cards', '/none'].map((Name, index) => ({
    ...file,
    Name,
    SHA256: String(index).repeat(64),
  }));
  const backups = await backupsInFolder(folder(), naming(...elsewhere, file));
  expect(backups).toEqual([{ name: 'backup.json', text: TEXT }]);
});

test.each([
  ['another backup', TEXT.replace('{', '{ ')],
  ['none', undefined],
])('prints nothing in its place: %s', async (_, other) => {
  writeFileSync(join(folder(), 'backup.json'), TEXT);
  const file = await recordedFile(folder(), 'backup.json');
  const Name = other === undefined ? 'missing.json' : 'backup.json';
  if (other !== undefined) writeFileSync(join(folder(), Name), other);
  await expect(backupsInFolder(folder(), naming({ ...file, Name }))).rejects.toMatchObject({
    code: 'record-changed',
    details: { file: Name },
  });
});
