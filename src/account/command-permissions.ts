import type { KeyIdentifier } from '../kms/key-id.ts';

/**
 * The permissions that each command needs. Those it can do without are not listed: DescribeSecret before a secret is
 * created, and DescribeKey for `doctor`, which falls back to a dry run.
 */
const NEEDS = {
  'export-key': [
    ['kms:GenerateAndExportDataKey', 'key'],
    ['kms:ExportDataKey', 'key for several pubkeys'],
    ['kms:CreateSecret', 'new secret'],
  ],
  'reexport-key': [
    ['kms:ExportDataKey', 'key'],
    ['kms:GetSecretValue', 'kept secret'],
  ],
  'recover-key': [
    ['kms:Decrypt', 'key'],
    ['kms:GetSecretValue', 'kept secret'],
  ],
  // Both backups are exported to a one-time key: that is how the new one is verified.
  'reencrypt-key': [
    ['kms:ReEncryptFrom', 'source key'],
    ['kms:ExportDataKey', 'key'],
    ['kms:ReEncryptTo', 'new key'],
    ['kms:ExportDataKey', 'new key'],
    ['kms:CreateSecret', 'new secret'],
    ['kms:GetSecretValue', 'kept secret'],
  ],
  'verify-key': [
    ['kms:ExportDataKey', 'key'],
    ['kms:GetSecretValue', 'kept secret'],
  ],
  // Backups in folders need no permission to be listed.
  'list-backups': [
    ['kms:ListSecrets', 'secrets'],
    ['kms:GetSecretValue', 'secrets of a prefix'],
  ],
  drill: [
    ['kms:ExportDataKey', 'key'],
    ['kms:ListSecrets', 'secrets'],
    ['kms:GetSecretValue', 'secrets of a prefix'],
  ],
  'list-keys': [
    ['kms:ListKeys', 'keys'],
    ['kms:DescribeKey', 'every key'],
    ['kms:ListAliases', 'aliases'],
  ],
  doctor: [['kms:GenerateAndExportDataKey', 'key']],
} as const;

/** A command that needs RAM permissions. */
export type PolicyCommand = keyof typeof NEEDS;

/** A RAM action, as spelled on KMS's page about custom policies, and what it is performed on. */
type Need = (typeof NEEDS)[PolicyCommand][number];

export type KmsAction = Need[0];

export type Target = Need[1];

/** Every such command, in the order of the help. */
export const POLICY_COMMANDS = Object.keys(NEEDS) as readonly PolicyCommand[];

/** What commands are used for, as far as their permissions depend on it. */
export interface CommandUse {
  readonly commands: readonly PolicyCommand[];
  /** Only `list-keys` and `list-backups` do without. */
  readonly key: KeyIdentifier | undefined;
  /** The key that `reencrypt-key` encrypts under. */
  readonly newKey: KeyIdentifier | undefined;
  /** The asymmetric KMS key that `reencrypt-key` re-encrypts an export of. */
  readonly sourceKey: KeyIdentifier | undefined;
  /** Whether `export-key` gets more than one public key. */
  readonly severalPubkeys: boolean;
  /** Whether backups are written to new secrets of KMS. */
  readonly makesSecrets: boolean;
  /** Names of the secrets that backups are read from. */
  readonly keptSecrets: readonly string[];
  /** Beginnings of the names of secrets that `list-backups` and `drill` read. */
  readonly secretPrefixes: readonly string[];
}

/** Actions of operations that take an encryption context. */
const UNDER_CONTEXT: ReadonlySet<KmsAction> = new Set([
  'kms:GenerateAndExportDataKey',
  'kms:ExportDataKey',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
]);

/** An action on a resource. */
export interface Permission {
  readonly action: KmsAction;
  readonly target: Target;
  /** An ARN or a pattern of ARNs; for an alias, the alias: a policy must not hold it. */
  readonly resource: string;
  /** Whether it is used with the encryption context of a data key; an asymmetric key knows of none. */
  readonly takesContext: boolean;
  /** Of a `kept secret`. */
  readonly secretName?: string;
}

