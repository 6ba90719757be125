import { KmsxError } from '../../base/error.ts';
import { hintsFor } from '../../terminal/messages.ts';
import type { Session } from '../../terminal/session.ts';
import type { StandingBackup } from './backup/backup-places.ts';
import type { RepeatedConnection } from './view/command-line.ts';
import { commandLine, connectionValues, storeValues } from './view/command-line.ts';

/** The options that say whom an export is for, as a later command repeats them. */
export interface RepeatedRecipients {
  readonly pubkey: readonly string[];
  readonly forToken?: string;
  readonly module?: string;
  readonly moduleParameters?: string;
  readonly pinFile?: string;
  readonly pinEnv?: string;
}

/** What the options of `export-key` say that the command which goes on from a backup must repeat. */
export interface RepeatedOptions extends RepeatedRecipients, RepeatedConnection {
  readonly expectFingerprint: readonly string[];
  readonly wrappingAlgorithm?: string;
  readonly backupFormat: 'json' | 'blob';
  readonly context: readonly string[];
  readonly contextFile?: string;
  /** Where the export document was to go; left out if that is not a file. */
  readonly out?: string;
}

/**
 * Throws what failed after the first answer of KMS. The error names the backups that exist by then, and the command that
 * continues from one.
 *
 * @param standing - the backups that are on stable storage
 */
export function rethrowNamingBackups(
  error: unknown,
  standing: readonly StandingBackup[],
  options: RepeatedOptions,
): never {
  if (!(error instanceof KmsxError) || standing.length === 0) throw error;
  // The hints of the table would say that nothing was written, or to run the command again, but a backup exists.
  const misleads = error.kind === 'io' || error.code === 'answer-malformed';
  const hints = misleads ? (error.hints ?? []) : hintsFor(error);
  const labels = standing.map(({ label }) => label);
  throw error.with({
    message: `${error.message}; ${whatStands('the backup', labels)}`,
    hints: [...hints, `go on from the backup: ${reexportCommand(standing, options)}`],
  });
}

/** What is said where the process is interrupted after the first answer of KMS. */
export function interruptedWords(
  standing: readonly StandingBackup[],
  options: RepeatedOptions,
  { reporter }: Session,
): string {
  if (standing.length === 0)
    return reporter.line('interrupted: a data key was generated, and lost');
  const stands = whatStands(
    'the backup',
    standing.map(({ label }) => label),
  );
  return (
    reporter.line(`interrupted; ${stands}`) +
    reporter.line(`go on from the backup: ${reexportCommand(standing, options)}`)
  );
}

/** `the backup a stands`, `the backups a and b stand`. */
export function whatStands(what: string, labels: readonly string[]): string {
  const names = labels.join(' and ');
  return labels.length === 1 ? `${what} ${names} stands` : `${what}s ${names} stand`;
}

/** The command that makes the export from a backup that stands. */
export function reexportCommand(
  standing: readonly StandingBackup[],
  options: RepeatedOptions,
): string {
  const readable = standing.find((backup) => backup.in !== undefined)?.in;
  const isBare = options.backupFormat === 'blob';
  return commandLine(
    ['reexport-key'],
    [
      ['--in', readable ?? 'BACKUP'],
      ['--pubkey', options.pubkey],
      ['--for-token', options.forToken],
      ['--module', options.module],
      ['--module-parameters', options.moduleParameters],
      ['--pin-file', options.pinFile],
      ['--pin-env', options.pinEnv],
      ['--expect-fingerprint', options.expectFingerprint],
      ['--wrapping-algorithm', options.wrappingAlgorithm],
      ['--context', isBare ? options.context : []],
      ['--context-file', isBare ? options.contextFile : undefined],
      ...storeValues([readable], options),
      ...connectionValues(options),
      ['--out', options.out],
    ],
  );
}
