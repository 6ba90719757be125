import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const KMS = ['--endpoint', 'http://127.0.0.1:1', '--region', 'cn-local'];
const golden = (name: string): string => readFileSync(join(GOLDEN_FOLDERS[0] ?? '', name), 'utf8');

/** One of each kind, by the names that the commands below give them. */
beforeEach(() => {
  const files: Readonly<Record<string, string>> = {
    'e.json': golden('export-two.json'),
    'my b.json': golden('backup.json'),
    'c1.json': golden('component-xor-1.json'),
    'values.json': JSON.stringify({ KeyCheckValues: [], NumberOfBytes: 32 }),
    'verified.json': JSON.stringify({ Match: true, Backups: [] }),
    'wrapped.json': JSON.stringify({ ExportedDataKey: 'A'.repeat(344) }),
    'w.pem': readFileSync(PRIVKEY, 'utf8'),
    'w.pub.pem': readFileSync(PUBKEY, 'utf8'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder(), name), text);
});

const UNWRAP = ['unwrap-key', '--check-value-only', '--privkey'];
const RECOVER = ['recover-key', '--check-value-only', ...KMS, '--in'];
const REEXPORT = ['reexport-key', ...KMS, '--in', 'e.json', '--pubkey'];
const VERIFY = ['verify-key', ...KMS, '--privkey', 'w.pem', '--in'];

describe('an unexpected file is described by what it is', () => {
  it.each<[string, readonly string[], string]>([
    [
      'a backup to unwrap',
      [...UNWRAP, 'w.pem', '--in', 'my b.json'],
      "kmsx reexport-key --in 'my b.json' --pubkey FILE makes an export of it; kmsx recover-key --in 'my b.json' has KMS decrypt it",
    ],
    [
      'a component to unwrap',
      [...UNWRAP, 'w.pem', '--in', 'c1.json'],
      'kmsx combine c1.json … puts it together with the other components of its set',
    ],
    [
      'a private key to unwrap',
      [...UNWRAP, 'w.pem', '--in', 'w.pem'],
      'are --privkey and --in swapped?',
    ],
    [
      'a private key and an export, swapped',
      [...UNWRAP, 'e.json', '--in', 'w.pem'],
      'are --privkey and --in swapped?',
    ],
    [
      'an export as private key',
      [...UNWRAP, 'e.json', '--in', 'e.json'],
      'are --privkey and --in swapped?',
    ],
    [
      'a backup and an export to verify, swapped',
      [...VERIFY, 'my b.json', '--against', 'e.json'],
      'are --in and --against swapped? --in takes the export, --against the backup',
    ],
    [
      'a component as private key',
      [...UNWRAP, 'c1.json', '--in', 'e.json'],
      'found: component document; a private key is needed here',
    ],
    [
      'a component as public key',
      [...REEXPORT, 'c1.json'],
      'found: component document; a public key is needed here',
    ],
    [
      'a component to recover',
      [...RECOVER, 'c1.json'],
      'kmsx combine c1.json … puts it together with the other components of its set',
    ],
    [
      'a result to recover',
      [...RECOVER, 'verified.json'],
      'found: result of verify-key; a backup is needed here',
    ],
    [
      'check values to recover',
      [...RECOVER, 'values.json'],
      'found: key check values; a backup is needed here',
    ],
    [
      'an ExportedDataKey to recover',
      [...RECOVER, 'wrapped.json'],
      'kmsx unwrap-key --privkey FILE --in wrapped.json opens an ExportedDataKey',
    ],
    [
      'a public key to recover',
      [...RECOVER, 'w.pub.pem'],
      'found: public key; a backup is needed here',
    ],
    [
      'an export to combine',
      ['combine', '--check-value-only', 'e.json', 'c1.json'],
      'it is an export document: kmsx unwrap-key --privkey FILE --in e.json --component 1.json --component 2.json makes components',
    ],
    [
      'a backup to combine',
      ['combine', '--check-value-only', 'c1.json', 'my b.json'],
      "it is a backup: kmsx recover-key --in 'my b.json' --component 1.json --component 2.json makes components",
    ],
    [
      'an export as public key',
      [...REEXPORT, 'e.json'],
      'found: export document; a public key is needed here',
    ],
    [
      'a private key as public key',
      [...REEXPORT, 'w.pem'],
      'openssl pkey -in w.pem -pubout -out w.pub.pem',
    ],
  ])('%s', async (_, argv, hint) => {
    const { code, stdout, stderr } = await runInProcess(argv, { cwd: folder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^kmsx: error: (?:e|my b|c1|values|verified|wrapped|w|w\.pub)\.(?:json|pem)/,
    );
    expect(stderr.split('\n').slice(1)).toEqual([`kmsx: hint: ${hint}`, '']);
  });

  it('and never names a file to type for what came on standard input', async () => {
    const { stderr } = await runInProcess([...UNWRAP, 'w.pem'], {
      cwd: folder(),
      stdin: golden('backup.json'),
    });
    expect(stderr).toContain('kmsx reexport-key --in FILE --pubkey FILE');
  });

  it('but an invalid field is reported as one', async () => {
    writeFileSync(
      join(folder(), 'bad.json'),
      golden('backup.json').replace(/"KeyId":"[^"]*"/, '"KeyId":7'),
    );
    const { stderr } = await runInProcess([...RECOVER, 'bad.json'], { cwd: folder() });
    expect(stderr).toContain('bad.json: KeyId is not text');
    expect(stderr).toContain('hint: it was changed, or another program made it');
  });
});

describe('kmsx inspect of a secret', () => {
  it('says that it is offline, and what reads it', async () => {
    const { code, stderr } = await runInProcess(['inspect', 'secret:payments'], { cwd: folder() });
    expect(code).toBe(7);
    expect(stderr).toContain('inspect is offline');
    expect(stderr).toContain('kmsx recover-key --in secret:payments --check-value-only reads it');
  });

  it('is of a file where there is one of that name', async () => {
    writeFileSync(join(folder(), 'secret:payments'), golden('backup.json'));
    const { code, stdout } = await runInProcess(['inspect', 'secret:payments'], { cwd: folder() });
    expect(code).toBe(0);
    expect(stdout).toContain('"Type":"backup document"');
  });
});

it('kmsx inspect warns of what may be a plaintext key', async () => {
  const hex = 'a5'.repeat(32);
  writeFileSync(join(folder(), 'plain.hex'), `${hex}\n`);
  const { code, stdout, stderr } = await runInProcess(['inspect', 'plain.hex', 'e.json'], {
    cwd: folder(),
  });
  expect(code).toBe(0);
  expect(stdout).not.toContain(hex);
  expect(stderr).toBe(
    'kmsx: warning: plain.hex may be a plaintext data key: whoever can read it has the key\n',
  );
});
