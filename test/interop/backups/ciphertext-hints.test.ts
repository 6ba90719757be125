/* Whatever an export or a backup is written in: the command of the hint is typed on it, and what it writes is read. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ExportDocument } from '../../../src/documents/export-document.ts';
import { expectHintsToWork } from '../../support/hints/mistake.ts';
import { kmsxOk } from '../../support/kmsx.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

let cwd = '';
let document: ExportDocument;

beforeAll(async () => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
  const argv = ['export-key', '--gateway', 'local', '--key-id', 'alias/rehearsal'];
  // Base64url is a form of its own only where a value has one of the two characters that differ.
  do {
    document = JSON.parse(await kmsxOk([...argv, '--pubkey', PUBKEY], { cwd })) as ExportDocument;
  } while (![document.ExportedDataKey, document.CiphertextBlob].every(differsInBase64url));
});

const differsInBase64url = (base64: string): boolean => /[+/]/.test(base64);

afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const UNWRAP = [
  ...['unwrap-key', '--privkey', PRIVKEY, '--check-value-only'],
  ...['--wrapping-algorithm', 'RSAES_OAEP_SHA_256'],
];
const RECOVER = ['recover-key', '--gateway', 'local', '--check-value-only'];

interface Row {
  readonly what: string;
  /** What is given, made of a bare value or of a document as JSON. */
  readonly put: (value: string) => string | Buffer;
  readonly says: string;
  /** Up to the name of the new file; `F` is the file. */
  readonly command: string;
}

