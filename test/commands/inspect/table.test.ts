import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import type { TestIoOptions } from '../../support/test-io.ts';
import { runInProcess } from '../../support/test-io.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';
import { BACKUP, EXPORT } from '../../support/documents.ts';

const folder = useTempFolder();

async function inspect(files: readonly string[], options: TestIoOptions = {}): Promise<RunResult> {
  for (const [name, value] of Object.entries({ 'b.json': BACKUP, 'e.json': EXPORT })) {
    writeFileSync(join(folder(), name), JSON.stringify(value));
  }
  writeFileSync(join(folder(), 'p.pem'), testKey('rsa-2048-pub.pem'));
  writeFileSync(join(folder(), 'no'), 'neither this nor that');
  mkdirSync(join(folder(), 'dir'), { recursive: true });
  return await runInProcess(['inspect', ...files], { cwd: folder(), ...options });
}

const filesOf = ({ stdout }: RunResult): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { File: string }).File);

const errorsOf = ({ stderr }: RunResult): string[] =>
  stderr.split('\n').filter((line) => line.startsWith('kmsx: error: '));

describe('inspect of several files', () => {
  it('prints a line for each, in order, and which belong together', async () => {
    const outcome = await inspect(['e.json', 'p.pem', 'b.json']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(filesOf(outcome)).toEqual(['e.json', 'p.pem', 'b.json']);
    const [exported, key, backup] = outcome.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(exported).toMatchObject({ SameCiphertextBlobAs: ['b.json'], SameKmsKeyAs: ['b.json'] });
    expect(backup).toMatchObject({ SameCiphertextBlobAs: ['e.json'] });
    expect(key).not.toHaveProperty('SameWrappingKeyAs');
  });

  it('goes on after one that cannot be read, and after one that is nothing', async () => {
    const outcome = await inspect(['b.json', 'gone', 'no', 'dir', 'e.json']);
    expect(outcome.code).toBe(7);
    expect(filesOf(outcome)).toEqual(['b.json', 'e.json']);
    expect(errorsOf(outcome)).toEqual([
      'kmsx: error: no is neither a document nor standard base64',
      'kmsx: error: dir is a folder',
      'kmsx: error: gone does not exist',
    ]);
  });

  it('ends with the exit code of what was not understood where all could be read', async () => {
    const outcome = await inspect(['no', 'b.json', 'no']);
    expect(outcome.code).toBe(2);
    expect(filesOf(outcome)).toEqual(['b.json']);
    expect(errorsOf(outcome)).toHaveLength(2);
  });

  it('prints nothing but errors where there is nothing to tell', async () => {
    for (const options of [{}, { stdoutIsTerminal: true }]) {
      const outcome = await inspect(['gone', 'no'], options);
      expect(outcome).toMatchObject({ code: 7, stdout: '' });
    }
  });

  it('gives each error as a line of JSON where that is asked for', async () => {
    const { stderr } = await inspect(['gone', 'no', 'b.json', '--error-format', 'json']);
    const codes = stderr
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { Error: { Code: string } }).Error.Code);
    expect(codes).toEqual(['base64-malformed', 'file-missing']);
  });

  it('refuses to read standard input twice, before it reads anything', async () => {
    const outcome = await inspect(['b.json', '-', '-']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
  });

  it('shows on a terminal which belong together, and a block for each', async () => {
    const outcome = await inspect(['e.json', 'p.pem', 'b.json'], {
      stdoutIsTerminal: true,
      env: { NO_COLOR: '1' },
    });
    expect(outcome.code).toBe(0);
    const blocks = outcome.stdout.split('\n\n');
    expect(blocks).toHaveLength(7);
    expect(blocks.at(-1)).toBe(
      [
        'FILE    TYPE             BLOB  KMS KEY',
        'e.json  export document  A     A',
        'p.pem   public key',
        'b.json  backup document  A     A',
        'The same letter in a column: the same value.',
        '',
      ].join('\n'),
    );
    expect(blocks[0]).toBe('e.json: export document');
    expect(blocks[1]).toMatch(
      /^ {2}Exports\[1\]\.PublicKeyFingerprint +SHA-256\n( +2222 2222 2222 2222\n){4}/m,
    );
    expect(outcome.stdout).not.toMatch(/Same\w+(As|Count)/);
  });
});
