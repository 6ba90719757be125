import { KmsxError } from '../base/error.ts';
import { jsonForStdout, jsonLine } from '../cli/json-output.ts';
import { hintsFor, shellWord } from '../cli/messages.ts';
import type { Output } from '../cli/outputs.ts';
import type { Session } from '../cli/session.ts';
import type { ExportDocument } from '../data-key/export-document.ts';
import type { KmsClient } from '../kms/kms-client.ts';

/** Writes an export document: compact in a file or pipe, indented on a terminal. */
export async function writeDocument(
  document: ExportDocument,
  output: Output,
  { io, options }: Session,
): Promise<void> {
  await output.write(
    output.isStdout ? jsonForStdout(document, io, options.color) : jsonLine(document),
  );
}

/** What a dry run prints when the call would succeed. */
export function dryRunResult(
  notChecked: readonly string[],
  keyId: string | undefined,
  kms: KmsClient,
): object {
  return {
    DryRun: true,
    WouldSucceed: true,
    NotChecked: [...new Set(notChecked)],
    ...(keyId !== undefined && { KeyId: keyId }),
    ...(kms.region !== undefined && { Region: kms.region }),
    Endpoint: kms.endpoint,
    ...(kms.isRehearsal && { Rehearsal: true }),
  };
}

/** Says on stderr that an answer came from the embedded KMS, `--quiet` or not. */
export async function warnOfRehearsal(kms: KmsClient, { reporter }: Session): Promise<void> {
  if (!kms.isRehearsal) return;
  await reporter.warnAlways('this is a rehearsal: the embedded KMS answered, not Alibaba Cloud');
}

/**
 * Runs what comes after the first answer of KMS. If it fails, the error says which backups stand, and the
 * command that goes on from there.
 *
 * @param standing - the backups that are on stable storage; grows while `work` runs
 * @param pubkeys - the public keys as the user named them
 */
export async function namingStandingBackups(
  standing: readonly string[],
  pubkeys: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof KmsxError) || standing.length === 0) throw error;
    const recipients = pubkeys.map((path) => `--pubkey ${shellWord(path)}`).join(' ');
    const [first = ''] = standing;
    throw new KmsxError({
      kind: error.kind,
      code: error.code,
      message: `${error.message}; the backup ${standing.join(' and ')} stands`,
      details: error.details,
      hints: [
        ...hintsFor(error),
        `go on from the backup: kmsx reexport-key --in ${shellWord(first)} ${recipients}`,
      ],
      ...(error.requestId !== undefined && { requestId: error.requestId }),
      ...(error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
      cause: error,
    });
  }
}
