import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { Gateway } from '../../../kms/gateway.ts';
import type { PolicyCommand } from '../../../account/ram-policy.ts';
import { needsAction } from '../../../account/ram-policy.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import type { ConnectionPlan } from '../../shared/connection-options.ts';
import type { Outcome } from './check.ts';

/** What KMS is asked about. */
export interface Subject {
  /** Undefined where there is none. */
  readonly plan: ConnectionPlan | undefined;
  /** Undefined where there is none. */
  readonly gateway: Gateway | undefined;
  /** Undefined where KMS can't be asked. */
  readonly kms: KmsClient | undefined;
  /** Why KMS can't be asked. */
  readonly blocked: string | undefined;
  readonly keyId: KeyIdentifier | undefined;
  readonly context: EncryptionContext | undefined;
  readonly now: Date;
  /** The public keys that could be read. */
  readonly recipients: readonly Recipient[];
  /** What is to be run: a permission that it does not need is in nobody's way. */
  readonly commands: readonly PolicyCommand[];
  /** What `--in` names; undefined where it is not given. */
  readonly backup: Outcome<BackupAtPlace> | undefined;
}

/** A subject of which KMS can be asked. */
export type Asked = Subject & {
  readonly plan: ConnectionPlan;
  readonly kms: KmsClient;
  readonly gateway: Gateway;
};

/** The operations whose permission is asked for, the first of a key, the others of a backup. */
export const PERMISSIONS = [
  'GenerateAndExportDataKey',
  'ExportDataKey',
  'Decrypt',
  'ReEncrypt',
] as const;

/** An operation whose permission is asked for. */
export type Operation = (typeof PERMISSIONS)[number];

/** The commands that these checks are enough for. */
export const DOCTOR_COMMANDS = [
  'export-key',
  'reexport-key',
  'recover-key',
  'reencrypt-key',
  'verify-key',
] as const satisfies readonly PolicyCommand[];

/** Whether the commands need the permission for an operation. */
export function isNeeded(
  operation: Operation,
  { commands, recipients }: Pick<Subject, 'commands' | 'recipients'>,
): boolean {
  const action = operation === 'ReEncrypt' ? 'kms:ReEncryptFrom' : (`kms:${operation}` as const);
  return needsAction(commands, action, recipients.length > 1);
}

/** The commands that need an operation, for `--for`. */
export function commandsNeeding(operation: Operation): readonly PolicyCommand[] {
  return DOCTOR_COMMANDS.filter((command) =>
    isNeeded(operation, { commands: [command], recipients: [] }),
  );
}

export const GIVE_KEY = 'kmsx doctor --key-id alias/NAME';
