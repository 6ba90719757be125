import type { Command } from 'commander';
import { Option } from 'commander';
import { KmsxError, kmsxError } from '../../base/error.ts';
import { shellWord } from '../../base/shell-word.ts';
import type { Io } from '../../terminal/io.ts';
import { envValue } from '../../base/env.ts';
import { repeatable, suggestValues } from '../../terminal/options.ts';
import type { KeyResource, PolicyCommand, PolicyRequest } from '../../account/ram-policy.ts';
import { needsKey, needsScope, POLICY_COMMANDS } from '../../account/ram-policy.ts';
import type { KeyIdentifier } from '../../kms/key-id.ts';
import { parseKeyId } from '../../kms/key-id.ts';
import { readBackupPlaces, secretNameOf } from './backup/backup-places.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { addConnectionOptions } from './connection-options.ts';
import type { ContextOptions } from './context-options.ts';
import { addContextOptions } from './context-options.ts';

/** The options of `policy`. */
export interface PolicyOptions extends ConnectionOptions, ContextOptions {
  readonly keyId?: string;
  readonly for: string;
  readonly toKeyId?: string;
  readonly sourceKeyId?: string;
  readonly severalPubkeys: boolean;
  readonly backup: readonly string[];
  readonly in: readonly string[];
  readonly check: boolean;
}

export function addPolicyOptions(command: Command): void {
  command
    .option(
      '--key-id <id>',
      'the KMS key, best by its ARN (env KMSX_KEY_ID); list-keys alone needs none',
    )
    .addOption(
      suggestValues(
        new Option('--for <commands>', 'what is to be allowed, separated by commas').default(
          'export-key',
        ),
        POLICY_COMMANDS,
      ),
    )
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
  addContextOptions(command);
  command.option('--check', 'ask KMS whether these credentials have each permission', false);
  addConnectionOptions(command);
}

/** What the options say, checked before anything is read. */
export interface PolicyPlan {
  readonly commands: readonly PolicyCommand[];
  /** `list-keys` alone does without. */
  readonly key: KeyIdentifier | undefined;
  readonly newKey: KeyIdentifier | undefined;
  readonly sourceKey: KeyIdentifier | undefined;
  readonly severalPubkeys: boolean;
  readonly makesSecrets: boolean;
  readonly keptSecrets: readonly string[];
}

/**
 * Checks the options.
 *
 * @throws KmsxError `bad-usage`, `key-id-malformed`, `secret-name-malformed`, `output-twice`
 */
export function planPolicy(options: PolicyOptions, io: Io): PolicyPlan {
  const commands = parseCommands(options.for);
  const keyId = options.keyId ?? envValue(io.env, 'KMSX_KEY_ID');
  if (keyId === undefined && needsKey(commands))
    throw kmsxError('bad-usage', '--key-id is needed, or KMSX_KEY_ID');
  const { secrets, files } = readBackupPlaces(options.backup);
  if (files.length > 0) {
    throw kmsxError('bad-usage', '--backup takes secret:NAME here: a file needs no permission');
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
  };
  assertOfUse(plan);
  return plan;
}

/** What the policy is for, with the keys by their ARNs. */
export function policyRequest(
  plan: PolicyPlan,
  resourceOf: (key: KeyIdentifier | undefined) => KeyResource,
): PolicyRequest {
  const { key, newKey, sourceKey, ...rest } = plan;
  return {
    ...rest,
    key: resourceOf(key),
    newKey: newKey && resourceOf(newKey),
    sourceKey: sourceKey && resourceOf(sourceKey),
  };
}

/** Every key that the options name. */
export function keysOf({ key, newKey, sourceKey }: PolicyPlan): readonly KeyIdentifier[] {
  return [key, newKey, sourceKey].filter((each) => each !== undefined);
}

/**
 * The key as policies name it; of no key the account. A region that is not known is that of another key, of the options or of the environment; an
 * account that is not known is left open.
 *
 * @throws KmsxError `bad-usage` for an alias: RAM knows keys by their ids only
 */
export function keyResource(
  key: KeyIdentifier | undefined,
  otherRegion: string | undefined,
): KeyResource {
  if (key === undefined) return { id: '*', account: '*', region: otherRegion ?? '*' };
  const { text, id, account, region } = key;
  if (id === undefined) {
    throw new KmsxError({
      kind: 'usage',
      code: 'bad-usage',
      message: `${text} is an alias, and RAM policies name keys by their ids`,
      hints: [
        `aliyun kms DescribeKey --KeyId ${shellWord(text)} | jq -r .KeyMetadata.Arn shows the ARN of the key now behind it`,
        'kmsx list-keys shows the aliases of every key; with --check kmsx asks KMS by itself',
      ],
    });
  }
  return { id, account: account ?? '*', region: region ?? otherRegion ?? '*' };
}

/**
 * Reads `--for`: names of commands, separated by commas.
 *
 * @param known - those that it may name
 * @throws KmsxError `bad-usage`
 */
export function parseCommands(
  text: string,
  known: readonly PolicyCommand[] = POLICY_COMMANDS,
): readonly PolicyCommand[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].map((name) => {
    const command = known.find((candidate) => candidate === name);
    if (command !== undefined) return command;
    throw kmsxError(
      'bad-usage',
      `--for does not know ${JSON.stringify(name.slice(0, 40))}: it takes ${known.join(', ')}`,
    );
  });
}

/** An option without effect would make a policy that is not the expected one. */
function assertOfUse(plan: PolicyPlan): void {
  const { commands, newKey, sourceKey, severalPubkeys, makesSecrets, keptSecrets } = plan;
  const needsNewKey = needsScope(commands, 'new key');
  if (needsNewKey && newKey === undefined) {
    throw kmsxError('bad-usage', '--for reencrypt-key needs --to-key-id: the key that it goes to');
  }
  const useless = [
    [newKey !== undefined && !needsNewKey, '--to-key-id', 'reencrypt-key'],
    [sourceKey !== undefined && !needsNewKey, '--source-key-id', 'reencrypt-key'],
    [severalPubkeys && !needsScope(commands, 'several pubkeys'), '--several-pubkeys', 'export-key'],
    [
      makesSecrets && !needsScope(commands, 'new secret'),
      '--backup',
      'export-key or reencrypt-key',
    ],
    [
      keptSecrets.length > 0 && !needsScope(commands, 'kept secret'),
      '--in secret:NAME',
      'a command that reads a backup',
    ],
  ] as const;
  for (const [isUseless, option, command] of useless) {
    if (isUseless) throw kmsxError('bad-usage', `${option} goes with --for ${command} only`);
  }
}
