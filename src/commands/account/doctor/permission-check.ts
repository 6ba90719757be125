import type { PolicyCommand } from '../../../account/command-permissions.ts';
import { needsAction } from '../../../account/command-permissions.ts';
import type { Decision } from '../../../account/decision.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import type { CheckedOperation, CheckResult, Result } from './check.ts';
import { doesNotApply, fail, notReached, pass, warn } from './check.ts';

/** The commands that `--for` takes. */
export const DOCTOR_COMMANDS = [
  'export-key',
  'reexport-key',
  'recover-key',
  'reencrypt-key',
  'verify-key',
] as const satisfies readonly PolicyCommand[];

/** What KMS is asked about. */
export interface KmsSubject {
  readonly keyId: KeyIdentifier | undefined;
  readonly context: EncryptionContext | undefined;
  readonly now: Date;
  /** The public keys that could be read. */
  readonly recipients: readonly Recipient[];
  /** What is to be run. */
  readonly commands: readonly PolicyCommand[];
  /** What `--in` names, if it is given. */
  readonly backup: Result<BackupAtPlace> | undefined;
}

/** How to name the KMS key. */
export const GIVE_KEY = 'kmsx doctor --key-id alias/NAME';

/**
 * Judges a permission by the answer to its dry run. A permission that the commands do not need may be denied on
 * purpose: that is a warning only.
 *
 * @param where - what was asked about, for the message: `on KEY_ID`
 */
export function checkPermission(
  decision: Decision,
  operation: CheckedOperation,
  use: Pick<KmsSubject, 'commands' | 'recipients'>,
  where: string,
): CheckResult {
  switch (decision.kind) {
    case 'granted':
      return pass(`allowed ${where}: a dry run would succeed`);
    case 'failed':
      return fail(decision.error);
    case 'not-asked':
      return decision.reason === 'not-offered'
        ? doesNotApply(`a dedicated gateway has no ${operation}`, '--gateway public or vpc has it')
        : notReached('no --key-id, and the backup does not name its own key', GIVE_KEY);
    case 'denied':
      if (isNeeded(operation, use)) return fail(decision.error);
      return warn(
        `not allowed ${where}, and not needed for ${use.commands.join(', ')}`,
        `--for ${commandNeeding(operation) ?? ''} judges it as needed`,
      );
  }
}

/** The RAM action of an operation; of the two of ReEncrypt, the first: one dry run asks for both. */
export function actionOf(
  operation: CheckedOperation,
): `kms:${Exclude<CheckedOperation, 'ReEncrypt'> | 'ReEncryptFrom'}` {
  return operation === 'ReEncrypt' ? 'kms:ReEncryptFrom' : `kms:${operation}`;
}

function isNeeded(
  operation: CheckedOperation,
  { commands, recipients }: Pick<KmsSubject, 'commands' | 'recipients'>,
): boolean {
  return needsAction(commands, actionOf(operation), recipients.length > 1);
}

function commandNeeding(operation: CheckedOperation): PolicyCommand | undefined {
  return DOCTOR_COMMANDS.find((command) =>
    isNeeded(operation, { commands: [command], recipients: [] }),
  );
}
