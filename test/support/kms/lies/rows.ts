import { PRIVKEY, PUBKEY } from '../../wrapping/wrapping-keys.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY, RSA_KEY, RSA_VERSION } from '../seed.ts';
import type { Occasion } from './lying-kms.ts';

/** A command that asks a lying KMS, and at which of its calls it is lied to. It runs in a folder beside the documents. */
export interface Row extends Occasion {
  readonly title: string;
  readonly args: readonly string[];
  /** What kmsx holds, from elsewhere, that an answer about another KMS key contradicts. */
  readonly holds?: 'the key' | 'the key with its account' | 'a document' | 'an answer';
  /** Whether kmsx has the private key, and opens what KMS exports. */
  readonly opens?: true;
  readonly isDryRun?: true;
  /** Whether it prints its verdict where the exit code is 6. */
  readonly printsVerdict?: true;
  /** What was written before, by an answer that was no lie, and stands. */
  readonly stands?: readonly string[];
}

/** The documents that the rows read, beside their folders. */
export const BACKUP = '../payments.backup.json';
export const EXPORT = '../payments.json';
export const BLOB = '../payments.blob';
/** As a secret of KMS. */
export const SECRET = 'secret:backups/payments';

/** Of another wrapping key than `PUBKEY`. */
export const OTHER_PUBKEY = '../other.pub.pem';
const GENERATE = 'GenerateAndExportDataKey';

const exporting = (keyId: string, ...more: string[]): string[] => [
  ...['export-key', '--key-id', keyId, '--pubkey', PUBKEY, '--out', 'out', ...more],
];
const reexporting = (file: string, ...more: string[]): string[] => [
  ...['reexport-key', '--in', file, '--pubkey', PUBKEY, '--out', 'out', ...more],
];
const recovering = (file: string, ...more: string[]): string[] => [
  ...['recover-key', '--in', file, ...more],
];
const reencrypting = (file: string, ...more: string[]): string[] => [
  ...['reencrypt-key', '--in', file, '--to-key-id', NEW_KEY, '--backup', 'new.json', ...more],
];
const FROM_RSA = ['--source-key-id', RSA_KEY, '--source-key-version-id', RSA_VERSION];
const KEEP = ['--backup', 'kept.json'];
const OUT = ['--out', 'out'];

/** The rows that make no key pair, which is what takes time. */
export const ROWS: readonly Row[] = [
  {
    title: 'export-key',
    args: exporting(OLD_KEY, ...KEEP),
    action: GENERATE,
    holds: 'the key',
  },
  {
    title: 'export-key by ARN',
    args: exporting(`acs:kms:cn-local:${ACCOUNT}:key/${OLD_KEY}`),
    action: GENERATE,
    holds: 'the key with its account',
  },
  { title: 'export-key by alias', args: exporting('alias/old', ...KEEP), action: GENERATE },
  {
    title: 'export-key to a second key',
    args: exporting(OLD_KEY, ...KEEP, '--pubkey', OTHER_PUBKEY),
    action: 'ExportDataKey',
    holds: 'an answer',
    stands: ['kept.json'],
  },
  {
    title: 'export-key --dry-run',
    args: exporting(OLD_KEY, ...KEEP, '--dry-run'),
    action: GENERATE,
    isDryRun: true,
  },
  {
    title: 'export-key --backup secret:NAME',
    args: exporting(OLD_KEY, '--backup', 'secret:backups/new'),
    action: 'DescribeSecret',
  },
  {
    title: 'reexport-key',
    args: reexporting(BACKUP),
    action: 'ExportDataKey',
    holds: 'a document',
  },
  {
    title: 'reexport-key of a bare blob to a second key',
    args: reexporting(BLOB, '--pubkey', OTHER_PUBKEY),
    action: 'ExportDataKey',
    nth: 2,
    holds: 'an answer',
  },
  {
    title: 'reexport-key --dry-run',
    args: reexporting(BACKUP, '--dry-run'),
    action: 'ExportDataKey',
    isDryRun: true,
  },
  {
    title: 'recover-key',
    args: recovering(BACKUP, ...OUT),
    action: 'Decrypt',
    holds: 'a document',
  },
  {
    title: 'recover-key of a bare blob',
    args: recovering(BLOB, ...OUT),
    action: 'Decrypt',
  },
  {
    title: 'recover-key --component',
    args: recovering(BACKUP, '--component', 'k1', '--component', 'k2'),
    action: 'Decrypt',
    holds: 'a document',
  },
  {
    title: 'recover-key --dry-run',
    args: recovering(BACKUP, ...OUT, '--dry-run'),
    action: 'Decrypt',
    isDryRun: true,
  },
  {
    title: 'recover-key of a secret',
    args: recovering(SECRET, ...OUT),
    action: 'GetSecretValue',
  },
  { title: 'list-keys', args: ['list-keys'], action: 'ListKeys' },
  { title: 'list-keys', args: ['list-keys', '--aliases'], action: 'ListAliases' },
  { title: 'list-keys', args: ['list-keys'], action: 'DescribeKey', holds: 'the key' },
  {
    title: 'policy --check',
    args: ['policy', '--check', '--for', 'export-key', '--key-id', 'alias/old'],
    action: 'DescribeKey',
  },
];

/** The rows that make a one-time key pair each. */
export const SLOW_ROWS: readonly Row[] = [
  {
    title: 'reencrypt-key, at the old backup',
    args: reencrypting(BACKUP),
    action: 'ExportDataKey',
    holds: 'a document',
    opens: true,
  },
  { title: 'reencrypt-key', args: reencrypting(BACKUP), action: 'ReEncrypt' },
  {
    title: 'reencrypt-key, at the new backup',
    args: reencrypting(BACKUP),
    action: 'ExportDataKey',
    nth: 2,
    opens: true,
  },
  {
    title: 'reencrypt-key of an export',
    args: reencrypting(EXPORT, ...FROM_RSA),
    action: 'ReEncrypt',
  },
  {
    title: 'reencrypt-key --dry-run',
    args: reencrypting(BACKUP, '--dry-run'),
    action: 'ReEncrypt',
    isDryRun: true,
  },
  {
    title: 'verify-key',
    args: ['verify-key', '--privkey', PRIVKEY, '--in', EXPORT, '--against', BACKUP],
    action: 'ExportDataKey',
    holds: 'a document',
    opens: true,
    printsVerdict: true,
  },
];
