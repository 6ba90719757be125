/** The actions of RAM that commands of kmsx need, as KMS's page on custom policies spells them. */
export type KmsAction =
  | 'kms:GenerateAndExportDataKey'
  | 'kms:ExportDataKey'
  | 'kms:Decrypt'
  | 'kms:ReEncryptFrom'
  | 'kms:ReEncryptTo'
  | 'kms:DescribeKey'
  | 'kms:ListKeys'
  | 'kms:ListAliases'
  | 'kms:CreateSecret'
  | 'kms:GetSecretValue';

/** What an action is done to. */
type Scope =
  | 'key'
  | 'new key'
  /** The key that opens what is encrypted again: the key itself, or the RSA key that an export was made for. */
  | 'source key'
  /** Each KMS key of the account. */
  | 'every key'
  | 'keys'
  | 'aliases'
  /** A secret that is to be made. */
  | 'new secret'
  /** A secret that a backup is kept in. */
  | 'kept secret';

interface Need {
  readonly action: KmsAction;
  readonly scope: Scope;
  /** Left out: always. */
  readonly when?: 'several pubkeys';
}

function need(action: KmsAction, scope: Scope, when?: Need['when']): Need {
  return { action, scope, ...(when !== undefined && { when }) };
}

/** A backup that is kept in KMS is read by it; elsewhere it needs no permission. */
const BACKUP_IN_KMS = need('kms:GetSecretValue', 'kept secret');

/**
 * What each command asks of KMS. What it does without where it may not is not here: DescribeSecret before a secret is
 * made, DescribeKey of `doctor`, which goes by a dry run then.
 */
const NEEDS = {
  'export-key': [
    need('kms:GenerateAndExportDataKey', 'key'),
    need('kms:ExportDataKey', 'key', 'several pubkeys'),
    need('kms:CreateSecret', 'new secret'),
  ],
  'reexport-key': [need('kms:ExportDataKey', 'key'), BACKUP_IN_KMS],
  'recover-key': [need('kms:Decrypt', 'key'), BACKUP_IN_KMS],
  // Both backups are exported to a one-time key: that is how the new one is verified.
  'reencrypt-key': [
    need('kms:ReEncryptFrom', 'source key'),
    need('kms:ExportDataKey', 'key'),
    need('kms:ReEncryptTo', 'new key'),
    need('kms:ExportDataKey', 'new key'),
    need('kms:CreateSecret', 'new secret'),
    BACKUP_IN_KMS,
  ],
  'verify-key': [need('kms:ExportDataKey', 'key'), BACKUP_IN_KMS],
  'list-keys': [
    need('kms:ListKeys', 'keys'),
    need('kms:DescribeKey', 'every key'),
    need('kms:ListAliases', 'aliases'),
  ],
  doctor: [need('kms:GenerateAndExportDataKey', 'key')],
} as const satisfies Readonly<Record<string, readonly Need[]>>;

/** A command that needs permissions of RAM. */
export type PolicyCommand = keyof typeof NEEDS;

/** Every such command, in the order of the help. */
export const POLICY_COMMANDS = Object.keys(NEEDS) as readonly PolicyCommand[];

/** A KMS key as a policy names it. `*` stands for a region or account that is not known. */
export interface KeyResource {
  readonly region: string;
  readonly account: string;
  readonly id: string;
  /** Where nobody tells the key behind it: it is shown in place of an ARN, and no policy may hold it. */
  readonly alias?: string;
}

/** What the permissions are to be for. */
export interface PolicyRequest {
  readonly commands: readonly PolicyCommand[];
  readonly key: KeyResource;
  /** The key that `reencrypt-key` goes to. */
  readonly newKey: KeyResource | undefined;
  /** The RSA key of KMS that `reencrypt-key` takes an export of. */
  readonly sourceKey: KeyResource | undefined;
  /** Whether `export-key` gets more than one public key. */
  readonly severalPubkeys: boolean;
  /** Whether backups go into new secrets of KMS. */
  readonly makesSecrets: boolean;
  /** Names of the secrets that backups are read from. */
  readonly keptSecrets: readonly string[];
}

