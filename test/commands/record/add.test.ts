import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { headText } from '../../../src/record/chain/head.ts';
import { openRecord } from '../../../src/record/chain/writer.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import type { GoodRecordOptions } from '../../support/record/good-record.ts';
import {
  makeGoodRecord,
  NOTE,
  RECORD_BLOB_FINGERPRINT,
  RECORD_CHECK_VALUES,
  RECORD_DATA_KEY_ID,
  RECORD_WRAPPING_FINGERPRINT,
} from '../../support/record/good-record.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import type { TestIoOptions } from '../../support/test-io.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';

const folder = useTempFolder();
const record = (): string => join(folder(), 'ceremony');
const make = (options: GoodRecordOptions = {}): Promise<void> => makeGoodRecord(record(), options);

const run = (args: readonly string[], options: TestIoOptions = {}): Promise<RunResult> =>
  runInProcess(['record', ...args], { cwd: folder(), ...options });
const add = (...args: string[]): Promise<RunResult> => run(['add', 'ceremony', ...args]);

const lastEvent = (): unknown =>
  JSON.parse(
    readFileSync(join(record(), 'record.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '',
  );
const headFile = (): string => readFileSync(join(record(), 'record.head'), 'utf8');

const UNKNOWN = {
  CiphertextBlobFingerprint: undefined,
  KeyCheckValues: undefined,
  DataKeyId: undefined,
  EncryptionContext: undefined,
};

/** A golden document, with what makes it one of another data key taken out, and fields in its place. */
function written(name: 'import' | 'proof', changes: object, form = JSON.stringify): string {
  const golden = JSON.parse(
    readFileSync(join(GOLDEN_FOLDERS[0] ?? '', `${name}.json`), 'utf8'),
  ) as Record<string, unknown>;
  golden['Imports'] = (golden['Imports'] as object[] | undefined)?.map((entry) => ({
    ...entry,
    KeyCheckValues: undefined,
  }));
  writeFileSync(join(folder(), 'in.json'), form({ ...golden, ...UNKNOWN, ...changes }));
  return 'in.json';
}

/** Of 24 bits: many data keys have it. */
const weakest = RECORD_CHECK_VALUES.filter(({ Value }) => Value.length === 6);

const OURS = { CiphertextBlobFingerprint: RECORD_BLOB_FINGERPRINT };
const OTHERS = { CiphertextBlobFingerprint: `SHA256:${'9'.repeat(64)}` };

describe('kmsx record add', () => {
  test('adds an import, and the record is whole with a new head', async () => {
    await make();
    const before = headFile();
    const path = written('import', { ...OURS, KeyCheckValues: RECORD_CHECK_VALUES });
    const { code, stdout } = await add(
      '--type',
      'import',
      '--in',
      path,
      '--by',
      'Ana',
      '--by',
      'Bo',
    );
    expect(code).toBe(0);
    const { Head, ...rest } = JSON.parse(stdout) as { Head: string };
    expect(rest).toEqual({ Added: 1, Events: 15 });
    expect(headFile()).toBe(headText(Head));
    expect(headFile()).not.toBe(before);
    expect(lastEvent()).toMatchObject({
      Type: 'import',
      By: ['Ana', 'Bo'],
      Document: { Format: 'kmsx-import/1', Imports: [{ Token: 'payments' }] },
    });
    const verified = await run(['verify', 'ceremony', '--head', Head]);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
  });

  test('adds a document that goes over several lines, and one that comes on standard input', async () => {
    await make();
    const path = written('proof', OURS, (value) => JSON.stringify(value, undefined, 2));
    expect((await add('--type', 'proof', '--in', path)).code).toBe(0);
    const stdin = readFileSync(join(folder(), path));
    expect((await run(['add', 'ceremony', '--type', 'proof'], { stdin })).code).toBe(0);
  });

  test('adds an event for each of several proofs', async () => {
    await make();
    const path = join(folder(), written('proof', OURS));
    const line = readFileSync(path, 'utf8');
    writeFileSync(path, `${line}\n${line}\n`);
    const { stdout } = await add('--type', 'proof', '--in', 'in.json');
    expect(JSON.parse(stdout)).toMatchObject({ Added: 2, Events: 16 });
  });

  test.each([
    ['DataKeyId', { ...OURS, DataKeyId: 'a'.repeat(32) }],
    ['key check value', { ...OURS, KeyCheckValues: [{ Method: 'AES-ECB-ZERO', Value: '000000' }] }],
    ['CiphertextBlob', OTHERS],
    ['nothing in this import shows', {}],
    ['nothing in this import shows', { PublicKeyFingerprint: RECORD_WRAPPING_FINGERPRINT }],
    ['nothing in this import shows', { KeyCheckValues: weakest }],
  ])('refuses an import of another data key: %s', async (what, changes) => {
    await make();
    const before = headFile();
    const { code, stderr } = await add('--type', 'import', '--in', written('import', changes));
    expect(code).toBe(6);
    expect(stderr).toContain(what);
    expect(headFile()).toBe(before);
    expect(lastEvent()).toMatchObject({ Type: 'seal' });
  });

  test('knows a data key by its id where the backup is another', async () => {
    await make();
    const path = written('import', { ...OTHERS, DataKeyId: RECORD_DATA_KEY_ID });
    expect((await add('--type', 'import', '--in', path)).code).toBe(0);
  });

  test('knows a data key by a check value of 128 bits alone', async () => {
    await make();
    const path = written('import', { KeyCheckValues: RECORD_CHECK_VALUES.slice(-1) });
    expect((await add('--type', 'import', '--in', path)).code).toBe(0);
  });

  test('refuses what is of a rehearsal in a record that is not', async () => {
    const path = written('proof', { ...OURS, Rehearsal: true });
    await make();
    expect((await add('--type', 'proof', '--in', path)).code).toBe(2);
    expect(lastEvent()).toMatchObject({ Type: 'seal' });
  });

  test('tells of a destruction in words', async () => {
    await make();
    const args = [
      '--type',
      'destruction',
      '--by',
      'Ana',
      '--text',
      'the wrapping key was zeroised',
    ];
    expect((await add(...args)).code).toBe(0);
    expect(lastEvent()).toMatchObject({
      Type: 'destruction',
      Text: 'the wrapping key was zeroised',
    });
  });

  test.each([
    [[], '--type'],
    [['--type', 'party'], '--type takes'],
    [['--type', 'note'], 'needs --text'],
    [['--type', 'note', '--text', ''], 'no empty text'],
    [['--type', 'destruction', '--text', 'x'], 'needs --by'],
    [['--type', 'note', '--text', 'x', '--in', 'in.json'], '--in is not for --type note'],
    [['--type', 'note', '--text', 'x', '--head', 'x'], '--head is not for record add'],
    [['--type', 'import', '--in', 'proof.json'], 'no import document'],
  ])('is used badly with %s', async (args, message) => {
    await make();
    writeFileSync(join(folder(), 'proof.json'), '{"Format":"kmsx-proof/1"}');
    const { code, stderr } = await add(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('adds nothing to a record that is not sealed', async () => {
    await make({ isSealed: false });
    const { code, stderr } = await add('--type', 'note', '--text', 'x');
    expect(code).toBe(6);
    expect(stderr).toContain('has no seal');
  });

  test('covers no change of the record up', async () => {
    await make({ added: [NOTE] });
    const path = join(record(), 'record.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/[^\n]*\n$/, ''));
    const { code, stderr } = await add('--type', 'note', '--text', 'x');
    expect(code).toBe(6);
    expect(stderr).toContain('is the head of no line');
  });

  test('goes on after a crash: half a line becomes a note', async () => {
    await make({ added: [NOTE] });
    appendFileSync(join(record(), 'record.jsonl'), '{"At":');
    expect((await run(['verify', 'ceremony'])).code).toBe(6);
    const { code, stdout, stderr } = await add('--type', 'note', '--text', 'after the power cut');
    expect(code).toBe(0);
    expect(stderr).toContain('cut short by a crash');
    expect(JSON.parse(stdout)).toMatchObject({ Added: 1, Events: 17 });
    expect((await run(['verify', 'ceremony'])).code).toBe(0);
  });

  describe('where record.head does not cover the last line', () => {
    const NEW = ['--type', 'note', '--text', 'x', '--by', 'Ana'];
    let last = '';

    beforeEach(async () => {
      await make({ added: [NOTE] });
      const { writer } = await openRecord(record(), testIo());
      await writer.append(NOTE);
      last = await writer.append({ ...NOTE, Text: 'forged, or not' });
      await writer.close();
    });

    test('adds nothing, and names the lines', async () => {
      const before = headFile();
      const { code, stderr } = await add(...NEW);
      expect(code).toBe(6);
      expect(stderr).toContain('covers nothing of lines 16 to 17');
      expect(stderr).toContain("sed -n 17p ceremony/record.jsonl | tr -d '\\n' | sha256sum");
      expect(headFile()).toBe(before);
      expect(lastEvent()).toMatchObject({ Text: 'forged, or not' });
      expect((await run(['verify', 'ceremony'])).stderr).toContain('--accept-head');
    });

    test.each([
      ['that of record.head', () => headFile().slice(14, -1)],
      ['any other', () => '0'.repeat(64)],
    ])('takes no other head for it: %s', async (_, head) => {
      expect(await add(...NEW, '--accept-head', head())).toMatchObject({ code: 6, stdout: '' });
      expect(lastEvent()).toMatchObject({ Text: 'forged, or not' });
    });

    test('goes on where its own hash is given, and a note keeps that', async () => {
      const grouped = last.replaceAll(/.{4}/g, '$& ');
      const { code, stdout } = await add(...NEW, '--accept-head', grouped);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ Added: 1, Events: 19 });
      expect(readFileSync(join(record(), 'record.jsonl'), 'utf8')).toContain(
        '"Text":"record.head did not cover lines 16 to 17: accepted by its head"',
      );
      expect((await run(['verify', 'ceremony'])).code).toBe(0);
    });

    test('takes 64 digits alone', async () => {
      const { code, stderr } = await add(...NEW, '--accept-head', last.slice(1));
      expect(code).toBe(2);
      expect(stderr).toContain('--accept-head takes 64 hexadecimal digits');
    });
  });

  test('accepts no head that is not that of the last line, where all is covered', async () => {
    await make();
    const note = ['--type', 'note', '--text', 'x'];
    expect((await add(...note, '--accept-head', '0'.repeat(64))).code).toBe(6);
    expect((await add(...note, '--accept-head', headFile().slice(14, -1))).code).toBe(0);
    expect(JSON.parse((await run(['verify', 'ceremony'])).stdout)).toMatchObject({ Events: 15 });
  });

  test('waits for nobody: another process adds to the record', async () => {
    await make();
    const { writer } = await openRecord(record(), testIo());
    const { code, stderr } = await add('--type', 'note', '--text', 'x');
    expect(code).toBe(5);
    expect(stderr).toContain('in use by process 4242');
    await writer.close();
  });
});

describe('kmsx record head', () => {
  test('prints the text that is signed, and tells the command', async () => {
    await make();
    const { code, stdout, stderr } = await run(['head', 'ceremony']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: headFile() });
    expect(stderr).toContain('ssh-keygen -Y sign -n kmsx-record -f KEY ceremony/record.head');
  });

  test('shows it in groups on a terminal', async () => {
    await make();
    const { stdout } = await run(['head', 'ceremony'], { stdoutIsTerminal: true, columns: 80 });
    const digits = headFile().slice(-65, -49);
    expect(stdout).toContain(digits.replaceAll(/.{4}(?=.)/g, '$& '));
    expect(stdout).toContain('mv -n ceremony/record.head.sig ceremony/signatures/NAME.sig');
  });

  test('gives no head of a record that is not sealed, or that was changed', async () => {
    await make({ isSealed: false });
    expect((await run(['head', 'ceremony'])).code).toBe(6);
    writeFileSync(join(record(), 'record.jsonl'), '{}\n');
    expect(await run(['head', 'ceremony'])).toMatchObject({ code: 6, stdout: '' });
    expect((await run(['head', '.'])).code).toBe(2);
  });
});
