import { hasCode, KmsxError } from '../../../base/error.ts';
import { fileWord } from '../../../base/text/shell-word.ts';
import { PLAINTEXT_KEY } from '../../../documents/inspect/inspect-bare.ts';
import type { Facts } from '../../../documents/inspect/inspect-relations.ts';
import { BARE_CIPHERTEXT } from '../../../documents/inspect/inspect-relations.ts';
import type { Io } from '../../../terminal/io.ts';
import { mendCommand } from './mend-command.ts';
import type { Input } from '../../../terminal/files/inputs.ts';

/** What a command wants a file to be. */
export type FileRole =
  'export to unwrap' | 'export to verify' | 'backup' | 'component' | 'public key' | 'private key';

/** The codes of a file that is not what was wanted, before its fields are read. */
const WRONG_FILE = [
  'base64-malformed',
  'not-ciphertext',
  'json-malformed',
  'pubkey-malformed',
  'pubkey-unsupported',
  'privkey-malformed',
  'privkey-unsupported',
  'privkey-is-public',
] as const;

const WANTED: Readonly<Record<FileRole, string>> = {
  'export to unwrap': 'an export',
  'export to verify': 'an export',
  backup: 'a backup',
  component: 'a component',
  'public key': 'a public key',
  'private key': 'a private key',
};

/** What an answer of KMS holds makes it one of several types. */
const ANSWERS = {
  backup: 'answer of KMS with a CiphertextBlob',
  export: 'answer of KMS with an ExportedDataKey',
  plaintext: 'answer of KMS with a plaintext data key',
} as const;
const BACKUPS = ['backup document', ANSWERS.backup];
const EXPORTS = ['export document', ANSWERS.export];
const PRIVATE_KEYS = ['private key', 'PKCS#12 file'];
const SWAPPED = (): string => 'are --privkey and --in swapped?';

/** The types that fit a role, where a file is only written down in a way that kmsx does not read. */
const FITTING: Readonly<Partial<Record<FileRole, readonly string[]>>> = {
  'export to unwrap': [...EXPORTS, BARE_CIPHERTEXT],
  'export to verify': [...EXPORTS, BARE_CIPHERTEXT],
  backup: [...BACKUPS, 'export document', BARE_CIPHERTEXT],
  component: ['component document'],
};

/** What to do if a file of one of these types is given in one of these roles. */
const HINTS: readonly (readonly [
  readonly FileRole[],
  readonly string[],
  (file: string) => string,
])[] = [
  [
    ['export to unwrap'],
    BACKUPS,
    (file) =>
      `kmsx reexport-key --in ${file} --pubkey FILE makes an export of it; kmsx recover-key --in ${file} has KMS decrypt it`,
  ],
  [
    ['export to verify'],
    BACKUPS,
    () => 'are --in and --against swapped? --in takes the export, --against the backup',
  ],
  [['export to unwrap', 'export to verify'], PRIVATE_KEYS, SWAPPED],
  [['private key'], ['export document'], SWAPPED],
  [
    ['export to unwrap', 'export to verify', 'backup', 'component'],
    [PLAINTEXT_KEY, ANSWERS.plaintext],
    () =>
      'whoever can read this has the data key: keep it secret, and give the document that export-key wrote',
  ],
  [
    ['backup', 'component'],
    PRIVATE_KEYS,
    () =>
      'keep it secret: only --privkey of kmsx unwrap-key and verify-key takes it, and sends it nowhere',
  ],
  [
    ['backup'],
    [ANSWERS.export],
    (file) => `kmsx unwrap-key --privkey FILE --in ${file} opens an ExportedDataKey`,
  ],
  [
    ['export to unwrap', 'export to verify', 'backup', 'component'],
    ['compressed file'],
    (file) => `decompress it first: file ${file} says which program made it`,
  ],
  [
    ['component'],
    ['export document'],
    (file) =>
      `it is an export document: kmsx unwrap-key --privkey FILE --in ${file} --component 1.json --component 2.json makes components`,
  ],
  [
    ['component'],
    BACKUPS,
    (file) =>
      `it is a backup: kmsx recover-key --in ${file} --component 1.json --component 2.json makes components`,
  ],
  [
    ['export to unwrap', 'export to verify', 'backup'],
    ['component document'],
    (file) => `kmsx combine ${file} … puts it together with the other components of its set`,
  ],
];

/**
 * Runs what reads a file. If the file is not what was wanted, the hint says what it is, and which command takes it, or
 * writes it as it is read; the error stays the same.
 *
 * @param file - overwritten by `work` at the earliest when it has thrown nothing
 * @param io - for the names of files that do not exist yet
 */
export async function explainingWrongFile<T>(
  file: Pick<Input, 'bytes' | 'label'>,
  role: FileRole,
  io: Pick<Io, 'cwd'>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KmsxError) || !isWrongFile(error)) throw error;
    if (error.hints !== undefined) throw error; // it names what the file is
    const { fileFacts } = await import('../../../documents/inspect/inspect-file.ts');
    const facts = await fileFacts(file.bytes, file.label);
    const types = facts === undefined ? [] : typesOf(facts);
    const hint = types.some((type) => FITTING[role]?.includes(type) === true)
      ? mendCommand(file, io.cwd, role === 'component')
      : hintFor(types, role, file.label);
    if (hint === undefined) throw error;
    throw error.with({ hints: [hint] });
  }
}

function isWrongFile(error: KmsxError): boolean {
  if (hasCode(error, 'document-malformed')) return (error.details.field ?? 'Format') === 'Format';
  return hasCode(error, ...WRONG_FILE);
}

/** What a file is, by all that it holds. */
function typesOf(facts: Facts): string[] {
  const { Type, MayBe } = facts;
  if (Type === 'answer of KMS') {
    const held = [
      ...(facts['CiphertextBlobBytes'] === undefined ? [] : [ANSWERS.backup]),
      ...(facts['ExportedDataKeyBytes'] === undefined ? [] : [ANSWERS.export]),
    ];
    return held.length === 0 ? [ANSWERS.plaintext] : held;
  }
  if (Array.isArray(MayBe) && MayBe.includes(PLAINTEXT_KEY)) return [PLAINTEXT_KEY];
  return typeof Type === 'string' ? [Type] : [];
}

function hintFor(types: readonly string[], role: FileRole, label: string): string | undefined {
  const [type] = types;
  if (type === undefined) return undefined;
  const file = fileWord(label);
  const row = HINTS.find(([roles, types]) => roles.includes(role) && types.includes(type));
  if (row !== undefined) return row[2](file);
  // The errors of keys say it themselves.
  const isKey = / key$|^PKCS#12|^certificate/.test(type);
  if (isKey && (role === 'public key' || role === 'private key')) return undefined;
  return `found: ${type}; ${WANTED[role]} is needed here`;
}
