import { KmsxError } from '../../base/error.ts';
import { hintsFor } from '../../terminal/hints/hints.ts';
import type { Session } from '../../terminal/session.ts';
import type { StandingBackup } from './backup/backup-places.ts';
import type { RepeatedOptions } from './view/next-command.ts';
import { nextCommand } from './view/next-command.ts';

/** What the options of `export-key` say that the command which goes on from a backup must repeat. */
export interface ExportedOptions extends RepeatedOptions {
  readonly pubkey: readonly string[];
  readonly forToken?: string;
  readonly backupFormat: 'json' | 'blob';
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
  options: ExportedOptions,
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
  options: ExportedOptions,
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
  options: ExportedOptions,
): string {
  const readable = standing.find((backup) => backup.in !== undefined)?.in;
  const own = [
    ['--in', readable ?? 'BACKUP'],
    ['--out', options.out],
  ] as const;
  return nextCommand(['reexport-key'], own, options, [
    'recipients',
    ...contextOfBlob(options),
    'connection',
  ]);
}

/** A document carries its context; beside a bare CiphertextBlob it is repeated. */
export function contextOfBlob({
  backupFormat,
}: Pick<ExportedOptions, 'backupFormat'>): readonly 'context'[] {
  return backupFormat === 'blob' ? ['context'] : [];
}
