import { differenceOf } from '../entries.ts';
import type { FieldReader } from '../../../base/fields.ts';
import type { JsonObject } from '../../../base/json.ts';
import { ENTRIES, assertWhole } from '../document/parse-state.ts';
import { accessKeyEntry, aliasEntry, keyEntry, secretEntry } from '../document/state-document.ts';
import type { KmsState } from '../state.ts';

/**
 * What makes one state of another, as `applyChanges` reads it: by the fields of a state's document the entries that are new
 * or other, and as `…Gone` the names of those that are not there any more. What was moved is both.
 */
export function changesBetween(before: KmsState, after: KmsState): JsonObject {
  return {
    ...difference('AccessKeys', before.accessKeys, after.accessKeys, accessKeyEntry),
    ...difference('Keys', before.keys, after.keys, keyEntry),
    ...difference('Aliases', before.aliases, after.aliases, aliasEntry),
    ...difference('Secrets', before.secrets, after.secrets, secretEntry),
  };
}

/**
 * The state after changes, one after the other, in the order of its entries too.
 *
 * @param changes - at least one
 * @throws KmsxError `state-malformed`
 */
export function applyChanges(state: KmsState, changes: readonly FieldReader[]): KmsState {
  const accessKeys = new Map(state.accessKeys);
  const keys = new Map(state.keys);
  const aliases = new Map(state.aliases);
  const secrets = new Map(state.secrets);
  for (const change of changes) {
    apply(change, 'AccessKeys', accessKeys, ENTRIES.AccessKeys);
    apply(change, 'Keys', keys, ENTRIES.Keys);
    apply(change, 'Aliases', aliases, ENTRIES.Aliases);
    apply(change, 'Secrets', secrets, ENTRIES.Secrets);
  }
  const after = { ...state, accessKeys, keys, aliases, secrets };
  const last = changes.at(-1);
  if (last !== undefined) assertWhole(after, last);
  return after;
}

function difference<T extends object>(
  field: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  entryOf: (value: T) => JsonObject,
): JsonObject {
  const { gone, set } = differenceOf(before, after);
  return {
    ...(gone.length > 0 && { [`${field}Gone`]: gone }),
    ...(set.length > 0 && { [field]: set.map(([, value]) => entryOf(value)) }),
  };
}

function apply<T>(
  change: FieldReader,
  field: string,
  values: Map<string, T>,
  { read, nameOf }: { read: (entry: FieldReader) => T; nameOf: (value: T) => string },
): void {
  const gone = `${field}Gone`;
  for (const name of change.ifPresent(gone, () => change.texts(gone)) ?? []) {
    if (!values.delete(name)) change.fail(gone, 'names what is not there');
  }
  for (const value of change.ifPresent(field, () => change.list(field, read)) ?? []) {
    values.set(nameOf(value), value);
  }
}
