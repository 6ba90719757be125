import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Forgery } from '../../support/record/forgeries.ts';
import { flippedBytes, FORGERIES, REBUILT } from '../../support/record/forgeries.ts';
import { addToRecord, makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import { BELIED } from '../../support/record/stories.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const SCRIPT = fileURLToPath(new URL('../../../examples/verify_record.py', import.meta.url));
const folder = useTempFolder();

/** Two records that are whole: one that was added to after people had signed it, and one as it was sealed. */
let home = '';
let people = '';
const later = (): string => join(home, 'later');
const sealed = (): string => join(home, 'sealed');

function sign(record: string, name: string): void {
  const signature = execFileSync(
    'ssh-keygen',
    ['-q', '-Y', 'sign', '-n', 'kmsx-record', '-f', join(home, name)],
    { input: readFileSync(join(record, 'record.head')), stdio: ['pipe', 'pipe', 'ignore'] },
  );
  writeFileSync(join(record, 'signatures', `${name}.sig`), signature);
}

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-record-')));
  people = join(home, 'people');
  const lines = ['ana', 'bo'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, name)]);
    return `${name}@example.com ${readFileSync(join(home, `${name}.pub`), 'utf8')}`;
  });
  writeFileSync(people, lines.join(''));
  for (const record of [later(), sealed()]) {
    await makeGoodRecord(record);
    sign(record, 'ana');
    sign(record, 'bo');
  }
  await addToRecord(later(), NOTE);
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

/** What kmsx and the Python program say of a record: their exit codes, each as whether it is accepted. */
async function verdicts(
  record: string,
  args: readonly string[] = [],
): Promise<{ readonly kmsx: boolean; readonly python: boolean; readonly said: string }> {
  const python = spawnSync('python3', [SCRIPT, record, ...args], { encoding: 'utf8' });
  const kmsx = await runInProcess(['record', 'verify', record, ...args], { isReal: true });
  return {
    kmsx: kmsx.code === 0,
    python: python.status === 0,
    said: [kmsx.stderr, python.stderr, python.stdout].join(''),
  };
}

function forged(forgery: Forgery): string {
  const copy = join(folder(), 'ceremony');
  rmSync(copy, { recursive: true, force: true });
  cpSync(later(), copy, { recursive: true });
  forgery.forge(copy);
  return copy;
}

const headOf = (record: string): string =>
  readFileSync(join(record, 'record.head'), 'utf8').slice('kmsx-record/1 '.length, -1);
const signers = (threshold: number, file = people): string[] => [
  '--allowed-signers',
  file,
  '--threshold',
  String(threshold),
];

/** The program knows fewer ways in which a story belies itself. */
const STORIES = BELIED.filter(
  ({ name }) =>
    !/another (?:fingerprint|wrapping)|did not end|failed|no (?:data key|export|check)/.test(name),
);

const BOTH = { kmsx: true, python: true };
const NEITHER = { kmsx: false, python: false };

describe('kmsx record verify and examples/verify_record.py', () => {
  test('the program is of the length that it promises, and of the standard library', () => {
    const source = readFileSync(SCRIPT, 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    execFileSync('python3', ['-I', '-S', SCRIPT, sealed()]);
  });

  test('accept good records by all that proves them', async () => {
    for (const record of [sealed(), later()]) {
      const grouped = headOf(record).replaceAll(/.{4}/g, '$& ');
      for (const args of [[], ['--head', headOf(record)], ['--head', grouped], signers(2)]) {
        expect(await verdicts(record, args), args.join(' ')).toMatchObject(BOTH);
      }
    }
    expect(await verdicts(later(), ['--head', headOf(sealed()), ...signers(1)])).toMatchObject(
      BOTH,
    );
  });

  test('tell a practice, and what came later', async () => {
    const said = async (record: string, ...args: string[]): Promise<string> =>
      (await verdicts(record, args)).said;
    expect(await said(later())).toContain('production verified by its chain alone');
    expect(await said(later(), '--head', headOf(sealed()))).toContain('nothing covers: 1\n');
    expect(await said(later(), '--head', headOf(later()))).toContain('nothing covers: 0\n');
    expect(await said(later(), ...signers(2))).toContain('nothing covers: 1\n');
    const practice = join(folder(), 'practice');
    await makeGoodRecord(practice, { begin: { Practice: true } });
    expect(await said(practice)).toContain('PRACTICE verified by');
  });

  test('count no pattern as a person, and take no threshold of nobody', async () => {
    const [ana = ''] = readFileSync(people, 'utf8').split('\n');
    writeFileSync(join(folder(), 'anybody'), ana.replace('ana@example.com', '*@example.com'));
    expect(await verdicts(sealed(), signers(1, join(folder(), 'anybody')))).toMatchObject(NEITHER);
    expect(await verdicts(sealed(), signers(0))).toMatchObject(NEITHER);
  });

  test('refuse fewer signers than were asked for, and those of others', async () => {
    expect(await verdicts(sealed(), signers(3))).toMatchObject(NEITHER);
    const stranger = join(folder(), 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const line = `ana@example.com ${readFileSync(`${stranger}.pub`, 'utf8')}`;
    writeFileSync(join(folder(), 'others'), line);
    expect(await verdicts(sealed(), signers(1, join(folder(), 'others')))).toMatchObject(NEITHER);
  });

  test('count a person with two keys once, and a key under two names once', async () => {
    const [ana = '', bo = ''] = readFileSync(people, 'utf8').trimEnd().split('\n');
    const twoKeys = [ana, bo.replace('bo@', 'ana@')];
    writeFileSync(join(folder(), 'two-keys'), `${twoKeys.join('\n')}\n`);
    expect(await verdicts(sealed(), signers(2, join(folder(), 'two-keys')))).toMatchObject(NEITHER);
    const copy = join(folder(), 'ceremony');
    cpSync(sealed(), copy, { recursive: true });
    cpSync(join(copy, 'signatures/ana.sig'), join(copy, 'signatures/bo.sig'));
    expect(await verdicts(copy, signers(2))).toMatchObject(NEITHER);
    expect(await verdicts(copy, signers(1))).toMatchObject(BOTH);
  });

  test.each([...FORGERIES, ...STORIES])('refuse $name', async (forgery) => {
    expect(await verdicts(forged(forgery))).toMatchObject(NEITHER);
  });

  test.each(REBUILT)(
    'refuse a chain that was rebuilt by what others have alone: $name',
    async (forgery) => {
      const copy = forged(forgery);
      expect(await verdicts(copy)).toMatchObject(BOTH);
      expect(await verdicts(copy, ['--head', headOf(later())])).toMatchObject(NEITHER);
      expect(await verdicts(copy, ['--head', headOf(sealed())])).toMatchObject(NEITHER);
      expect(await verdicts(copy, signers(1))).toMatchObject(NEITHER);
    },
  );

  test('refuse a change of a bit anywhere', async () => {
    const { length } = readFileSync(join(later(), 'record.jsonl'));
    for (const forgery of flippedBytes(length, 40)) {
      expect(await verdicts(forged(forgery)), forgery.name).toMatchObject(NEITHER);
    }
  });
});
