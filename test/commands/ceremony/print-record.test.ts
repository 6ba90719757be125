import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordedFile } from '../../../src/record/chain/recorded-file.ts';
import { BACKUP } from '../../support/documents.ts';
import { makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';

const folder = useTempFolder();
const path = (name: string): string => join(folder(), name);
const print = (...args: string[]): Promise<RunResult> =>
  runInProcess(['record', 'print', ...args], { cwd: folder() });

/** A record that names a backup document, under two names. */
beforeEach(async () => {
  await makeGoodRecord(path('ceremony'));
  writeFileSync(path('ceremony/kept.json'), `${JSON.stringify(BACKUP)}\n`);
  writeFileSync(path('ceremony/again.json'), `${JSON.stringify(BACKUP)}\n`);
});

async function recordBackups(): Promise<void> {
  const files = ['kept.json', 'again.json'].map((name) => recordedFile(path('ceremony'), name));
  await makeGoodRecord(path('other'), {
    added: [{ ...NOTE, Files: await Promise.all(files) }],
  });
  for (const name of ['kept.json', 'again.json']) {
    writeFileSync(path(`other/${name}`), readFileSync(path(`ceremony/${name}`)));
  }
}

const codes = (html: string): number => html.split('<svg ').length - 1;

describe('kmsx record print', () => {
  it('prints a record as HTML, its head as a QR code', async () => {
    const { code, stdout, stderr } = await print('ceremony');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^<!doctype html>.*<\/html>\s*$/s);
    const head = readFileSync(path('ceremony/record.head'), 'utf8').split(' ')[1] ?? '';
    expect(stdout).toContain(head.replaceAll(/.{4}/g, '$& ').slice(0, 19));
    expect(codes(stdout)).toBe(1);
  });

  it('writes a new file', async () => {
    const { code, stdout } = await print('ceremony', '--out', 'record.html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(statSync(path('record.html')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path('record.html'), 'utf8')).toBe((await print('ceremony')).stdout);
    expect((await print('ceremony', '--out', 'record.html')).code).toBe(2);
  });

  it('names the file where a person reads, on a terminal', async () => {
    const terminal = { cwd: folder(), stdoutIsTerminal: true, stderrIsTerminal: true, columns: 80 };
    const { stdout, stderr } = await runInProcess(
      ['record', 'print', 'ceremony', '--out', 'page.html'],
      terminal,
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('the record is ready to be printed, from a browser');
    expect(stdout).toMatch(/^ {2}page +page\.html \([\d,]+ bytes, mode 0600\)$/m);
  });

  it('has each backup document as a QR code, once', async () => {
    await recordBackups();
    expect(codes((await print('other')).stdout)).toBe(2);
  });

  it('says that a record is not sealed', async () => {
    await makeGoodRecord(path('open'), { isSealed: false });
    const { code, stdout } = await print('open');
    expect(code).toBe(0);
    expect(stdout).toContain('The record is not sealed.');
  });

  it.each([
    ['a folder without a record', () => 'missing', 'record-missing', 2],
    [
      'a record of which a line was changed',
      () => {
        const chain = readFileSync(path('ceremony/record.jsonl'), 'utf8');
        writeFileSync(path('ceremony/record.jsonl'), chain.replace('no paper', 'no ink'));
        return 'ceremony';
      },
      'record-changed',
      6,
    ],
    [
      'a backup that is another one than was recorded',
      () => {
        unlinkSync(path('other/again.json'));
        const changed = JSON.stringify({ ...BACKUP, KeyId: 'other' });
        for (const name of ['kept', 'again']) writeFileSync(path(`other/${name}.json`), changed);
        return 'other';
      },
      'record-changed',
      6,
    ],
  ])('refuses %s', async (_, prepare, Code, exitCode) => {
    await recordBackups();
    const { code, stdout, stderr } = await print(prepare(), '--error-format', 'json');
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ Error: { Code } });
  });
});
