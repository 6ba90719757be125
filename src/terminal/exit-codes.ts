import type { ErrorKind } from '../base/error-codes.ts';

interface ExitCode {
  readonly code: number;
  readonly kind: ErrorKind | '';
  readonly when: string;
}

/** The meaning of each exit code, in numerical order. `kmsx help exit-codes` prints this table. */
export const EXIT_CODES: readonly ExitCode[] = [
  {
    code: 0,
    kind: '',
    when: 'success: every file is on stable storage, and stdout was fully written',
  },
  { code: 1, kind: 'internal', when: 'a defect in kmsx' },
  {
    code: 2,
    kind: 'usage',
    when: 'invalid options, arguments or input files, or an output file that exists; found without the network',
  },
  {
    code: 3,
    kind: 'credentials',
    when: 'no credentials, rejected credentials, no permission',
  },
  {
    code: 4,
    kind: 'kms',
    when: 'KMS refused the request for another reason, such as a modified CiphertextBlob or a secret that exists, or its answer is invalid',
  },
  {
    code: 5,
    kind: 'unavailable',
    when: 'network, TLS, time-out, throttling, 5xx, or the server is not KMS; trying again may help',
  },
  {
    code: 6,
    kind: 'crypto',
    when: 'a wrong private key or passphrase, an ExportedDataKey that does not open, a mismatched check value or fingerprint: stop',
  },
  { code: 7, kind: 'io', when: 'a file or stream cannot be read or written' },
  {
    code: 8,
    kind: 'partial',
    when: 'partial success: some lines of a batch failed, or some keys or backups could not be read, listed or asked about',
  },
  { code: 129, kind: '', when: 'interrupted by SIGHUP; temporary files removed' },
  { code: 130, kind: '', when: 'interrupted by SIGINT; temporary files removed' },
  { code: 143, kind: '', when: 'interrupted by SIGTERM; temporary files removed' },
];

/** The exit code of a kind of error. */
export function exitCodeOf(kind: ErrorKind): number {
  const entry = EXIT_CODES.find((row) => row.kind === kind);
  if (entry === undefined) throw new TypeError(`no exit code for ${kind}`);
  return entry.code;
}

/** The exit code after a signal: 128 plus its number. */
export const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that a process can end by in order. */
export type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/** Ends the run with an exit code, without a word: all has been said, by kmsx or by the program that it ran. */
export class ExitWith extends Error {
  override readonly name: string = 'ExitWith';
  readonly code: number;

  constructor(code: number, message?: string) {
    super(message);
    this.code = code;
  }
}

/** A signal, or Ctrl-C or Ctrl-D at a prompt, ended the command. */
export class Interrupted extends ExitWith {
  override readonly name = 'Interrupted';

  constructor(signal: StopSignal) {
    super(SIGNAL_EXIT_CODES[signal], signal);
  }
}