/** Whether the commands act on such a target at all: an option that names another one has no effect. */
export function needsTarget(commands: readonly PolicyCommand[], target: Target): boolean {
  return needsOf(commands).some(([, each]) => each === target);
}

/** Whether the commands act on a key that has to be named. */
export function needsKey(commands: readonly PolicyCommand[]): boolean {
  return needsTarget(commands, 'key') || needsTarget(commands, 'source key');
}

/**
 * Whether the commands need an action.
 *
 * @param severalPubkeys - whether `export-key` gets more than one public key
 */
export function needsAction(
  commands: readonly PolicyCommand[],
  action: KmsAction,
  severalPubkeys: boolean,
): boolean {
  return needsOf(commands).some(
    ([each, target]) => each === action && (severalPubkeys || target !== 'key for several pubkeys'),
  );
}

/**
 * Exactly the permissions that the commands need, each once, in the order of the table.
 *
 * @param region - for keys that do not name their own; what is not known is `*`
 */
export function permissionsFor(use: CommandUse, region = '*'): readonly Permission[] {
  const permissions = new Map<string, Permission>();
  for (const [action, target] of needsOf(use.commands)) {
    for (const on of resourcesOf(target, use, region)) {
      const name = `${action} ${on.resource}`;
      if (permissions.has(name)) continue;
      const takesContext = isUnderContext(action, target, use);
      permissions.set(name, { action, target, takesContext, ...on });
    }
  }
  return [...permissions.values()];
}

function isUnderContext(action: KmsAction, target: Target, { sourceKey }: CommandUse): boolean {
  return UNDER_CONTEXT.has(action) && (target !== 'source key' || sourceKey === undefined);
}

function needsOf(commands: readonly PolicyCommand[]): readonly Need[] {
  return commands.flatMap((command): readonly Need[] => NEEDS[command]);
}

function resourcesOf(
  target: Target,
  {
    key,
    newKey,
    sourceKey = key,
    severalPubkeys,
    makesSecrets,
    keptSecrets,
    secretPrefixes,
  }: CommandUse,
  region: string,
): readonly Pick<Permission, 'resource' | 'secretName'>[] {
  const inAccount = (path: string): string =>
    `acs:kms:${key?.region ?? region}:${key?.account ?? '*'}:${path}`;
  const ofKey = (named: KeyIdentifier | undefined): readonly { readonly resource: string }[] =>
    named === undefined ? [] : [{ resource: keyArn(named, region) }];
  switch (target) {
    case 'key':
      return ofKey(key);
    // The key, if `export-key` gets more than one public key.
    case 'key for several pubkeys':
      return severalPubkeys ? ofKey(key) : [];
    case 'new key':
      return ofKey(newKey);
    // The key that decrypts in a re-encryption: the key itself, or the RSA key that an export was made for.
    case 'source key':
      return ofKey(sourceKey);
    case 'every key':
      return [{ resource: inAccount('key/*') }];
    case 'keys':
      return [{ resource: inAccount('key') }];
    case 'aliases':
      return [{ resource: inAccount('alias') }];
    // A secret that a backup is written to.
    case 'new secret':
      return makesSecrets ? [{ resource: inAccount('secret') }] : [];
    // Listing has no resource of its own for a secret.
    case 'secrets':
      return secretPrefixes.length === 0 ? [] : [{ resource: inAccount('secret') }];
    case 'secrets of a prefix':
      return secretPrefixes.map((prefix) => ({ resource: inAccount(`secret/${prefix}*`) }));
    // A secret that a backup is read from.
    case 'kept secret':
      return keptSecrets.map((secretName) => ({
        resource: inAccount(`secret/${secretName}`),
        secretName,
      }));
  }
}

/** `acs:kms:REGION:ACCOUNT:key/ID` */
function keyArn({ text, id, account = '*', region }: KeyIdentifier, otherRegion: string): string {
  return id === undefined ? text : `acs:kms:${region ?? otherRegion}:${account}:key/${id}`;
}
