import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

interface Line {
  readonly File: string;
  readonly Type: string;
  readonly [name: string]: unknown;
}

it('tells every file of one data key, and which belong together', async () => {
  const cwd = folder();
  const { endpoint, env } = await localKms({ cwd }, ['--state', 'kms']);
  const run = (...args: string[]): Promise<string> => kmsxOk(args, { cwd, env });
  const save = async (name: string, ...args: string[]): Promise<void> => {
    writeFileSync(join(cwd, name), await run(...args));
  };
  const exporting = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, '--bind'];
  await run(...exporting, ...endpoint, '--backup', 'b.json', '--out', 'e.json');
  await run(...exporting, ...endpoint, '--backup', 'other.json', '--out', 'other-e.json');
  const { DataKeyId } = JSON.parse(readFileSync(join(cwd, 'b.json'), 'utf8')) as Line;
  const anew = ['--to-context', 'purpose=archive', '--to-context', `kmsx:id=${String(DataKeyId)}`];
  await run(
    ...['reencrypt-key', '--in', 'b.json', '--to-key-id', 'alias/rehearsal', ...anew],
    ...['--backup', 'r.json', ...endpoint],
  );
  const { ExportedDataKey } = JSON.parse(readFileSync(join(cwd, 'e.json'), 'utf8')) as Line;
  writeFileSync(join(cwd, 'bare'), String(ExportedDataKey));
  const unwrapping = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'];
  const components = ['--component', '1.json', '--component', '2.json'];
  await save('split.json', ...unwrapping, ...components);
  await save('values.json', ...unwrapping, '--check-value-only');
  await save('key', ...unwrapping);
  const verifying = ['verify-key', '--privkey', PRIVKEY, '--in', 'e.json', '--against', 'b.json'];
  await save('verified.json', ...verifying, ...endpoint);

  const files = [
    'e.json',
    'b.json',
    'r.json',
    'other.json',
    'bare',
    '1.json',
    '2.json',
    'split.json',
  ];
  const more = ['values.json', 'verified.json', 'key', 'kms/state.json', PUBKEY, PRIVKEY];
  const stdout = await kmsxOk(['inspect', ...files, ...more], { cwd });
  const lines = new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .map((line) => [line.File, line]),
  );
  expect([...lines.keys()]).toEqual([...files, ...more]);
  expect([...lines.values()].map(({ Type }) => Type)).toEqual([
    ...['export document', 'backup document', 'backup document', 'backup document'],
    ...['bare ciphertext', 'component document', 'component document', 'report of split custody'],
    ...['key check values', 'result of verify-key'],
    ...['bare base64 value, too short for a ciphertext', 'state of the embedded KMS'],
    ...['public key', 'private key'],
  ]);
  expect(lines.get('b.json')).toMatchObject({
    SameDataKeyIdAs: ['e.json', 'r.json', '1.json', '2.json'],
    SameCiphertextBlobAs: ['e.json', 'verified.json'],
  });
  expect(lines.get('other.json')).not.toHaveProperty('SameDataKeyIdAs');
  expect(lines.get('bare')).toMatchObject({ SameExportedDataKeyAs: ['e.json', 'verified.json'] });
  expect(lines.get('1.json')).toMatchObject({
    SameComponentSetAs: ['2.json', 'split.json'],
    SameKeyCheckValueAs: ['2.json', 'split.json', 'values.json', 'verified.json'],
  });
  expect(lines.get(PRIVKEY)).toMatchObject({
    SameWrappingKeyAs: ['e.json', 'verified.json', PUBKEY],
  });

  const key = readFileSync(join(cwd, 'key'), 'utf8').trim();
  const { Component } = JSON.parse(readFileSync(join(cwd, '1.json'), 'utf8')) as Line;
  for (const secret of [key, String(Component)]) expect(stdout).not.toContain(secret);
});

it('goes on after a file that is not there, and ends with its exit code', async () => {
  const cwd = folder();
  const args = ['inspect', 'gone', PUBKEY, '-', '--error-format', 'json'];
  const { code, stdout, stderr } = await kmsx(args, { cwd, stdin: 'neither this nor that' });
  expect(code).toBe(7);
  expect(stdout.match(/"Type":"[^"]+"/g)).toEqual(['"Type":"public key"']);
  const codes = stderr.match(/"Code":"[^"]+"/g);
  expect(codes).toEqual(['"Code":"base64-malformed"', '"Code":"file-missing"']);
});
