/* One work list in a real database, and several runs of `batch` that share it: each line is done once, whoever dies. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import type { RunResult } from '../../support/run-result.ts';
import { jsonLinesOf, writeKeyPair, writeManifest } from '../../support/batch.ts';
import { finish, kmsx, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { mariaDatabase, postgresDatabase } from '../../support/stores/databases.ts';
import { storeAndKms } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const at = (name: string): string => join(folder(), name);

describe.each([
  ['PostgreSQL', postgresDatabase],
  ['MariaDB', mariaDatabase],
])('a batch whose journal is in %s', (_, create) => {
  const database = useDatabase(create);
  let env: Record<string, string>;
  let endpoint: readonly string[];
  let made: () => number;

  beforeEach(async () => {
    ({ env, endpoint, made } = await storeAndKms(database(), localKms, folder()));
  });

  const exportArgs = (...more: readonly string[]): string[] => [
    ...['batch', 'export-key', '--manifest', 'keys.jsonl', '--key-id', 'alias/rehearsal'],
    ...['--pubkey', PUBKEY, '--journal', 'store:fleet', '--concurrency', '8', ...endpoint, ...more],
  ];
  const run = (...args: readonly string[]): Promise<RunResult> =>
    kmsx(args, { cwd: folder(), env });
  const count = (from: string): number => Number(database().sql(`SELECT COUNT(*) FROM ${from}`));
  const summaryOf = ({ stdout }: RunResult): Record<string, unknown> =>
    JSON.parse(stdout) as Record<string, unknown>;

  it('is done once a line by three runs of which one is killed', async () => {
    const lines = 300;
    const names = writeManifest(at('keys.jsonl'), lines);
    writeKeyPair(folder(), 'other');
    const args = exportArgs('--pubkey', 'other.pub.pem');
    const start = (out: string) => startKmsx([...args, '--out', out], { cwd: folder(), env });
    const runs = ['one', 'two', 'three'].map((name) => start(`${name}.jsonl`));
    const finished = runs.map((each) => finish(each));
    // When that one holds claims and has begun to generate keys.
    const watch = setInterval(() => {
      if (made() > lines / 4) runs[0]?.kill('SIGKILL');
    }, 5);
    const results = await Promise.all(finished);
    clearInterval(watch);
    const [first, second, third] = results as [RunResult, RunResult, RunResult];
    expect(first.code).toBe(null);
    for (const result of [second, third]) {
      expect(result, result.stderr).toMatchObject({ code: 0 });
      expect(summaryOf(result)).toMatchObject({ Done: lines, Failed: 0 });
    }
    expect(second.stderr + third.stderr).toMatch(/waiting for \d+ lines? that other runs work on/);
    expect(count('kmsx_backup')).toBe(lines);
    expect(count("kmsx_work_event WHERE Kind = 'generated'")).toBe(lines);
    expect(count("kmsx_work_event WHERE Kind = 'done'")).toBe(lines);
    const documents = jsonLinesOf(at('two.jsonl'));
    expect(readFileSync(at('three.jsonl'), 'utf8')).toBe(readFileSync(at('two.jsonl'), 'utf8'));
    expect(documents.map(({ Name }) => Name).sort()).toEqual([...names].sort());
    const blobs = new Set(
      documents.map((each) => (each as unknown as ExportDocument).CiphertextBlob),
    );
    expect(blobs.size).toBe(lines);
    // What KMS generated besides is told.
    const lost = Number(summaryOf(second)['KeysGeneratedAndLost']);
    expect(made() - lines).toBeLessThanOrEqual(lost);
    expect(count("kmsx_work_line WHERE State <> 'done'")).toBe(0);
  });

  it('does each line once where its connections are cut again and again', async () => {
    const names = writeManifest(at('keys.jsonl'), 120);
    const started = startKmsx(exportArgs('--out', 'out.jsonl'), { cwd: folder(), env });
    const finished = finish(started);
    let next = 20;
    const watch = setInterval(() => {
      if (made() < next) return;
      next += 30;
      database().cut();
    }, 5);
    const result = await finished;
    clearInterval(watch);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(next).toBeGreaterThan(50);
    expect(summaryOf(result)).toMatchObject({ Done: names.length, Failed: 0 });
    expect(count('kmsx_backup')).toBe(names.length);
    expect(jsonLinesOf(at('out.jsonl'))).toHaveLength(names.length);
    const lost = Number(summaryOf(result)['KeysGeneratedAndLost']);
    expect(made() - names.length).toBeLessThanOrEqual(lost);
  });

  it('goes on for another run, and is only that one’s', async () => {
    writeManifest(at('keys.jsonl'), 20);
    const first = await run(...exportArgs('--limit', '5'));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(summaryOf(first)).toMatchObject({ Done: 5, Left: 15 });
    const other = await run(...exportArgs('--key-spec', 'AES_128'));
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain('store:fleet is of a run without --key-spec');
    const second = await run(...exportArgs('--out', 'out.jsonl'));
    expect(second, second.stderr).toMatchObject({ code: 0 });
    expect(summaryOf(second)).toMatchObject({ Done: 20, KeysGeneratedAndLost: 0 });
    expect(jsonLinesOf(at('out.jsonl'))).toHaveLength(20);
    expect(made()).toBe(20);
    // All is done: what is asked for is written again, and nothing else is.
    const third = await run(...exportArgs('--out', 'again.jsonl'));
    expect(third, third.stderr).toMatchObject({ code: 0 });
    expect(readFileSync(at('again.jsonl'), 'utf8')).toBe(readFileSync(at('out.jsonl'), 'utf8'));
    expect(made()).toBe(20);
  });

  it('tries a line that failed again in the next run, and not in the same', async () => {
    const keys = ['alias/rehearsal', 'alias/none', 'alias/rehearsal'];
    writeManifest(at('keys.jsonl'), 3, (number) => ({ KeyId: keys[number - 1] ?? '' }));
    for (const done of [2, 2]) {
      const result = await run(...exportArgs('--out', 'out.jsonl'));
      expect(result, result.stderr).toMatchObject({ code: 8 });
      expect(summaryOf(result)).toMatchObject({ Done: done, Failed: 1 });
      expect(jsonLinesOf(at('out.jsonl'))).toHaveLength(2);
    }
    expect(count("kmsx_work_event WHERE Kind = 'failed'")).toBe(2);
  });

  it('refuses names that are taken before anything is sent', async () => {
    const [name] = writeManifest(at('keys.jsonl'), 3);
    const args = [...endpoint, '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    await kmsxOk(['export-key', ...args, '--backup', `store:${name ?? ''}`, '--out', 'e.json'], {
      cwd: folder(),
      env,
    });
    const before = made();
    const result = await run(...exportArgs());
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`line 1: store:${name ?? ''} already exists in the store at`);
    expect(made()).toBe(before);
    expect(count('kmsx_work_list')).toBe(0);
  });

  it('keeps what each command reads and writes in the store', async () => {
    const names = writeManifest(at('keys.jsonl'), 12);
    const exports = await run(...exportArgs('--out', 'exports.jsonl'));
    expect(exports, exports.stderr).toMatchObject({ code: 0 });
    const lines = names.map(
      (name) => `${JSON.stringify({ Name: `${name}.2`, In: `store:${name}` })}\n`,
    );
    writeFileSync(at('again.jsonl'), lines.join(''));
    const batch = (command: string, ...args: readonly string[]): Promise<RunResult> =>
      run('batch', command, '--manifest', 'again.jsonl', ...endpoint, ...args);
    const shared = await batch(
      ...(['reencrypt-key', '--to-key-id', 'alias/rehearsal'] as const),
      ...['--journal', 'store:again', '--to-context', 'purpose=new'],
    );
    expect(shared, shared.stderr).toMatchObject({ code: 0 });
    expect(count('kmsx_backup')).toBe(24);
    const exported = await batch('reexport-key', '--pubkey', PUBKEY, '--out', 're.jsonl');
    expect(exported, exported.stderr).toMatchObject({ code: 0 });
    expect(jsonLinesOf(at('re.jsonl'))).toHaveLength(12);
  });
});
