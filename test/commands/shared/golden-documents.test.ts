import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DocumentKind } from '../../support/document-schemas.ts';
import { DOCUMENT_KINDS, GOLDEN_FOLDERS, validatorOf } from '../../support/document-schemas.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

/* The golden documents were made by earlier versions, and by this one when it added some. They are never made again:
   what they hold must open with every version, and the key in them be the same. */

const folder = useTempFolder();
const localKms = useLocalKms();

const OTHER_PRIVKEY = testKeyPath('other-2048.pem');

interface Golden {
  readonly version: string;
  readonly path: (name: string) => string;
  readonly names: readonly string[];
  /** `label:…` or `sha256:…` of the data key, by the name of its export. */
  readonly checkValues: Readonly<Record<string, string>>;
}

const GOLDEN = GOLDEN_FOLDERS.map((where): Golden => {
  const path = (name: string): string => join(where, name);
  const checkValues = JSON.parse(readFileSync(path('check-values.json'), 'utf8')) as object;
  return {
    version: basename(where),
    path,
    names: readdirSync(where),
    checkValues: checkValues as Golden['checkValues'],
  };
});

const namesLike = ({ names }: Golden, pattern: RegExp): string[] =>
  names.filter((name) => pattern.test(name));

/** The export that holds the same data key as a backup. */
const exportOf = (backup: string): string => {
  if (backup === 'backup.blob') return 'export-of-blob.json';
  return backup.replace('backup', 'export').replace('reencrypted', 'bound');
};

const unwrap = async (privkey: string, input: string, ...more: string[]): Promise<string> => {
  const args = ['unwrap-key', '--privkey', privkey, '--in', input, '--check-value-only', ...more];
  return await kmsxOk(args, { cwd: folder() });
};

it('there are golden documents', () => {
  expect(GOLDEN.map(({ version }) => version)).toContain('0.1.0');
  for (const golden of GOLDEN) expect(Object.keys(golden.checkValues).length).toBeGreaterThan(0);
});

describe.each(GOLDEN)('the golden documents of $version', (golden) => {
  const { path, names, checkValues } = golden;

  it.each(namesLike(golden, /^export.*\.json$/))('open with unwrap-key: %s', async (name) => {
    const expected = checkValues[name] ?? '';
    const privkey = name === 'export-again.json' ? OTHER_PRIVKEY : PRIVKEY;
    await unwrap(privkey, path(name), '--expect-check-value', expected);
    const another = expected.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const args = ['unwrap-key', '--privkey', privkey, '--in', path(name), '--check-value-only'];
    const wrong = await kmsx([...args, '--expect-check-value', another], { cwd: folder() });
    expect(wrong).toMatchObject({ code: 6, stdout: '' });
  });

  it('open with unwrap-key for the second of two public keys', async () => {
    const name = 'export-two.json';
    await unwrap(OTHER_PRIVKEY, path(name), '--expect-check-value', checkValues[name] ?? '');
  });

  it('open with unwrap-key where they are a raw answer of KMS', async () => {
    const expected = ['--expect-check-value', checkValues['export.json'] ?? ''];
    const algorithm = ['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'];
    await unwrap(PRIVKEY, path('answer.json'), ...algorithm, ...expected);
  });

  it.each(namesLike(golden, /^backup.*\.(json|blob)$/))(
    'open in KMS, whose seed is one of them: %s',
    async (name) => {
      const cwd = folder();
      const { endpoint, env } = await localKms({ cwd }, ['--seed', path('seed.json')]);
      const run = (...args: string[]): Promise<string> =>
        kmsxOk([...args, '--in', path(name), ...endpoint], { cwd, env });
      const expected = checkValues[exportOf(name)] ?? '';
      await run('recover-key', '--check-value-only', '--expect-check-value', expected);
      const wrapping = name === 'backup-long.json' ? 'RSAES_OAEP_SHA_1' : 'RSAES_OAEP_SHA_256';
      const algorithm = ['--wrapping-algorithm', wrapping];
      await run('reexport-key', '--pubkey', PUBKEY, ...algorithm, '--out', 'again.json');
      await unwrap(PRIVKEY, 'again.json', '--expect-check-value', expected);
    },
  );

  it.each([
    ['export-bound.json', 'xor', [1, 2, 3]],
    ['export-bound.json', 'xor', [3, 1, 2]],
    ['export.json', 'shamir', [1, 2]],
    ['export.json', 'shamir', [3, 2]],
  ])('come together with combine: the key of %s by %s from %j', async (name, scheme, numbers) => {
    const files = numbers.map((number) => path(`component-${scheme}-${number}.json`));
    const expected = ['--expect-check-value', checkValues[name] ?? ''];
    await kmsxOk(['combine', ...files, '--check-value-only', ...expected], { cwd: folder() });
  });

  it('are told by inspect, each as what it is, and none as secret', async () => {
    const documents = names.filter((name) => name !== 'check-values.json');
    const args = ['inspect', ...documents.map(path)];
    const lines = (await kmsxOk(args, { cwd: folder() })).trimEnd().split('\n');
    const types = lines.map((line) => JSON.parse(line) as { File: string; Type: string });
    const typeOf = (name: string): string => {
      if (name.startsWith('export')) return 'export document';
      if (name.startsWith('component')) return 'component document';
      if (name.startsWith('import')) return 'import document';
      if (name.startsWith('proof')) return 'proof document';
      if (name === 'backup.blob') return 'bare ciphertext';
      if (name.startsWith('backup')) return 'backup document';
      return name === 'answer.json' ? 'answer of KMS' : 'seed of the embedded KMS';
    };
    expect(types.map(({ File, Type }) => [basename(File), Type])).toEqual(
      documents.map((name) => [name, typeOf(name)]),
    );
    for (const secret of secretsOf(golden)) expect(lines.join()).not.toContain(secret);
  });
});

