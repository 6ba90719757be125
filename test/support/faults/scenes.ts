import { PRIVKEY, PUBKEY } from '../wrapping/wrapping-keys.ts';

/** What an output holds if it is whole: a text that it contains. */
export type Outputs = Readonly<Record<string, string>>;

/** A command that writes files, in a folder with the inputs of `INPUTS`. */
export interface FaultScene {
  readonly title: string;
  readonly argv: readonly string[];
  readonly outputs: Outputs;
  /** Outputs that exist: `--force` moves them aside. */
  readonly existing: readonly string[];
  /** Whether KMS is asked. */
  readonly isOnline: boolean;
}

const BACKUP = '"Format":"kmsx-backup/1"';
const EXPORT = '"Format":"kmsx-export/1"';
const COMPONENT = '"Format":"kmsx-component/1"';

/** What is run before: it makes the files that the scenes read. */
export const INPUTS: readonly (readonly string[])[] = [
  ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, '--backup', 'b', '--out', 'e'],
  ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e', '--component', 'c1', '--component', 'c2'],
  ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e', '--out', 'key'],
];

/** The scene that also writes the state of the embedded KMS. */
export const EMBEDDED = 'export-key --gateway local';

const EXPORT_KEY = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

/** @param key - the data key of the inputs, as `unwrap-key` writes it */
export function faultScenes(key: string): readonly FaultScene[] {
  const scene = (
    title: string,
    argv: readonly string[],
    outputs: Outputs,
    more: Partial<FaultScene> = {},
  ): FaultScene => ({ title, argv, outputs, existing: [], isOnline: true, ...more });
  const offline = { isOnline: false };
  return [
    scene('export-key', [...EXPORT_KEY, '--backup', 'nb', '--out', 'ne'], {
      nb: BACKUP,
      ne: EXPORT,
    }),
    scene(
      'export-key --force',
      [...EXPORT_KEY, '--backup', 'nb', '--out', 'ne', '--force'],
      { nb: BACKUP, ne: EXPORT },
      { existing: ['nb', 'ne'] },
    ),
    scene(EMBEDDED, [...EXPORT_KEY, '--gateway', 'local', '--out', 'ne'], { ne: EXPORT }, offline),
    scene('reexport-key', ['reexport-key', '--in', 'b', '--pubkey', PUBKEY, '--out', 'ne'], {
      ne: EXPORT,
    }),
    scene('recover-key', ['recover-key', '--in', 'b', '--out', 'nk'], { nk: key }),
    scene(
      'recover-key, components',
      ['recover-key', '--in', 'b', '--component', 'n1', '--component', 'n2'],
      { n1: COMPONENT, n2: COMPONENT },
    ),
    scene(
      'reencrypt-key',
      [
        'reencrypt-key',
        '--in',
        'b',
        '--to-key-id',
        'alias/rehearsal',
        '--to-context',
        'a=b',
        '--backup',
        'nb',
      ],
      { nb: BACKUP },
    ),
    scene(
      'unwrap-key --force',
      ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e', '--out', 'nk', '--force'],
      { nk: key },
      { ...offline, existing: ['nk'] },
    ),
    scene('combine', ['combine', 'c1', 'c2', '--out', 'nk'], { nk: key }, offline),
    scene(
      'keygen',
      ['keygen', '--no-passphrase', '--privkey-out', 'nk', '--pubkey-out', 'np'],
      { nk: 'END PRIVATE KEY', np: 'END PUBLIC KEY' },
      offline,
    ),
  ];
}
