/** A command as it is run once, so that its code can be kept compiled. */
interface Sample {
  readonly command: string;
  readonly args: readonly string[];
}

const PAIR = ['--privkey-out', 'key.pem', '--pubkey-out', 'pub.pem'];
const OPENED = ['--in', 'export.json', '--privkey', 'key.pem'];

/** The commands that scripts and tests call often, in an order in which each finds the files that it reads. */
export const SAMPLES: readonly Sample[] = [
  { command: 'help', args: ['--help'] },
  { command: 'keygen', args: ['keygen', '--no-passphrase', ...PAIR] },
  {
    command: 'export-key',
    args: ['export-key', '--pubkey', 'pub.pem', '--backup', 'backup.json', '--out', 'export.json'],
  },
  { command: 'unwrap-key', args: ['unwrap-key', ...OPENED, '--check-value-only'] },
  { command: 'inspect', args: ['inspect', 'pub.pem', 'export.json', 'backup.json'] },
  { command: 'list-keys', args: ['list-keys'] },
  { command: 'recover-key', args: ['recover-key', '--in', 'backup.json', '--out', 'key.txt'] },
  {
    command: 'reexport-key',
    args: ['reexport-key', '--in', 'backup.json', '--pubkey', 'pub.pem', '--out', 'again.json'],
  },
  { command: 'verify-key', args: ['verify-key', '--against', 'backup.json', ...OPENED] },
  { command: 'policy', args: ['policy', '--for', 'export-key'] },
  { command: 'local-kms', args: ['local-kms', '--', 'true'] },
];
