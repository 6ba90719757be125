import type { Command } from 'commander';
import { envValue } from '../../../base/env.ts';
import { assertSecretPrefix } from '../../../backups/secret-place.ts';
import { kmsxError } from '../../../base/error.ts';
import { SECRET_PREFIX } from '../../../base/place-prefixes.ts';
import type { Io } from '../../../terminal/io.ts';
import { repeatable } from '../../../terminal/options.ts';
import type { CommandUse } from '../../../account/command-permissions.ts';
import { needsKey, needsTarget, POLICY_COMMANDS } from '../../../account/command-permissions.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { readBackupPlaces, secretNameOf } from '../../shared/backup/backup-places.ts';
import { forOption, parseCommands } from '../for-option.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import { addConnectionOptions } from '../../shared/connection/connection-options.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { addStoreOptions } from '../../shared/store/store-options.ts';
import type { ContextOptions } from '../../shared/context-options.ts';
import { addContextOptions } from '../../shared/context-options.ts';

/** The options of `policy`. */
export interface PolicyOptions extends ConnectionOptions, ContextOptions, StoreOptions {
  readonly keyId?: string;
  readonly for: string;
  readonly toKeyId?: string;
  readonly sourceKeyId?: string;
  readonly severalPubkeys: boolean;
  readonly backup: readonly string[];
  readonly in: readonly string[];
  readonly place: readonly string[];
  readonly check: boolean;
}

/** Adds the options of `policy`. */
export function addPolicyOptions(command: Command): void {
  command
    .option(
      '--key-id <id>',
      'the KMS key, best by its ARN (env KMSX_KEY_ID); list-keys and list-backups need none',
    )
    .addOption(forOption('the commands to allow, separated by commas', POLICY_COMMANDS))
    .option('--to-key-id <id>', 'for reencrypt-key: the new KMS key')
    .option('--source-key-id <id>', 'for reencrypt-key: the RSA key that an export was made for')
    .option('--several-pubkeys', 'for export-key: with more than one --pubkey', false)
    .addOption(
      repeatable('--backup <secret:name>', 'for backups that are kept in KMS, as new secrets'),
    )
    .addOption(
      repeatable(
        '--in <file>',
        'a backup: secret:NAME that is to be read, or with --check one to try permissions on',
      ),
    );
  command.addOption(
    repeatable('--place <secret:prefix>', 'for list-backups and drill: secrets that hold backups'),
  );
  addContextOptions(command);
  addStoreOptions(command);
  command.option('--check', 'ask KMS whether these credentials have each permission', false);
  addConnectionOptions(command);
}

/**
 * Checks the options, before anything is read.
 *
 * @throws KmsxError `bad-usage`, `key-id-malformed`, `secret-name-malformed`, `output-twice`
 */
export function planPolicy(options: PolicyOptions, io: Io): CommandUse {
  const commands = parseCommands(options.for, POLICY_COMMANDS);
  const keyId = options.keyId ?? envValue(io.env, 'KMSX_KEY_ID');
  if (keyId === undefined && needsKey(commands)) {
    throw kmsxError('bad-usage', '--key-id is needed, or KMSX_KEY_ID');
  }
  const { secrets } = readBackupPlaces(options.backup);
  if (secrets.length < options.backup.length) {
    throw kmsxError(
      'bad-usage',
      '--backup takes secret:NAME here: a file or a store needs no permission',
    );
  }
  const keptSecrets = options.in.map(secretNameOf).filter((name) => name !== undefined);
  if (keptSecrets.length < options.in.length && !options.check) {
    throw kmsxError(
      'bad-usage',
      '--in takes secret:NAME here: a file needs no permission, but goes with --check',
    );
  }
  const plan = {
    commands,
    key: keyId === undefined ? undefined : parseKeyId(keyId),
    newKey: options.toKeyId === undefined ? undefined : parseKeyId(options.toKeyId, '--to-key-id'),
    sourceKey:
      options.sourceKeyId === undefined
        ? undefined
        : parseKeyId(options.sourceKeyId, '--source-key-id'),
    severalPubkeys: options.severalPubkeys,
    makesSecrets: secrets.length > 0,
    keptSecrets,
    secretPrefixes: options.place.map(secretPrefixOf),
  };
  assertNoneUseless(plan);
  return plan;
}

/** Every key that the options name. */
export function keysOf({ key, newKey, sourceKey }: CommandUse): readonly KeyIdentifier[] {
  return [key, newKey, sourceKey].filter((each) => each !== undefined);
}

/** The beginning of names that `secret:PREFIX` means; a folder needs no permission. */
function secretPrefixOf(place: string): string {
  if (!place.startsWith(SECRET_PREFIX)) {
    throw kmsxError('bad-usage', '--place takes secret:PREFIX here: a folder needs no permission');
  }
  const prefix = place.slice(SECRET_PREFIX.length);
  assertSecretPrefix(prefix);
  return prefix;
}

/** An option without effect would make a policy that is not the expected one. */
function assertNoneUseless(plan: CommandUse): void {
  const { commands, newKey, sourceKey, severalPubkeys, makesSecrets } = plan;
  const { keptSecrets, secretPrefixes } = plan;
  if (needsTarget(commands, 'new key') && newKey === undefined) {
    throw kmsxError('bad-usage', '--for reencrypt-key needs --to-key-id: the new KMS key');
  }
  if (secretPrefixes.length === 0 && commands.every((command) => command === 'list-backups')) {
    throw kmsxError('bad-usage', 'list-backups needs permissions for secrets alone: give --place');
  }
  const options = [
    [newKey !== undefined, 'new key', '--to-key-id', 'reencrypt-key'],
    [sourceKey !== undefined, 'new key', '--source-key-id', 'reencrypt-key'],
    [severalPubkeys, 'key for several pubkeys', '--several-pubkeys', 'export-key'],
    [makesSecrets, 'new secret', '--backup', 'export-key or reencrypt-key'],
    [secretPrefixes.length > 0, 'secrets', '--place', 'list-backups or drill'],
    [keptSecrets.length > 0, 'kept secret', '--in secret:NAME', 'a command that reads a backup'],
  ] as const;
  for (const [isGiven, target, option, command] of options) {
    if (isGiven && !needsTarget(commands, target)) {
      throw kmsxError('bad-usage', `${option} goes with --for ${command} only`);
    }
  }
}
