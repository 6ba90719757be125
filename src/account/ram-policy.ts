import type { KmsAction, Permission } from './command-permissions.ts';

/** A custom policy of RAM (help 93738). */
export interface RamPolicy {
  readonly Version: '1';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Action: readonly KmsAction[];
    readonly Resource: readonly string[];
  }[];
}

/** The policy that allows these permissions and nothing else. Actions on the same resources share a statement. */
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
