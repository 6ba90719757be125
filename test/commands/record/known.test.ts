import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { looksLikeRecord, recordedBackups } from '../../../src/record/recorded-backups.ts';
import { makeGoodRecord, NOTE, RECORD_CHECK_VALUES } from '../../support/record/good-record.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
const chain = (): string => join(folder(), 'record.jsonl');

async function inspect(name: string): Promise<unknown> {
  const { code, stdout } = await runInProcess(['inspect', name], { cwd: folder() });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('a record, where other commands read it', () => {
  beforeEach(async () => {
    await makeGoodRecord(folder(), { added: [NOTE] });
  });

  test('is known to inspect', async () => {
    expect(await inspect('record.jsonl')).toEqual({
      File: 'record.jsonl',
      Type: 'record of a ceremony',
      Format: 'kmsx-record/1',
      CeremonyId: 'f'.repeat(32),
      Title: 'payments é 🔑',
      Practice: false,
      Events: 15,
      Sealed: true,
      Complete: true,
    });
  });

  test('is known to inspect by each of its lines', async () => {
    for (const line of readFileSync(chain(), 'utf8').trimEnd().split('\n')) {
      writeFileSync(join(folder(), 'line.json'), line);
      expect(await inspect('line.json')).toMatchObject({ Type: 'event of a record' });
    }
  });

  test('is no backup among backups', async () => {
    copyFileSync(chain(), join(folder(), 'exports', 'record.json'));
    const { code, stderr } = await runInProcess(['list-backups', 'exports'], { cwd: folder() });
    expect(code).toBe(0);
    expect(stderr).toContain('left out: 2 files of another kind');
  });

  test('tells the check values of its backups, by their names', () => {
    const bytes = readFileSync(chain());
    expect(looksLikeRecord(bytes.toString())).toBe(true);
    const found = recordedBackups(bytes, 'it');
    expect([...found.keys()]).toEqual(['backup', 'payments', 'vault', 'cards']);
    expect(found.get('payments')).toEqual(RECORD_CHECK_VALUES);
  });

  test('tells nothing once it was changed', () => {
    const changed = readFileSync(chain(), 'utf8').replace('no paper', 'on paper');
    expect(() => recordedBackups(Buffer.from(changed), 'it')).toThrow(
      'it: line 10 does not follow',
    );
  });
});
