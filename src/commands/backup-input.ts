import type { Command } from 'commander';
import type { Input, InputRequest } from '../cli/inputs.ts';
import { readInput } from '../cli/inputs.ts';
import type { Session } from '../cli/session.ts';
import type { BackupSource } from '../data-key/backup-source.ts';
import { backupSourceOf } from '../data-key/backup-source.ts';
import { readEnvelope } from '../data-key/read-document.ts';
import type { KmsClient } from '../kms/kms-client.ts';
import type { ConnectionOptions, ConnectionPlan } from './connection-options.ts';
import { assertRehearsalMatches, planConnection } from './connection-options.ts';
import type { ContextOptions } from './context-options.ts';
import { addContextOptions, contextInput, readContext } from './context-options.ts';

/** The options that name a backup and its encryption context. */
export interface BackupInputOptions extends ConnectionOptions, ContextOptions {
  readonly in: string;
}

export function addBackupInputOptions(command: Command): void {
  command.option(
    '--in <file>',
    'a backup or export document, or a bare CiphertextBlob; - is standard input',
    '-',
  );
  addContextOptions(command);
}

/** The inputs that these options name: for the rule of one stdin. */
export function backupInputs(options: BackupInputOptions): InputRequest[] {
  return [{ option: '--in', path: options.in }, ...contextInput(options)];
}

/** A backup that was read and checked as far as it can be before KMS is asked, and the way to KMS. */
export interface OpenedBackup {
  readonly plan: ConnectionPlan;
  /** Every file that was read: no output may become one. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  /** What the file said; undefined where it is KMS that keeps the backup. */
  readonly known: BackupSource | undefined;
  /** The backup itself, asked of KMS where it is kept there. */
  source(kms: KmsClient): Promise<BackupSource>;
}

/**
 * Reads the backup that `--in` names, with its context, and plans the connection: the region comes from the document
 * unless it is given, the endpoint never.
 *
 * @throws KmsxError those of reading and of `planConnection`; `options-conflict`, `rehearsal-mixed`
 */
export async function openBackup(
  options: BackupInputOptions,
  session: Session,
): Promise<OpenedBackup> {
  const { io, reporter } = session;
  const { context, inputs } = await readContext(options, session, 'repeated');
  const input = await readInput(options.in, 'a backup document', io, reporter);
  const known = backupSourceOf(readEnvelope(input.bytes, input.label), context, input.label);
  const plan = await planConnection(options, { documentRegion: known.Region }, session);
  assertRehearsalMatches(known, plan, input.label);
  return {
    plan,
    inputs: [...inputs, input, ...plan.inputs],
    known,
    source: () => Promise.resolve(known),
  };
}
