import { KmsxError } from '../../base/error.ts';
import { shellWord } from '../../base/shell-word.ts';
import { hintsFor } from '../../terminal/messages.ts';
import type { StandingBackup } from './backup/backup-places.ts';

/** What the options of `export-key` say that the command which goes on from a backup must repeat. */
export interface RepeatedOptions {
  readonly pubkey: readonly string[];
  readonly forToken?: string;
  readonly module?: string;
  readonly moduleParameters?: string;
  readonly pinFile?: string;
  readonly pinEnv?: string;
  readonly expectFingerprint: readonly string[];
  readonly wrappingAlgorithm?: string;
  readonly backupFormat: 'json' | 'blob';
  readonly context: readonly string[];
  readonly contextFile?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly gateway?: string;
  readonly endpoint?: string;
  readonly caFile?: string;
  readonly resolve: readonly string[];
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

/** `the backup a stands`, `the backups a and b stand`. */
export function whatStands(what: string, labels: readonly string[]): string {
  const names = labels.join(' and ');
  return labels.length === 1 ? `${what} ${names} stands` : `${what}s ${names} stand`;
}

function reexportCommand(standing: readonly StandingBackup[], options: RepeatedOptions): string {
  const readable = standing.find((backup) => backup.in !== undefined)?.in;
  const isBare = options.backupFormat === 'blob';
  const repeated: readonly [string, readonly (string | undefined)[]][] = [
    ['--pubkey', options.pubkey],
    ['--for-token', [options.forToken]],
    ['--module', [options.module]],
    ['--module-parameters', [options.moduleParameters]],
    ['--pin-file', [options.pinFile]],
    ['--pin-env', [options.pinEnv]],
    ['--expect-fingerprint', options.expectFingerprint],
    ['--wrapping-algorithm', [options.wrappingAlgorithm]],
    ['--context', isBare ? options.context : []],
    ['--context-file', [isBare ? options.contextFile : undefined]],
    ['--profile', [options.profile]],
    ['--region', [options.region]],
    ['--gateway', [options.gateway]],
    ['--endpoint', [options.endpoint]],
    ['--ca-file', [options.caFile]],
    ['--resolve', options.resolve],
    ['--out', [options.out]],
  ];
  const words = repeated.flatMap(([option, values]) =>
    values.filter((value) => value !== undefined).map((value) => `${option} ${shellWord(value)}`),
  );
  const input = readable === undefined ? 'BACKUP' : shellWord(readable);
  return ['kmsx reexport-key --in', input, ...words].join(' ');
}
