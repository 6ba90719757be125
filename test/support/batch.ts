import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

type Json = Readonly<Record<string, unknown>>;

/** The objects of a file of JSON Lines, each line whole. */
export function jsonLinesOf(path: string): Json[] {
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n') || text === '', path).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Json);
}

/** Makes one more wrapping key pair: `NAME.pem` and `NAME.pub.pem`. */
export function writeKeyPair(folder: string, name: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(folder, `${name}.pem`), pem, { mode: 0o600 });
  writeFileSync(join(folder, `${name}.pub.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
}

/** Writes a manifest of so many lines, `k1`, `k2`, …, each with more fields. */
export function writeManifest(
  path: string,
  count: number,
  fields: (number: number) => Json = () => ({}),
): string[] {
  const names = Array.from({ length: count }, (_, index) => `k${index + 1}`);
  const lines = names.map((Name, index) => JSON.stringify({ Name, ...fields(index + 1) }));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return names;
}

/** Expects one result and one backup for each name, of one data key, and no other file. */
export function expectOneOfEach(
  names: readonly string[],
  folder: string,
  {
    out = 'out.jsonl',
    backups = 'backups',
  }: { readonly out?: string; readonly backups?: string } = {},
): void {
  const results = jsonLinesOf(join(folder, out));
  expect(results.map(({ Name }) => Name).sort()).toEqual([...names].sort());
  const files = readdirSync(join(folder, backups)).sort();
  expect(files).toEqual(names.map((name) => `${name}.json`).sort());
  for (const { Name, CiphertextBlob, EncryptionContext } of results) {
    const [backup] = jsonLinesOf(join(folder, backups, `${String(Name)}.json`));
    expect(backup, String(Name)).toMatchObject({ Format: 'kmsx-backup/1', CiphertextBlob });
    expect(backup?.['EncryptionContext']).toEqual(EncryptionContext);
  }
}
