import { linkSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalEvent, JournalHeader } from '../../../../src/batch/journal/events.ts';
import { encodeLine, JOURNAL_FORMAT } from '../../../../src/batch/journal/events.ts';
import type { FileJournal } from '../../../../src/batch/journal/journal.ts';
import { openJournal } from '../../../../src/batch/journal/journal.ts';
import { LineStates } from '../../../../src/batch/journal/line-states.ts';
import type { BackupDocument } from '../../../../src/documents/backup-document.ts';
import type { ExportEntry } from '../../../../src/documents/export-document.ts';
import { BACKUP, EXPORT } from '../../../support/documents.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();
const HEADER: JournalHeader = {
  Format: JOURNAL_FORMAT,
  Command: 'export-key',
  Manifest: `SHA256:${'0'.repeat(64)}`,
  Options: { '--key-id': 'alias/x' },
  Inputs: { '--pubkey': 'SHA256:1' },
};
/** As KMS and kmsx make them: the journal takes them as they are. */
const ENTRY = { ExportedDataKey: 'AAAA', RequestId: 'r' } as ExportEntry;

const EVENTS: readonly JournalEvent[] = [
  { Event: 'intent', Line: 1 },
  { Event: 'intent', Line: 2 },
  {
    Event: 'generated',
    Line: 1,
    Name: 'a',
    Backup: BACKUP as unknown as BackupDocument,
    Export: ENTRY,
    WrappingKeyFingerprints: ['SHA256:1', 'SHA256:2'],
  },
  { Event: 'done', Line: 1, Name: 'a', Result: { ...EXPORT } },
  { Event: 'failed', Line: 2, Name: 'b', Code: 'Forbidden.KeyNotFound', Message: 'no' },
  { Event: 'intent', Line: 3000 },
  { Event: 'files', Through: 2 },
];

const open = (changes: Partial<JournalHeader> = {}): Promise<FileJournal> =>
  openJournal({
    path: join(folder(), 'j'),
    label: 'j',
    header: { ...HEADER, ...changes },
    concurrency: 1,
    context: testIo(),
  });

async function written(): Promise<Buffer> {
  const journal = await open();
  for (const event of EVENTS) await journal.record(event);
  await journal.close();
  return readFileSync(join(folder(), 'j'));
}

