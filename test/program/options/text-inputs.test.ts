/* Every text that the program reads: the same with a byte order mark and CRLF, and refused by name as UTF-16 or with NULs. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PASSPHRASE } from '../../keys/forms.ts';
import { GOLDEN_FOLDERS } from '../../support/document-schemas.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY, testKey, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const golden = (name: string): string => readFileSync(join(GOLDEN_FOLDERS[0] ?? '', name), 'utf8');

interface TextInput {
  readonly option: string;
  /** In the home folder. */
  readonly file: string;
  readonly content: () => string;
  readonly argv: readonly string[];
  /** What the plain text leads to. */
  readonly code: number;
}

const UNWRAP = ['unwrap-key', '--check-value-only', '--privkey'];
const UNSENT = [
  '--region',
  'cn-hangzhou',
  '--endpoint',
  'http://127.0.0.1:1',
  '--max-attempts',
  '1',
];
const EXPORT = ['export-key', '--key-id', 'alias/x', '--dry-run'];
const SEALED = testKeyPath('rsa-2048-scrypt.pem');
const EXPORTED = join(GOLDEN_FOLDERS[0] ?? '', 'export.json');
const bare = () =>
  (JSON.parse(golden('export.json')) as { ExportedDataKey: string }).ExportedDataKey;

const INPUTS: readonly TextInput[] = [
  {
    option: '--passphrase-file',
    file: 'p.txt',
    content: () => `${PASSPHRASE}\n`,
    argv: [...UNWRAP, SEALED, '--in', EXPORTED, '--passphrase-file', 'p.txt'],
    code: 0,
  },
  {
    option: '--passphrase-file of keygen',
    file: 'p.txt',
    content: () => 'another\n',
    argv: ['keygen', '--passphrase-file', 'p.txt', '--privkey-out', 'k', '--pubkey-out', 'p'],
    code: 0,
  },
  {
    option: '--privkey',
    file: 'k.pem',
    content: () => testKey('rsa-2048-pkcs8.pem').toString(),
    argv: [...UNWRAP, 'k.pem', '--in', EXPORTED],
    code: 0,
  },
  {
    option: '--pubkey',
    file: 'p.pem',
    content: () => testKey('rsa-2048-pub.pem').toString(),
    argv: [...EXPORT, ...UNSENT, '--pubkey', 'p.pem'],
    code: 3,
  },
  {
    option: '--in, an export document',
    file: 'e.json',
    content: () => golden('export.json'),
    argv: [...UNWRAP, PRIVKEY, '--in', 'e.json'],
    code: 0,
  },
  {
    option: '--in, a bare ExportedDataKey',
    file: 'e.b64',
    content: () => `${bare()}\n`,
    argv: [...UNWRAP, PRIVKEY, '--in', 'e.b64', '--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
    code: 0,
  },
  {
    option: '--in, a backup document',
    file: 'b.json',
    content: () => golden('backup.json'),
    argv: ['recover-key', '--check-value-only', '--in', 'b.json', ...UNSENT],
    code: 3,
  },
  {
    option: 'a component',
    file: 'c.json',
    content: () => golden('component-xor-1.json'),
    argv: ['combine', '--check-value-only', 'c.json'],
    code: 2,
  },
  {
    option: '--context-file',
    file: 'context.json',
    content: () => '{\n"a":\n"b"}\n',
    argv: [...EXPORT, ...UNSENT, '--pubkey', PUBKEY, '--context-file', 'context.json'],
    code: 3,
  },
  {
    option: '--ca-file',
    file: 'ca.pem',
    content: () => testKey('rsa-2048-cert.pem').toString(),
    argv: [
      'list-keys',
      '--region',
      'cn-hangzhou',
      '--ca-file',
      'FOLDER/ca.pem',
      '--endpoint',
      '127.0.0.1:1',
    ],
    code: 3,
  },
  {
    option: '--seed',
    file: 'seed.json',
    content: () => '{"Format":\n"kmsx-local-kms-seed/1"}\n',
    argv: ['local-kms', '--seed', 'seed.json'],
    code: 2,
  },
  {
    option: 'config.json of aliyun',
    file: '.aliyun/config.json',
    content: () => '{"current":"none",\n"profiles":[]}\n',
    argv: [...EXPORT, ...UNSENT, '--pubkey', PUBKEY],
    code: 3,
  },
  {
    option: 'the credentials of the SDKs',
    file: '.alibabacloud/credentials',
    content: () => '[default]\ntype = nothing\n',
    argv: [...EXPORT, ...UNSENT, '--pubkey', PUBKEY],
    code: 2,
  },
];

const CRLF = (text: string): string => text.replaceAll('\n', '\r\n');
const SAME: readonly [string, (text: string) => Buffer][] = [
  ['a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
  ['CRLF', (text) => Buffer.from(CRLF(text))],
  ['both', (text) => Buffer.from(`\uFEFF${CRLF(text)}`)],
];
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const REFUSED: readonly [string, (text: string) => Buffer, string][] = [
  ['UTF-16', (text) => utf16(`\uFEFF${text}`), 'UTF-16'],
  ['UTF-16, high byte first', (text) => utf16(`\uFEFF${text}`).swap16(), 'UTF-16'],
  ['UTF-16 without a mark', utf16, 'UTF-16'],
  ['UTF-16 without a mark, high byte first', (text) => utf16(text).swap16(), 'UTF-16'],
  [
    'a NUL byte',
    (text) => Buffer.from(`${text.slice(0, 30)}\0${text.slice(30)}`),
    'contains NUL bytes',
  ],
];

async function run({ file, argv }: TextInput, content: Buffer): Promise<RunResult> {
  const cwd = folder();
  mkdirSync(dirname(join(cwd, file)), { recursive: true });
  writeFileSync(join(cwd, file), content, { mode: 0o600 });
  for (const output of ['k', 'p']) rmSync(join(cwd, output), { force: true });
  const env = { HOME: cwd, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' };
  return await runInProcess(
    argv.map((word) => word.replace('FOLDER', cwd)),
    { cwd, env },
  );
}

/** Without what differs from run to run: the port of the embedded KMS, its ids, a new key, its size and time. */
function told({ code, stdout, stderr }: RunResult): unknown {
  return {
    code,
    lines: stdout.split('\n').length,
    stderr: stderr.replaceAll(/\d{8}T?\w*|SHA256:\w+|[\d,]+ bytes/g, '…'),
  };
}

describe.each(INPUTS)('$option', (input) => {
  it.each(SAME)('is the same with %s', async (_, variant) => {
    const plain = await run(input, Buffer.from(input.content()));
    expect(plain, plain.stderr).toMatchObject({ code: input.code });
    expect(told(await run(input, variant(input.content())))).toEqual(told(plain));
  });

  it.each(REFUSED)('is refused by name as %s', async (_, variant, words) => {
    const { code, stdout, stderr } = await run(input, variant(input.content()));
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });
});
