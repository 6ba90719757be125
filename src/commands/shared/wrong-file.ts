import { hasCode, KmsxError } from '../../base/error.ts';
import { fileWord } from '../../base/shell-word.ts';
import type { Input } from '../../terminal/files/inputs.ts';

/** What a command wants a file to be. */
export type FileRole =
  'export to unwrap' | 'export to verify' | 'backup' | 'component' | 'public key' | 'private key';

/** The codes of a file that is not what was wanted, before its fields are read. */
const WRONG_FILE = [
  'base64-malformed',
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

const BACKUPS = ['backup document', 'answer of KMS'];
const PRIVATE_KEYS = ['private key', 'PKCS#12 file'];
const SWAPPED = (): string => 'are --privkey and --in swapped?';

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
    ['backup'],
    ['answer of KMS'],
    (file) => `kmsx unwrap-key --privkey FILE --in ${file} opens an ExportedDataKey`,
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
    ['export to unwrap', 'export to verify', 'backup', 'public key', 'private key'],
    ['component document'],
    (file) => `kmsx combine ${file} … puts it together with the other components of its set`,
  ],
];

/**
 * Runs what reads a file. If the file is not what was wanted, the hint says what it is, and which command takes it; the
 * error stays the same.
 *
 * @param file - overwritten by `work` at the earliest when it has thrown nothing
 */
export async function explainingWrongFile<T>(
  file: Pick<Input, 'bytes' | 'label'>,
  role: FileRole,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KmsxError) || !isWrongFile(error)) throw error;
    if (error.hints !== undefined) throw error; // it names what the file is
    const { fileType } = await import('../../documents/inspect/inspect-file.ts');
    const type = await fileType(file.bytes, file.label);
    const hint = type === undefined ? undefined : hintFor(type, role, file.label);
    if (hint === undefined) throw error;
    throw error.with({ hints: [hint] });
  }
}

function isWrongFile(error: KmsxError): boolean {
  if (hasCode(error, 'document-malformed')) return (error.details.field ?? 'Format') === 'Format';
  return hasCode(error, ...WRONG_FILE);
}

function hintFor(type: string, role: FileRole, label: string): string | undefined {
  const file = fileWord(label);
  const row = HINTS.find(([roles, types]) => roles.includes(role) && types.includes(type));
  if (row !== undefined) return row[2](file);
  // The errors of keys say it themselves.
  const isKey = / key$|^PKCS#12|^certificate/.test(type);
  if (isKey && (role === 'public key' || role === 'private key')) return undefined;
  return `kmsx inspect says of ${file}: ${type}; ${WANTED[role]} is needed here`;
}
