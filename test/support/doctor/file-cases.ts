import type { DoctorCase } from './scenes.ts';
import { at, GOOD, GOOD_KEY, PUBKEY } from './scenes.ts';

function pubkeyCase(title: string, args: string[], code: string, exit: number): DoctorCase {
  return {
    title,
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY, ...args), env: GOOD }),
    ...{ check: 'public-key', code, exit },
    others: { 'permission:GenerateAndExportDataKey': 'pass' },
  };
}

function outputCase(title: string, args: string[], code: string, exit: number): DoctorCase {
  return {
    title,
    scene: (stage) => ({ args: at(stage, ...GOOD_KEY, ...PUBKEY, ...args), env: GOOD }),
    ...{ check: 'outputs', code, exit },
    others: { key: 'pass', swap: 'pass|warn' },
  };
}

/** Files that go in or come out. */
export const FILE_CASES: readonly DoctorCase[] = [
  {
    title: 'a wrong context',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY, ...PUBKEY, '--in', 'backup.blob', '--context', 'purpose=other'),
      env: GOOD,
    }),
    ...{ check: 'permission:ExportDataKey', code: 'ValidationError', exit: 4 },
    hint: /--context/,
    others: { 'permission:GenerateAndExportDataKey': 'pass' },
  },
  {
    title: 'a backup that is not there',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY, ...PUBKEY, '--in', 'nothing.json'),
      env: GOOD,
    }),
    ...{ check: 'backup', code: 'file-missing', exit: 7 },
    others: { key: 'pass', 'permission:Decrypt': 'not-reached' },
  },
  {
    title: 'a backup that is none',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY, ...PUBKEY, '--in', 'garbage.pem'),
      env: GOOD,
    }),
    ...{ check: 'backup', code: 'base64-malformed', exit: 2 },
  },
  {
    title: 'a backup in a secret that is not there',
    scene: (stage) => ({
      args: at(stage, ...GOOD_KEY, ...PUBKEY, '--in', 'secret:nothing'),
      env: GOOD,
    }),
    ...{ check: 'backup', code: 'Forbidden.ResourceNotFound', exit: 4 },
  },

  pubkeyCase('a private key', ['--pubkey', 'priv.pem'], 'pubkey-is-private', 2),
  pubkeyCase('no public key', ['--pubkey', 'garbage.pem'], 'pubkey-malformed', 2),
  pubkeyCase('a public key that is not there', ['--pubkey', 'nothing.pem'], 'file-missing', 7),
  pubkeyCase(
    'a public key that was swapped',
    ['--pubkey', 'pub.pem', '--expect-fingerprint', `SHA256:${'0'.repeat(64)}`],
    'fingerprint-mismatch',
    6,
  ),
  outputCase('an output that exists', ['--out', 'export.json'], 'output-exists', 2),
  outputCase('a backup that exists', ['--backup', 'backup.json'], 'output-exists', 2),
  outputCase(
    'an output that is an input',
    ['--in', 'backup.json', '--out', 'backup.json'],
    'output-is-input',
    2,
  ),
  outputCase('a folder that is not there', ['--out', 'nowhere/e.json'], 'file-unwritable', 7),
  outputCase('a folder', ['--out', '.'], 'output-is-folder', 2),
];
