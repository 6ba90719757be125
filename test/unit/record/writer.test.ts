import { existsSync, readFileSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/record/events.ts';
import { headText, writeHead } from '../../../src/record/chain/head.ts';
import { readRecord } from '../../../src/record/chain/read-record.ts';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import { createRecord, openRecord, sealRecord } from '../../../src/record/chain/writer.ts';
import { hashOf } from '../../../src/record/chain/chain.ts';
import { addToRecord, beginEvent, makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { TEST_NOW, testIo } from '../../support/test-io.ts';

const folder = useTempFolder();
const chainOf = (): string => readFileSync(join(folder(), 'record.jsonl'), 'utf8');
const linesOf = (): string[] => chainOf().split('\n').slice(0, -1);

/** A fingerprint that is not that of the plan. */
const COMPARED: NewEvent = {
  Type: 'compared',
  Step: 1,
  What: 'fingerprint',
  Of: 'hsm',
  Value: `SHA256:${'a'.repeat(64)}`,
  How: 'plan',
  Same: false,
  Typed: `SHA256:${'b'.repeat(64)}`,
};

describe('the writer of a record', () => {
  test('chains the lines, each by the hash of the one before', async () => {
    const writer = await createRecord(folder(), beginEvent(), testIo());
    const second = await writer.append({ Type: 'step-begun', Number: 1, Name: 'the people' });
    const [first = '', last = ''] = linesOf();
    expect(JSON.parse(first)).toMatchObject({ Previous: '0'.repeat(64), Type: 'begin' });
    expect(JSON.parse(last)).toEqual({
      At: TEST_NOW.toISOString(),
      Name: 'the people',
      Number: 1,
      Previous: hashOf(first),
      Type: 'step-begun',
    });
    expect(second).toBe(hashOf(last));
    expect(writer.head).toBe(second);
    expect(writer.events.map(({ Type }) => Type)).toEqual(['begin', 'step-begun']);
    expect(statSync(join(folder(), 'record.jsonl')).mode & 0o777).toBe(0o600);
    await writer.close();
  });

  test('keeps the order of events that are added at once', async () => {
    const writer = await createRecord(folder(), beginEvent(), testIo());
    const names = Array.from({ length: 20 }, (_, index) => `step ${index}`);
    await Promise.all(names.map((Name) => writer.append({ Type: 'step-begun', Number: 1, Name })));
    await writer.close();
    const { events } = await readRecord(folder());
    expect(events.slice(1).map((event) => 'Name' in event && event.Name)).toEqual(names);
  });

  test('brings text into the form that a record holds', async () => {
    const writer = await createRecord(folder(), beginEvent(), testIo());
    await writer.append({ ...NOTE, Text: 'e\u0301 \ud800' });
    await writer.close();
    expect((await readRecord(folder())).events[1]).toMatchObject({ Text: '\u00e9 \ufffd' });
  });

  test.each([
    ['an empty name', { Type: 'step-begun', Number: 1, Name: '' }, 'Name is empty'],
    ['no such way', { ...COMPARED, How: 'guessed' }, 'How is not one of typed, plan, unattended'],
    ['a step that is none', { ...COMPARED, Step: 0 }, 'Step is not a whole number'],
  ])('writes nothing that could not be read again: %s', async (_, event, problem) => {
    const writer = await createRecord(folder(), beginEvent(), testIo());
    const before = chainOf();
    await expect(writer.append(event as NewEvent)).rejects.toMatchObject({
      code: 'document-malformed',
      message: expect.stringContaining(problem) as string,
    });
    expect(chainOf()).toBe(before);
    await writer.append(COMPARED);
    await writer.close();
    expect((await readRecord(folder())).events).toHaveLength(2);
  });

  test('refuses a plan that it would have to change, and makes no file', async () => {
    const begin = beginEvent({ Plan: { Context: { place: 'e\u0301' } } });
    await expect(createRecord(folder(), begin, testIo())).rejects.toMatchObject({
      code: 'document-malformed',
      details: { field: 'Context.place' },
    });
    expect(existsSync(join(folder(), 'record.jsonl'))).toBe(false);
  });

  test('refuses a folder that has a record', async () => {
    await makeGoodRecord(folder());
    const before = chainOf();
    await expect(createRecord(folder(), beginEvent(), testIo())).rejects.toMatchObject({
      code: 'output-exists',
    });
    expect(chainOf()).toBe(before);
    await addToRecord(folder(), NOTE); // the lock is free
  });

  test('lets no other process add while it is open', async () => {
    const writer = await createRecord(folder(), beginEvent(), testIo());
    await expect(openRecord(folder(), testIo())).rejects.toMatchObject({ code: 'record-locked' });
    await writer.close();
    const again = await openRecord(folder(), testIo());
    await again.writer.close();
  });

  test('cuts off what a crash left of a line, and gives it as text', async () => {
    await makeGoodRecord(folder(), { isSealed: false });
    const before = chainOf();
    appendFileSync(join(folder(), 'record.jsonl'), '{"At":"2026-');
    const { writer, halfLine } = await openRecord(folder(), testIo());
    expect(halfLine).toBe('{"At":"2026-');
    expect(chainOf()).toBe(before);
    await writer.append({ Type: 'resumed', HalfLine: halfLine ?? '' });
    await writer.close();
    expect((await readRecord(folder())).events.at(-1)).toMatchObject({
      Type: 'resumed',
      HalfLine: '{"At":"2026-',
    });
  });

  test('seals with the count of what happened, and writes the text that is signed', async () => {
    await makeGoodRecord(folder(), { isSealed: false });
    const { writer } = await openRecord(folder(), testIo());
    const head = await sealRecord(writer, folder(), true, testIo());
    await writer.close();
    expect(JSON.parse(linesOf().at(-1) ?? '')).toMatchObject({
      Type: 'seal',
      Complete: true,
      Steps: 5,
      Deviations: 1,
    });
    expect(readFileSync(join(folder(), 'record.head'), 'utf8')).toBe(`kmsx-record/1 ${head}\n`);
    expect(statSync(join(folder(), 'signatures')).isDirectory()).toBe(true);
  });

  test.each([
    ['no folder', 'none'],
    ['no record', '.'],
  ])('finds that there is %s', async (_, name) => {
    await expect(openRecord(join(folder(), name), testIo())).rejects.toMatchObject({
      code: 'record-missing',
    });
  });

  test('finds no record in one whose first line was cut short', async () => {
    writeFileSync(join(folder(), 'record.jsonl'), '{"At"');
    await expect(openRecord(folder(), testIo())).rejects.toMatchObject({ code: 'record-missing' });
    expect(chainOf()).toBe('{"At"');
  });

  test('writes over no file that is not the head of a record', async () => {
    writeFileSync(join(folder(), 'record.head'), 'mine\n');
    await expect(writeHead(folder(), 'a'.repeat(64), testIo())).rejects.toMatchObject({
      code: 'output-exists',
    });
    expect(readFileSync(join(folder(), 'record.head'), 'utf8')).toBe('mine\n');
  });

  test('writes the head anew', async () => {
    await writeHead(folder(), 'a'.repeat(64), testIo());
    await writeHead(folder(), 'b'.repeat(64), testIo());
    const text = readFileSync(join(folder(), 'record.head'), 'utf8');
    expect(text).toBe(headText('b'.repeat(64)));
  });
});

describe('a file of a record', () => {
  test('is named from its folder where it lies in it, else from the root', async () => {
    const record = join(folder(), 'ceremony');
    await makeGoodRecord(record);
    writeFileSync(join(folder(), 'stick.json'), 'abc');
    const inside = await recordedFile(record, 'exports/export.json');
    expect(inside.Name).toBe('exports/export.json');
    expect(await recordedFile(record, join(record, 'exports/export.json'))).toEqual(inside);
    expect(await recordedFile(record, '../stick.json')).toEqual({
      Name: join(folder(), 'stick.json'),
      SHA256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      Size: 3,
    });
  });

  test.each([
    ['none.json', 'file-missing'],
    ['.', 'file-unreadable'],
    ['exports', 'file-unreadable'],
  ])('%s is refused: %s', async (name, code) => {
    await makeGoodRecord(folder());
    await expect(recordedFile(folder(), name)).rejects.toMatchObject({ code });
  });
});
