import type { EncryptionContext } from '../documents/encryption-context.ts';
import type { KmsAction, Permission } from './command-permissions.ts';

/** A custom policy of RAM (help 93738). */
export interface RamPolicy {
  readonly Version: '1';
  readonly Statement: readonly RamStatement[];
}

interface RamStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly KmsAction[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
}

/**
 * The policy that allows these permissions and nothing else. Actions on the same resources share a statement.
 *
 * @param context - each name with its value becomes a condition (`kms:EncryptionContext:NAME`, KMS's page "Policy
 * condition keys") of what takes a context; undefined for none
 */
export function ramPolicy(
  permissions: readonly Permission[],
  context?: EncryptionContext,
): RamPolicy {
  const conditions = { StringEquals: conditionKeys(context ?? {}) };
  const resourcesOf = new Map<KmsAction, string[]>();
  const conditional = new Set<KmsAction>();
  for (const { action, resource, takesContext } of permissions) {
    resourcesOf.set(action, [...(resourcesOf.get(action) ?? []), resource]);
    if (takesContext && context !== undefined) conditional.add(action);
  }
  const statements = new Map<string, RamStatement>();
  for (const [action, resources] of resourcesOf) {
    const Resource = resources.toSorted();
    const isConditional = conditional.has(action);
    const name = [String(isConditional), ...Resource].join(' ');
    const Action = [...(statements.get(name)?.Action ?? []), action];
    const statement: RamStatement = { Effect: 'Allow', Action, Resource };
    statements.set(name, isConditional ? { ...statement, Condition: conditions } : statement);
  }
  return { Version: '1', Statement: [...statements.values()] };
}

function conditionKeys(context: EncryptionContext): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
  );
}
