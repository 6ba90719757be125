import { KmsxError } from '../../base/error.ts';
import { fileWord } from '../../terminal/hint-words.ts';
import type { Input } from '../../terminal/files/inputs.ts';

/** What a command wants a file to be. */
export type FileRole =
  'export to unwrap' | 'export to verify' | 'backup' | 'component' | 'public key' | 'private key';

/** The codes of a file that is not what was wanted, before its fields are read. */
const WRONG_FILE: ReadonlySet<string> = new Set([
  'document-malformed',
  'base64-malformed',
  'json-malformed',
  'pubkey-malformed',
  'pubkey-unsupported',
  'privkey-malformed',
  'privkey-unsupported',
  'privkey-is-public',
]);

const WANTED: Readonly<Record<FileRole, string>> = {
  'export to unwrap': 'an export',
  'export to verify': 'an export',
  backup: 'a backup',
  component: 'a component',
  'public key': 'a public key',
  'private key': 'a private key',
};

const PRIVATE_KEYS: ReadonlySet<string> = new Set(['private key', 'PKCS#12 file']);

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
    const { fileType } = await import('../../documents/inspect/inspect-file.ts');
    const type = await fileType(file.bytes, file.label);
    const hint = type === undefined ? undefined : hintFor(type, role, file.label);
    if (hint === undefined) throw error;
    throw error.with({ hints: [hint] });
  }
}

function isWrongFile({ code, details: { field = 'Format' } }: KmsxError): boolean {
  return WRONG_FILE.has(code) && field === 'Format';
}

function hintFor(type: string, role: FileRole, label: string): string | undefined {
  return hintForRole(type, role, fileWord(label)) ?? hintForType(type, role, label);
}

function hintForRole(type: string, role: FileRole, file: string): string | undefined {
  switch (role) {
    case 'export to unwrap':
      if (isBackup(type)) {
        return `kmsx reexport-key --in ${file} --pubkey FILE makes an export of it; kmsx recover-key --in ${file} has KMS decrypt it`;
      }
      return PRIVATE_KEYS.has(type) ? 'are --privkey and --in swapped?' : undefined;
    case 'export to verify':
      if (isBackup(type)) {
        return 'are --in and --against swapped? --in takes the export, --against the backup';
      }
      return PRIVATE_KEYS.has(type) ? 'are --privkey and --in swapped?' : undefined;
    case 'backup':
      return type === 'answer of KMS'
        ? `kmsx unwrap-key --privkey FILE --in ${file} opens an ExportedDataKey`
        : undefined;
    case 'component':
      if (type === 'export document') {
        return `it is an export document: kmsx unwrap-key --privkey FILE --in ${file} --component 1.json --component 2.json makes components`;
      }
      return isBackup(type)
        ? `it is a backup: kmsx recover-key --in ${file} --component 1.json --component 2.json makes components`
        : undefined;
    case 'public key':
      return undefined;
    case 'private key':
      return type === 'export document' ? 'are --privkey and --in swapped?' : undefined;
  }
}

function isBackup(type: string): boolean {
  return type === 'backup document' || type === 'answer of KMS';
}

function hintForType(type: string, role: FileRole, label: string): string | undefined {
  const file = fileWord(label);
  if (type === 'component document' && role !== 'component') {
    return `kmsx combine ${file} … puts it together with the other components of its set`;
  }
  // These errors say it of themselves.
  const isKey = / key$|^PKCS#12|^certificate/.test(type);
  if (isKey && (role === 'public key' || role === 'private key')) return undefined;
  return `kmsx inspect says of ${file}: ${type}; ${WANTED[role]} is needed here`;
}