const CAPITALS = "jq 'with_entries(.key |= (.[:1] | ascii_upcase) + .[1:])'";
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const smallLetters = (json: string): object =>
  Object.fromEntries(
    Object.entries(answerOf(json)).map(([name, value]) => [
      `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
      value,
    ]),
  );

/** What KMS answered, of what the document has. */
function answerOf(json: string): object {
  const { CiphertextBlob, ExportedDataKey, KeyId, KeyVersionId, RequestId } = JSON.parse(
    json,
  ) as ExportDocument;
  return { CiphertextBlob, ExportedDataKey, KeyId, KeyVersionId, RequestId };
}

const BARE_ROWS: readonly Row[] = [
  { what: 'raw bytes', put: bytes, says: 'is binary', command: 'base64 -w0 F' },
  {
    what: 'hexadecimal',
    put: (value) => bytes(value).toString('hex'),
    says: 'bytes in hexadecimal',
    command: 'xxd -r -p F | base64 -w0',
  },
  {
    what: 'hexadecimal with colons',
    put: (value) =>
      bytes(value)
        .toString('hex')
        .toUpperCase()
        .replaceAll(/..(?=.)/g, '$&:'),
    says: 'bytes in hexadecimal',
    command: "sed 's/0[xX]//; s/[^0-9A-Fa-f]//g' F | xxd -r -p | base64 -w0",
  },
  {
    what: 'base64 twice',
    put: (value) => Buffer.from(`${value}\n`).toString('base64'),
    says: 'bytes in base64 in base64',
    command: 'base64 -d F',
  },
  {
    what: 'base64url',
    put: (value) => value.replaceAll('+', '-').replaceAll('/', '_'),
    says: 'in base64url',
    command: 'tr -- -_ +/ < F',
  },
  {
    what: 'base64 with blanks',
    put: (value) => value.replaceAll(/.{32}/g, '$& '),
    says: 'in base64 with blanks in it',
    command: String.raw`tr -d ' \t' < F`,
  },
  {
    what: 'UTF-16',
    put: (value) => utf16(`\ufeff${value}\r\n`),
    says: 'in base64 in UTF-16',
    command: 'iconv -f UTF-16 -t UTF-8 F',
  },
  {
    what: 'UTF-16 without a mark',
    put: (value) => utf16(value),
    says: 'in base64 in UTF-16 without a byte order mark',
    command: 'iconv -f UTF-16LE -t UTF-8 F',
  },
  {
    what: 'a JSON string',
    put: (value) => JSON.stringify(value),
    says: 'in base64 in a JSON string',
    command: 'jq -r . F',
  },
  {
    what: 'a JSON string in UTF-16',
    put: (value) => utf16(`\ufeff${JSON.stringify(value)}`),
    says: 'in base64 in a JSON string in UTF-16',
    command: 'iconv -f UTF-16 -t UTF-8 F | jq -r .',
  },
  {
    what: 'quotes of a shell',
    put: (value) => `'${value}'\n`,
    says: 'in base64 in quotes',
    command: `tr -d "'" < F`,
  },
  {
    what: 'a line with a name',
    put: (value) => `CiphertextBlob: ${value}\n`,
    says: 'in base64 in a line NAME: value',
    command: String.raw`sed 's/^[^:=]*[:=]//' F | tr -d "\"', "`,
  },
  {
    what: 'a line of a document',
    put: (value) => `  "ExportedDataKey": "${value}",\n`,
    says: 'in base64 in a line NAME: value',
    command: String.raw`sed 's/^[^:=]*[:=]//' F | tr -d "\"', "`,
  },
  {
    what: 'several values',
    put: (value) => `${value}\n${value}\n`,
    says: 'in base64 in a file of several values',
    command: 'grep -m 1 . F',
  },
];

/** Only an ExportedDataKey ends with padding. */
const PADDED_ROWS: readonly Row[] = [
  {
    what: 'base64 without padding',
    put: (value) => value.replace(/=+$/, ''),
    says: 'in base64 without padding',
    command: `tr -d '\\r\\n' < F | awk '{while(length%4)$0=$0"=";print}'`,
  },
  {
    what: 'base64url without padding',
    put: (value) => `${bytes(value).toString('base64url')}\n`,
    says: 'in base64url without padding',
    command: `tr -- -_ +/ < F | tr -d '\\r\\n' | awk '{while(length%4)$0=$0"=";print}'`,
  },
];

const DOCUMENT_ROWS: readonly Row[] = [
  {
    what: 'UTF-16',
    put: (json) => utf16(`\ufeff${json}`),
    says: 'is JSON in UTF-16',
    command: 'iconv -f UTF-16 -t UTF-8 F',
  },
  {
    what: 'UTF-16, big end first, without a mark',
    put: (json) => utf16(json).swap16(),
    says: 'is JSON in UTF-16',
    command: 'iconv -f UTF-16BE -t UTF-8 F',
  },
  {
    what: "an SDK's response object",
    put: (json) => JSON.stringify({ headers: {}, statusCode: 200, body: answerOf(json) }),
    says: "is JSON in an SDK's response object",
    command: 'jq .body F',
  },
  {
    what: "an SDK's object",
    put: (json) => JSON.stringify(smallLetters(json)),
    says: "is JSON in an SDK's object with small first letters",
    command: `${CAPITALS} F`,
  },
  {
    what: 'both',
    put: (json) => JSON.stringify({ headers: {}, statusCode: 200, body: smallLetters(json) }),
    says: "in an SDK's response object",
    command: `jq .body F | ${CAPITALS}`,
  },
  {
    what: 'an answer of GetSecretValue',
    put: (json) => JSON.stringify({ SecretName: 'payments', SecretData: json, RequestId: 'r' }),
    says: 'is JSON in an answer of GetSecretValue',
    command: 'jq -r .SecretData F',
  },
  {
    what: 'a JSON string',
    put: (json) => JSON.stringify(json),
    says: 'is JSON in a JSON string',
    command: 'jq -r . F',
  },
  {
    what: 'base64',
    put: (json) => Buffer.from(json).toString('base64'),
    says: 'is JSON in base64',
    command: 'base64 -d F',
  },
  {
    what: 'a list',
    put: (json) => `[${json},\n${json}]`,
    says: 'is JSON in a JSON list',
    command: "jq '.[0]' F",
  },
  {
    what: 'several documents',
    put: (json) => `${json}\n${json}\n`,
    says: 'is JSON in a file of several JSON values',
    command: 'jq -n input F',
  },
];

describe.each<[string, () => string, readonly string[], string, readonly Row[]]>([
  ['an ExportedDataKey', () => document.ExportedDataKey, UNWRAP, 'b64', BARE_ROWS],
  ['an ExportedDataKey', () => document.ExportedDataKey, UNWRAP, 'b64', PADDED_ROWS],
  ['a CiphertextBlob', () => document.CiphertextBlob, RECOVER, 'b64', BARE_ROWS],
  ['an export', () => JSON.stringify(document), UNWRAP, 'json', DOCUMENT_ROWS],
  ['a backup', () => JSON.stringify(document), RECOVER, 'json', DOCUMENT_ROWS],
])('%s', (name, value, argv, extension, rows) => {
  it.each(rows.map((row) => [row.what, row] as const))('in %s', async (what, row) => {
    const stem = `${name} in ${what}`.replaceAll(/[^\w]+/g, '-');
    const file = `${stem}.txt`;
    const fixed = `${stem}.fixed.${extension}`;
    await expectHintsToWork(
      {
        what,
        file,
        content: row.put(value()),
        argv: [...argv, '--in', file],
        says: row.says,
        hints: [
          {
            command: `${row.command.replace(/ F(?= |$)/, ` ${file}`)} > ${fixed}`,
            then: { kmsx: [...argv, '--in', fixed], prints: 'KeyCheckValues' },
          },
        ],
      },
      cwd,
    );
  });
});
