import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { jwkOf, prime, soundModulus, WEAK_MODULI } from '../../support/weak-moduli.ts';

const folder = useTempFolder();

/** Exports to public keys, where nobody listens: exit code 5 is a public key that would be sent. */
async function exportTo(files: Readonly<Record<string, string>>): Promise<RunResult> {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder(), name), content);
  }
  const args = ['export-key', '--key-id', 'alias/rehearsal', '--backup', 'backup.json'];
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };
  const run = await kmsx(
    [
      ...[...args, ...Object.keys(files).flatMap((name) => ['--pubkey', name])],
      ...['--region', 'cn-hangzhou', '--endpoint', 'http://127.0.0.1:9', '--max-attempts', '1'],
    ],
    { cwd: folder(), env },
  );
  expect(readdirSync(folder()).sort()).toEqual(Object.keys(files).sort());
  return run;
}

describe('a modulus of --pubkey', () => {
  it.each(WEAK_MODULI)('is refused if it is %s', async (_, make, words) => {
    const run = await exportTo({ 'a.jwk': jwkOf(make()) });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^kmsx: error: a\.jwk holds an RSA key whose modulus /);
    expect(run.stderr).toContain(words);
    expect(run.stderr).toMatch(/^kmsx: hint: .*kmsx keygen/m);
  });

  const [common, a, b] = [prime(1024), prime(1024), prime(1024)];
  it.each([
    ['a prime of', jwkOf(common * b)],
    ['all of, with another exponent,', jwkOf(common * a, 65539n)],
  ])('is refused if it shares %s another --pubkey', async (_, second) => {
    const run = await exportTo({
      'a.jwk': jwkOf(common * a),
      'b.jwk': jwkOf(soundModulus()),
      'c.jwk': second,
    });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^kmsx: error: c\.jwk holds an RSA key whose modulus has a factor in common with that of a\.jwk/,
    );
  });

  it('is taken if it is sound', async () => {
    const files = { 'a.jwk': jwkOf(soundModulus()), 'b.jwk': jwkOf(soundModulus()) };
    expect(await exportTo(files)).toMatchObject({ code: 5 });
  });
});