/** An action on a resource. */
export interface Permission {
  readonly action: KmsAction;
  readonly scope: Scope;
  /** An ARN, or a pattern of ARNs. */
  readonly resource: string;
  /** Of a `kept secret`. */
  readonly secretName?: string;
}

/** A custom policy of RAM (help 93738). */
export interface RamPolicy {
  readonly Version: '1';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Action: readonly KmsAction[];
    readonly Resource: readonly string[];
  }[];
}

/** Tells whether the commands do something with a scope at all: for options that would be without effect. */
export function needsScope(
  commands: readonly PolicyCommand[],
  wanted: Scope | Need['when'],
): boolean {
  return commands.some((command) =>
    NEEDS[command].some(({ scope, when }: Need) => scope === wanted || when === wanted),
  );
}

/** Tells whether the commands do something with a key that has to be named. */
export function needsKey(commands: readonly PolicyCommand[]): boolean {
  return needsScope(commands, 'key') || needsScope(commands, 'source key');
}

/**
 * Tells whether the commands need an action.
 *
 * @param hasSeveralPubkeys - whether `export-key` gets more than one public key
 */
export function needsAction(
  commands: readonly PolicyCommand[],
  action: KmsAction,
  hasSeveralPubkeys: boolean,
): boolean {
  return commands.some((command) =>
    NEEDS[command].some(
      (each: Need) =>
        each.action === action && (each.when !== 'several pubkeys' || hasSeveralPubkeys),
    ),
  );
}

/** All permissions that the commands need and no other, none twice, in the order of the table. */
export function permissionsFor(request: PolicyRequest): readonly Permission[] {
  const permissions = new Map<string, Permission>();
  for (const command of request.commands) {
    for (const { action, scope, when } of NEEDS[command] as readonly Need[]) {
      if (when === 'several pubkeys' && !request.severalPubkeys) continue;
      for (const target of targetsOf(scope, request)) {
        const name = `${action} ${target.resource}`;
        if (!permissions.has(name)) permissions.set(name, { action, scope, ...target });
      }
    }
  }
  return [...permissions.values()];
}

/**
 * The policy that allows the permissions and nothing else: actions that have all their resources in common share a
 * statement.
 */
export function ramPolicy(permissions: readonly Permission[]): RamPolicy {
  const resourcesOf = new Map<KmsAction, string[]>();
  for (const { action, resource } of permissions) {
    resourcesOf.set(action, [...(resourcesOf.get(action) ?? []), resource]);
  }
  const statements = new Map<string, RamPolicy['Statement'][number]>();
  for (const [action, resources] of resourcesOf) {
    const Resource = resources.toSorted();
    const name = Resource.join(' ');
    const Action = [...(statements.get(name)?.Action ?? []), action];
    statements.set(name, { Effect: 'Allow', Action, Resource });
  }
  return { Version: '1', Statement: [...statements.values()] };
}

function targetsOf(
  scope: Scope,
  { key, newKey, sourceKey = key, makesSecrets, keptSecrets }: PolicyRequest,
): readonly Pick<Permission, 'resource' | 'secretName'>[] {
  const own = (resource: string): string => arnOf(key, resource);
  switch (scope) {
    case 'key':
      return [{ resource: keyArnOf(key) }];
    case 'new key':
      return newKey === undefined ? [] : [{ resource: keyArnOf(newKey) }];
    case 'source key':
      return [{ resource: keyArnOf(sourceKey) }];
    case 'every key':
      return [{ resource: own('key/*') }];
    case 'keys':
      return [{ resource: own('key') }];
    case 'aliases':
      return [{ resource: own('alias') }];
    case 'new secret':
      return makesSecrets ? [{ resource: own('secret') }] : [];
    case 'kept secret':
      return keptSecrets.map((secretName) => ({
        resource: own(`secret/${secretName}`),
        secretName,
      }));
  }
}

/** `acs:kms:REGION:ACCOUNT:key/ID` */
function keyArnOf(key: KeyResource): string {
  return key.alias ?? arnOf(key, `key/${key.id}`);
}

function arnOf(
  { region, account }: Pick<KeyResource, 'region' | 'account'>,
  resource: string,
): string {
  return `acs:kms:${region}:${account}:${resource}`;
}