describe('a journal', () => {
  it('holds what was recorded, and whole lines alone once it is closed', async () => {
    const bytes = await written();
    expect(bytes.toString()).toBe([HEADER, ...EVENTS].map((each) => encodeLine(each)).join(''));
    const journal = await open();
    expect(journal.isResumed).toBe(true);
    const { done, lost, failures } = journal.counts();
    expect([done, lost, journal.through]).toEqual([1, 1, 2]);
    expect([1, 2, 3000].map((line) => journal.isDone(line))).toEqual([true, false, false]);
    expect([...failures]).toEqual([['Forbidden.KeyNotFound', 1]]);
    await journal.close();
    // The lost one was counted once.
    const again = await open();
    expect(again.counts().lost).toBe(1);
    await again.close();
  });

  it('cut anywhere is that of a run which was killed there', async () => {
    const bytes = await written();
    const ends = [HEADER, ...EVENTS].map((each) => encodeLine(each).length);
    const starts = ends.map((_, index) => ends.slice(0, index + 1).reduce((a, b) => a + b, 0));
    const nearEnds = [0, ...starts].flatMap((start) => [-2, -1, 0, 1, 2].map((by) => start + by));
    const between = Array.from({ length: 40 }, (_, index) =>
      Math.floor((bytes.length * index) / 40),
    );
    for (const length of new Set([...nearEnds, ...between])) {
      if (length < 0 || length > bytes.length) continue;
      writeFileSync(join(folder(), 'j'), bytes.subarray(0, length));
      // Room that was kept ahead is zeros.
      if (length % 3 === 0) truncateSync(join(folder(), 'j'), length + 100);
      const journal = await open();
      let sum = 0;
      const whole = ends.filter((each) => (sum += each) <= length).length;
      const expected = new LineStates();
      for (const event of EVENTS.slice(0, Math.max(0, whole - 1))) expected.apply(event);
      const left = expected.openIntents().length;
      expect(journal.isResumed, String(length)).toBe(whole > 0);
      const { done, lost } = journal.counts();
      expect([done, lost, journal.through], String(length)).toEqual([
        ...[expected.done, left, expected.through],
      ]);
      expect(journal.generatedFor(1)).toEqual(expected.generatedFor(1));
      await journal.close();
      const text = readFileSync(join(folder(), 'j'), 'utf8');
      expect(text.endsWith('\n')).toBe(true);
      expect(text).not.toContain('\0');
    }
  });

  it('passes over what a page that never reached the disk left of its lines', async () => {
    const bytes = await written();
    const path = join(folder(), 'j');
    const starts = [HEADER, ...EVENTS].map((_, index, all) =>
      all.slice(0, index).reduce((sum, each) => sum + encodeLine(each).length, 0),
    );
    for (const [index, start] of starts.entries()) {
      if (index < 3) continue;
      for (const [from, to] of [
        [start, start + 10],
        [start + 5, start + 6],
        [start - 5, start + 5],
        [start - 1, start],
      ] as const) {
        writeFileSync(path, Buffer.from(bytes).fill(0, from, to));
        const journal = await open();
        // The line that begins there is torn, and the one before where its end is.
        const torn = from < start ? [index - 1, index] : [index];
        const expected = new LineStates();
        for (const [at, event] of EVENTS.entries()) {
          if (!torn.includes(at + 1)) expected.apply(event);
        }
        const left = expected.openIntents().length;
        const { done, lost } = journal.counts();
        expect([done, lost, journal.through], `${index} ${from}`).toEqual([
          ...[expected.done, left, expected.through],
        ]);
        await journal.close();
        await (await open()).close();
      }
    }
  });

  it('is of one manifest, command and set of options', async () => {
    await written();
    const others: readonly (readonly [Partial<JournalHeader>, string])[] = [
      [{ Command: 'verify-key' }, 'of batch export-key'],
      [{ Manifest: 'SHA256:1' }, 'with another manifest'],
      [{ Options: { '--key-id': 'alias/y' } }, 'with --key-id alias/x'],
      [{ Options: {} }, 'with --key-id alias/x'],
      [{ Options: { ...HEADER.Options, '--bind': true } }, 'without --bind'],
    ];
    for (const [changes, message] of others) {
      await expect(open(changes)).rejects.toThrow(
        expect.objectContaining({
          code: 'journal-mismatch',
          message: expect.stringContaining(message) as string,
        }) as Error,
      );
    }
  });

  it.each([
    ['{"Event":"done"}', 'journal-malformed'],
    ['{"Event":"none","Line":1}', 'journal-malformed'],
    ['[]', 'journal-malformed'],
    ['{"Event":"intent","Line":"1"}', 'journal-malformed'],
    ['hello', 'journal-malformed'],
    ['{"Event":"intent","Line":9007199254740991}', 'journal-malformed'],
    ['{"Event":"intent","Line":100000001}', 'journal-malformed'],
    ['{"Event":"intent","Line":0}', 'journal-malformed'],
    ['{"Event":"done","Line":1.5,"Name":"a","Result":{}}', 'journal-malformed'],
    ['{"Event":"failed","Line":-1,"Name":"a","Code":"c","Message":"m"}', 'journal-malformed'],
    ['{"Event":"lost","Count":-1}', 'journal-malformed'],
    ['{"Event":"lost","Count":1,"Line":9007199254740991}', 'journal-malformed'],
    ['{"Event":"files","Through":-1}', 'journal-malformed'],
  ])('with the line %s is refused', async (line, code) => {
    writeFileSync(join(folder(), 'j'), `${encodeLine(HEADER)}${line}\n`);
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code, message: 'j line 2 is no line of a journal' }) as Error,
    );
  });

  it('leaves what is no journal as it is', async () => {
    for (const text of [
      'mine',
      'mine\n',
      '{"Format":"kmsx-export/1"}\n',
      '{"Format":"kmsx-journal/2"}\n',
    ]) {
      writeFileSync(join(folder(), 'j'), text);
      await expect(open()).rejects.toThrow(/^j /);
      expect(readFileSync(join(folder(), 'j'), 'utf8')).toBe(text);
    }
  });

  it('is held for a run in another container, or on another machine, until a person says it is gone', async () => {
    await written();
    const lock = join(folder(), 'j.lock.2');
    writeFileSync(lock, '4243 0badcafe build-7 12345');
    const refused = open();
    await expect(refused).rejects.toThrow('j is in use by process 4243 of build-7');
    await expect(refused).rejects.toThrow(
      expect.objectContaining({ code: 'journal-locked', kind: 'unavailable' }) as Error,
    );
    unlinkSync(lock);
    await (await open()).close();
  });

  it('has one name: a lock hangs on it', async () => {
    const before = await written();
    linkSync(join(folder(), 'j'), join(folder(), 'other'));
    await expect(open()).rejects.toThrow('j has another name too');
    expect(readFileSync(join(folder(), 'j'))).toEqual(before);
  });

  it('takes one run at a time', async () => {
    const journal = await open();
    await expect(open()).rejects.toThrow(
      expect.objectContaining({ code: 'journal-locked', kind: 'unavailable' }) as Error,
    );
    await journal.close();
    await (await open()).close();
  });
});
