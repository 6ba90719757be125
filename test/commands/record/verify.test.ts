import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../../../src/record/chain/chain.ts';
import type { ComparedEvent, StepEvent } from '../../../src/record/events.ts';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import type { Forgery, Line } from '../../support/record/forgeries.ts';
import { flippedBytes, FORGERIES, rebuild, REBUILT } from '../../support/record/forgeries.ts';
import { BELIED } from '../../support/record/stories.ts';
import { addToRecord, beginEvent, makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
let original = '';

beforeAll(async () => {
  original = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-record-')));
  await makeGoodRecord(original, { added: [NOTE] });
});

afterAll(() => {
  rmSync(original, { recursive: true, force: true });
});

/** A copy of the good record, edited. */
function forged(forgery?: Forgery): string {
  const copy = join(folder(), 'ceremony');
  cpSync(original, copy, { recursive: true });
  forgery?.forge(copy);
  return copy;
}

const verify = (...args: string[]): Promise<RunResult> =>
  runInProcess(['record', 'verify', 'ceremony', ...args], { cwd: folder() });

const headOf = (name: string): string =>
  readFileSync(join(name, 'record.head'), 'utf8').slice('kmsx-record/1 '.length, -1);

const FAILED: StepEvent = {
  Type: 'step',
  Number: 6,
  Name: 'the witness',
  Text: 'x',
  Start: '2026-11-23T08:00:00.000Z',
  Outcome: 'failed',
  ExitCode: 6,
};

const COMPARED: ComparedEvent = {
  Type: 'compared',
  Step: 6,
  What: 'check value',
  Of: 'hsm',
  Value: 'that of the backup',
  How: 'typed',
  Same: true,
};

interface Told {
  readonly Code: string;
  readonly Message: string;
}

async function refusal(...args: string[]): Promise<Told & { readonly code: number | null }> {
  const { code, stdout, stderr } = await verify('--error-format', 'json', ...args);
  expect(stdout).toBe('');
  return { code, ...(JSON.parse(stderr) as { Error: Told }).Error };
}

describe('kmsx record verify', () => {
  test('says what is proved, and that the chain alone is not much', async () => {
    forged();
    const { code, stdout, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      CeremonyId: 'f'.repeat(32),
      Title: 'payments é 🔑',
      Practice: false,
      Complete: true,
      Incidents: [],
      Head: headOf(original),
      Events: 15,
      Chain: true,
      Files: true,
      ProvedBy: 'chain',
      Signers: [],
      NotProved: ['whoever owns the folder could have rebuilt the whole chain, with other content'],
    });
  });

  test.each([
    ['as it is', (head: string) => head],
    ['in groups', (head: string) => head.replaceAll(/.{4}/g, '$& ')],
    ['in capital letters', (head: string) => head.toUpperCase()],
    ['with the word before it', (head: string) => `kmsx-record/1 ${head}\n`],
  ])('is proved by a head, %s', async (_, form) => {
    forged();
    const { code, stdout } = await verify('--head', form(headOf(original)));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ProvedBy: 'head', NotProved: [] });
  });

  test('takes the head of the seal, and tells what came later', async () => {
    const copy = join(folder(), 'ceremony');
    await makeGoodRecord(copy);
    const head = headOf(copy);
    await addToRecord(copy, NOTE);
    await addToRecord(copy, NOTE);
    const { code, stdout } = await verify('--head', head);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ProvedBy: 'head',
      NotProved: ['lines 15 to 16 (note, note) came later than the head that was given'],
    });
  });

  test('takes no head of a line before the seal', async () => {
    forged();
    const [first = ''] = readFileSync(join(original, 'record.jsonl'), 'utf8').split('\n');
    const { code, Code, Message } = await refusal('--head', hashOf(first));
    expect({ code, Code }).toEqual({ code: 6, Code: 'record-head-differs' });
    expect(Message).toContain('line 1, before the seal');
  });

  test.each([...FORGERIES, ...BELIED])('refuses $name', async (forgery) => {
    forged(forgery);
    const { code, Code, Message } = await refusal();
    expect({ code, Code }).toEqual({ code: 6, Code: forgery.code ?? 'record-changed' });
    if (forgery.line !== undefined) expect(Message).toContain(`: line ${forgery.line} `);
    if (forgery.file !== undefined) expect(Message).toContain(forgery.file);
  });

  test.each([
    [
      'of another title',
      ([begin = {}, ...events]: Line[]) => {
        const Plan = { ...(begin['Plan'] as Line), Title: 'other' };
        return [{ ...begin, Title: 'other', Plan }, ...events];
      },
    ],
    [
      'of another KMS key',
      ([begin = {}, ...events]: Line[]) => {
        return [{ ...begin, Plan: { ...(begin['Plan'] as Line), KeyId: 'alias/x' } }, ...events];
      },
    ],
  ])('refuses a plan %s than in its file, in a chain that was rebuilt', async (_, edit) => {
    forged({ name: '', forge: rebuild(edit) });
    const { code, Code, Message } = await refusal();
    expect({ code, Code }).toEqual({ code: 6, Code: 'record-changed' });
    expect(Message).toBe('line 1 has another plan than plan.yaml');
  });

  test.each([
    ['with a field that no plan has', (text: string) => text.replace('{', '{"Notes":"none",')],
    ['longer than a plan can be', (text: string) => `${text}#${'x'.repeat(300_000)}\n`],
    ['in another form of Unicode', (text: string) => text.normalize('NFD')],
    ['of another Format', (text: string) => text.replace('plan/1', 'plan/2')],
    ['that is empty', () => ''],
  ])('refuses a plan file %s, in a chain that was rebuilt', async (_, edit) => {
    const copy = forged();
    const path = join(copy, 'plan.yaml');
    const text = edit(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    rebuild(([begin = {}, ...events]) => [{ ...begin, PlanSHA256: hashOf(text) }, ...events])(copy);
    const { code, Code, Message } = await refusal();
    expect({ code, Code }).toEqual({ code: 6, Code: 'record-changed' });
    expect(Message).toBe('line 1 has another plan than plan.yaml');
  });

  test('says that a plan of another Format was not compared with its file', async () => {
    const copy = forged();
    rebuild(([begin = {}, ...events]) => {
      const Plan = { ...(begin['Plan'] as Line), Format: 'kmsx-ceremony-plan/2' };
      return [{ ...begin, Plan }, ...events];
    })(copy);
    const { code, stdout } = await verify('--head', headOf(copy));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      NotProved: [
        'the plan has a Format that this version does not read: plan.yaml is not compared with it',
      ],
    });
  });

  test.each(REBUILT)(
    'refuses a chain that was rebuilt by its head alone: $name',
    async (forgery) => {
      forged(forgery);
      expect(await refusal('--head', headOf(original))).toMatchObject({
        code: 6,
        Code: 'record-head-differs',
      });
      expect((await verify()).code).toBe(0);
    },
  );

  test('refuses every change of a bit', async () => {
    const { length } = readFileSync(join(original, 'record.jsonl'));
    const copy = forged();
    for (const forgery of flippedBytes(length, 150)) {
      copyFileSync(join(original, 'record.jsonl'), join(copy, 'record.jsonl'));
      forgery.forge(copy);
      const { code, Code } = await refusal();
      expect({ forgery: forgery.name, code, Code }).toEqual({
        forgery: forgery.name,
        code: 6,
        Code: 'record-changed',
      });
    }
  });

  test('refuses an empty head, as a variable that was not set gives it', async () => {
    forged();
    expect(await refusal('--head', '')).toMatchObject({ code: 2, Code: 'bad-usage' });
  });

  test('tells files elsewhere that it could not look at, and refuses one that was changed', async () => {
    const stick = join(folder(), 'stick.json');
    writeFileSync(stick, 'a backup');
    const copy = join(folder(), 'ceremony');
    await makeGoodRecord(copy, {
      elsewhere: [
        await recordedFile(copy, stick),
        { Name: 'secret:payments', SHA256: 'a'.repeat(64), Size: 1 },
      ],
    });
    const head = headOf(copy);
    const notProved = async (): Promise<unknown> =>
      (JSON.parse((await verify('--head', head)).stdout) as { NotProved: unknown }).NotProved;
    const told = (name: string): string => `${name} is not in the folder, and was not looked at`;
    expect(await notProved()).toEqual([told('secret:payments')]);
    rmSync(stick);
    expect(await notProved()).toEqual([told(stick), told('secret:payments')]);
    writeFileSync(stick, 'a backuP');
    expect(await refusal()).toMatchObject({ code: 6, Code: 'record-changed' });
  });

  test('opens nothing elsewhere but ordinary files that a step names', async () => {
    const stick = join(folder(), 'stick.json');
    writeFileSync(stick, 'a backup');
    symlinkSync('/dev/zero', join(folder(), 'zero.json'));
    symlinkSync('/proc/self/environ', join(folder(), 'environ.json'));
    const copy = join(folder(), 'ceremony');
    const other = { SHA256: 'a'.repeat(64), Size: 1 };
    const names = ['zero.json', 'environ.json', 'ceremony'].map((name) => join(folder(), name));
    await makeGoodRecord(copy, {
      elsewhere: [...names, '/proc/version', '/dev/null'].map((Name) => ({ Name, ...other })),
      added: [{ ...NOTE, Files: [{ Name: stick, ...other }] }],
    });
    const { code, stdout } = await verify('--head', headOf(copy));
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { NotProved: string[] }).NotProved).toEqual(
      [...names, '/proc/version', '/dev/null', stick].map(
        (name) => `${name} is not in the folder, and was not looked at`,
      ),
    );
  });

  test('refuses a file whose name no system has', async () => {
    await makeGoodRecord(join(folder(), 'ceremony'), {
      elsewhere: [{ Name: '/tmp\0/x', SHA256: 'a'.repeat(64), Size: 1 }],
    });
    expect(await refusal()).toMatchObject({ code: 6, Code: 'record-changed' });
  });

  test('lists what can be no signature, and is proved by a head all the same', async () => {
    const signatures = join(forged(), 'signatures');
    mkdirSync(join(signatures, 'folder.sig'));
    writeFileSync(join(signatures, 'large.sig'), 'x'.repeat(100_000));
    symlinkSync('/dev/zero', join(signatures, 'zero.sig'));
    symlinkSync('nowhere', join(signatures, 'none.sig'));
    const problems = [
      'signatures/folder.sig is no regular file',
      'signatures/large.sig is larger than any signature',
      'signatures/none.sig cannot be read (ENOENT)',
      'signatures/zero.sig is no regular file',
    ];
    const { code, stdout } = await verify('--head', headOf(original));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ProvedBy: 'head', NotProved: problems });
    writeFileSync(join(folder(), 'people'), '# nobody\n');
    const { Code, Message } = await refusal('--allowed-signers', 'people', '--threshold', '1');
    expect(Code).toBe('record-signatures-missing');
    for (const problem of problems) expect(Message).toContain(problem);
    rmSync(signatures, { recursive: true });
    writeFileSync(signatures, '');
    expect(JSON.parse((await verify('--head', headOf(original))).stdout)).toMatchObject({
      NotProved: ['signatures cannot be read (ENOTDIR)'],
    });
  });

  test('refuses a record whose ceremony goes on, and says so of a crash', async () => {
    const copy = join(folder(), 'ceremony');
    await makeGoodRecord(copy, { isSealed: false });
    expect(await refusal()).toMatchObject({ code: 6, Code: 'record-not-sealed' });
    const path = join(copy, 'record.jsonl');
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"At":"20`);
    const { Code, Message } = await refusal();
    expect(Code).toBe('record-not-sealed');
    expect(Message).toContain('line 14 was cut short by a crash');
  });

  test('refuses steps that tell of two data keys', async () => {
    const copy = join(folder(), 'ceremony');
    await makeGoodRecord(copy, {
      more: [
        {
          ...FAILED,
          Outcome: 'done',
          ExitCode: 0,
          Facts: { KeyCheckValues: [{ Method: 'AES-ECB-ZERO', Value: '000000' }] },
        },
      ],
    });
    const { code, Message } = await refusal();
    expect(code).toBe(6);
    expect(Message).toContain('line 14 has another key check value');
  });

  test('tells what went wrong before the end, and the record before', async () => {
    const before = 'ab'.repeat(32);
    await makeGoodRecord(join(folder(), 'ceremony'), {
      begin: { PreviousRecord: before },
      more: [
        { ...COMPARED, Same: false, Typed: 'AES-ECB-ZERO 000000' },
        { ...FAILED, Code: 'check-value-mismatch' },
        COMPARED,
        { ...COMPARED, What: 'statement', Of: 'Bo', Same: false },
        { ...COMPARED, What: 'statement', Of: 'Bo' },
        { ...FAILED, Outcome: 'done', ExitCode: 0 },
      ],
    });
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      PreviousRecord: before,
      Complete: true,
      Incidents: [
        'line 14: the check value of hsm was not the same',
        'line 15: step 6 (the witness) failed with exit code 6 (check-value-mismatch)',
        'line 17: Bo did not agree with the statement',
      ],
    });
    const shown = await runInProcess(['record', 'verify', 'ceremony'], {
      cwd: folder(),
      stdoutIsTerminal: true,
      columns: 100,
    });
    expect(shown.stdout).toContain('line 15: step 6 (the witness) failed');
    expect(shown.stdout).toContain('abab abab abab abab');
  });

  test('tells that the plan asked for more signatures than proved it', async () => {
    const { Plan } = beginEvent();
    await makeGoodRecord(join(folder(), 'ceremony'), {
      begin: { Plan: { ...Plan, Signatures: { Threshold: 2 } } },
    });
    const { stdout } = await verify('--head', headOf(join(folder(), 'ceremony')));
    expect(JSON.parse(stdout)).toMatchObject({
      ProvedBy: 'head',
      NotProved: ['the plan asked for 2 signatures; 0 of them proved it here'],
    });
  });

  test('tells of a clock that was set back, and does not refuse it', async () => {
    forged({
      name: 'times',
      forge: rebuild((events) =>
        events.map((event, index) =>
          index === 12 ? { ...event, At: '2026-11-23T07:59:59.999Z' } : event,
        ),
      ),
    });
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      NotProved: [
        expect.stringContaining('whoever owns'),
        'line 13 has an earlier time than the line before it',
        'line 13 is of a step that ended before it began',
      ],
    });
  });

  test('knows a ceremony that was not completed', async () => {
    await makeGoodRecord(join(folder(), 'ceremony'), { isComplete: false });
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Complete: false });
  });

  test.each([['ceremony'], ['none']])('finds no record: %s', async (name) => {
    writeFileSync(join(folder(), 'ceremony'), '');
    const { code, stderr } = await runInProcess(['record', 'verify', name], { cwd: folder() });
    expect(code).toBe(2);
    expect(stderr).toContain(`${name} holds no record.jsonl`);
  });

  test.each([
    [['--threshold', '1'], 'go together'],
    [['--allowed-signers', 'x'], 'go together'],
    [['--allowed-signers', 'x', '--threshold', '0'], '--threshold takes'],
    [['--head', 'abc'], '--head takes'],
    [['--text', 'x'], '--text is not for record verify'],
  ])('is used badly with %s', async (args, message) => {
    forged();
    const { code, Message } = await refusal(...args);
    expect(code).toBe(2);
    expect(Message).toContain(message);
  });

  test.each([40, 80, 120])(
    'fits a terminal of %i columns, with a hostile title',
    async (columns) => {
      const hostile = { Title: 'x\u001b[2J\u202e', Practice: true };
      const { Plan } = beginEvent(hostile);
      await makeGoodRecord(join(folder(), 'ceremony'), {
        // Of a Format that is not read: no plan that is read has such a title.
        begin: { ...hostile, Plan: { ...Plan, Format: 'kmsx-ceremony-plan/2' } },
      });
      const { code, stdout } = await runInProcess(
        ['record', 'verify', 'ceremony', '--color', 'never'],
        {
          cwd: folder(),
          stdoutIsTerminal: true,
          columns,
        },
      );
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/[\u001b\u202e]/);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
        columns,
      );
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('nothing but its own chain proves it');
    },
  );
});