/** The components, and the material of the seed's keys. */
function secretsOf(golden: Golden): string[] {
  const texts = namesLike(golden, /^(component|seed)/).map((name) =>
    readFileSync(golden.path(name), 'utf8'),
  );
  const secrets = texts.flatMap((text) =>
    [...text.matchAll(/"(?:Component|Material|AccessKeySecret)": ?"([^"]+)"/g)].map(
      ([, secret = '']) => secret,
    ),
  );
  expect(secrets.length).toBeGreaterThan(8);
  return secrets;
}

describe('what this version writes', () => {
  it('is as its schemas say', async () => {
    const cwd = folder();
    const { endpoint, env } = await localKms({ cwd }, [
      ...['--seed', GOLDEN[0]?.path('seed.json') ?? ''],
    ]);
    const run = (...args: string[]): Promise<string> => kmsxOk(args, { cwd, env });
    const exporting = ['export-key', '--key-id', 'alias/golden', '--pubkey', PUBKEY, ...endpoint];
    await run(...exporting, '--backup', 'backup-1.json', '--out', 'export-1.json');
    await run(
      ...[...exporting, '--bind', '--context', 'purpose=payments', '--number-of-bytes', '15'],
      ...['--backup', 'backup-2.json', '--out', 'export-2.json'],
    );
    await run('export-key', ...exporting.slice(1), '--backup', 'x.blob', '--backup-format', 'blob');
    const reexport = ['reexport-key', '--pubkey', PUBKEY, ...endpoint];
    await run(...reexport, '--in', 'x.blob', '--out', 'export-3.json');
    await run(...reexport, '--in', 'backup-2.json', '--out', 'export-4.json');
    const reencrypt = ['reencrypt-key', '--to-key-id', 'alias/other', ...endpoint];
    await run(...reencrypt, '--in', 'backup-2.json', '--backup', 'backup-3.json');
    const unwrapping = ['unwrap-key', '--privkey', PRIVKEY];
    const components = (set: number): string[] =>
      [1, 2, 3].flatMap((number) => ['--component', `component-${set}-${number}.json`]);
    await run(...unwrapping, '--in', 'export-1.json', ...components(1));
    await run(...unwrapping, '--in', 'export-2.json', ...components(2), '--threshold', '2');

    const told = await run(...unwrapping, '--in', 'export-1.json', '--check-value-only');
    const { KeyCheckValues } = JSON.parse(told) as { KeyCheckValues: { Value: string }[] };
    await run(
      ...['verify-key', '--against', 'backup-1.json', ...endpoint, '--proof', 'proof-1.json'],
      ...['--expect-check-value', `label:${KeyCheckValues[2]?.Value ?? ''}`],
    );

    // An import needs a token: test/interop/hsm.
    const written = DOCUMENT_KINDS.filter((kind) => kind !== 'import');
    const checked = written.map((kind: DocumentKind) => {
      const isValid = validatorOf(kind);
      const files = readdirSync(cwd).filter((name) => name.startsWith(kind));
      for (const file of files) {
        const document: unknown = JSON.parse(readFileSync(join(cwd, file), 'utf8'));
        expect(isValid(document), `${file}: ${JSON.stringify(isValid.errors)}`).toBe(true);
      }
      return [kind, files.length];
    });
    expect(checked).toEqual([
      ['export', 4],
      ['backup', 3],
      ['component', 6],
      ['proof', 1],
    ]);
  });

  it('comes with its schemas in the package', () => {
    const root = new URL('../../../', import.meta.url);
    const text = readFileSync(new URL('package.json', root), 'utf8');
    expect((JSON.parse(text) as { files: string[] }).files).toContain('schemas');
    for (const kind of DOCUMENT_KINDS) {
      expect(existsSync(new URL(`schemas/kmsx-${kind}.schema.json`, root))).toBe(true);
    }
  });
});
