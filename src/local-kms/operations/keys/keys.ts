import { assertDeletable, deletionProtectionFields } from '../../keys/deletion-protection.ts';
import { changeKey, findKey, unaliasedKeyId } from '../../keys/key-lookup.ts';
import { keyMetadata } from '../../keys/key-metadata.ts';
import { authorize } from '../../permissions/authorize.ts';
import { refusal } from '../../refusal.ts';
import type { FilterProperty } from '../../request/lists.ts';
import { pageOf, readFilters } from '../../request/lists.ts';
import { requiredInteger, requiredText } from '../../request/read-parameter.ts';
import { LOCAL_REGION, arnOf, keyArn } from '../../resource-name.ts';
import type { KmsKey, KmsState } from '../../state/state.ts';
import { KEY_SPECS, KEY_USAGES } from '../../state/key-spec.ts';
import type { OperationHandler } from '../operation.ts';

const DAY_MS = 86_400_000;

/** Describes a KMS key, whatever its state. */
export const describeKey: OperationHandler = (parameters, context) => {
  const key = findKey(context, requiredText(parameters, 'KeyId'), 'kms:DescribeKey');
  return { KeyMetadata: { ...keyMetadata(key), ...deletionProtectionFields(key) } };
};

/** Lists the KMS keys of the account, in the order in which they were made. */
export const listKeys: OperationHandler = (parameters, { store, caller }) => {
  const { accountId } = caller;
  authorize(caller, 'kms:ListKeys', { arn: arnOf({ accountId, resource: 'key' }), accountId });
  const aliasName = aliasNameProperty(store.state);
  const passes = readFilters(parameters, new Map([...KEY_PROPERTIES, ['AliasName', aliasName]]));
  const own = [...store.state.keys.values()].filter((key) => key.accountId === accountId);
  const page = pageOf(parameters, own.filter(passes));
  const keys = page.items.map((key) => ({ KeyId: key.keyId, KeyArn: keyArn(key) }));
  return { Keys: { Key: keys }, ...page.fields };
};

/** Enables a KMS key. An enabled key stays as it is. */
export const enableKey: OperationHandler = async (parameters, context) => {
  await changeKey(context, unaliasedKeyId(parameters), 'kms:EnableKey', (key) => {
    assertSwitchable(key);
    return { ...key, keyState: 'Enabled' };
  });
  return {};
};

/** Disables a KMS key: cryptographic operations refuse it until it is enabled again. */
export const disableKey: OperationHandler = async (parameters, context) => {
  await changeKey(context, unaliasedKeyId(parameters), 'kms:DisableKey', (key) => {
    assertSwitchable(key);
    return { ...key, keyState: 'Disabled' };
  });
  return {};
};

/** Deletes a KMS key and its aliases after 7 to 366 days. Until then cryptographic operations refuse it. */
export const scheduleKeyDeletion: OperationHandler = async (parameters, context) => {
  const keyId = unaliasedKeyId(parameters);
  const days = requiredInteger(parameters, 'PendingWindowInDays', 7, 366);
  await changeKey(context, keyId, 'kms:ScheduleKeyDeletion', (key) => {
    assertDeletable(key);
    const deleteAt = new Date(context.now().getTime() + days * DAY_MS);
    return { ...key, keyState: 'PendingDeletion', deleteAt };
  });
  return {};
};

/** Cancels the deletion of a KMS key and enables it; a key without material waits for its material again. */
export const cancelKeyDeletion: OperationHandler = async (parameters, context) => {
  await changeKey(context, unaliasedKeyId(parameters), 'kms:CancelKeyDeletion', (key) => {
    if (key.keyState !== 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
    const { deleteAt: _, ...kept } = key;
    return { ...kept, keyState: key.versions.length === 0 ? 'PendingImport' : 'Enabled' };
  });
  return {};
};

/** Lists the regions; the embedded KMS has one. It needs no permission. */
export const describeRegions: OperationHandler = () => ({
  Regions: { Region: [{ RegionId: LOCAL_REGION }] },
});

/** Refuses a key that cannot be enabled or disabled, since it waits for its deletion or its material (help 44211). */
function assertSwitchable(key: KmsKey): void {
  if (key.keyState === 'PendingDeletion' || key.keyState === 'PendingImport') {
    throw refusal('Rejected.StateModifiedFailed');
  }
}

const KEY_STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const KEY_ID = { valuesOf: (key: KmsKey) => [key.keyId] };

/** The filters of ListKeys (help 28951) but for AliasName. KMS's pages disagree on the first letter of KeyId. */
const KEY_PROPERTIES: readonly (readonly [name: string, property: FilterProperty<KmsKey>])[] = [
  ['KeyState', { valuesOf: (key) => [key.keyState], choices: KEY_STATES }],
  ['KeySpec', { valuesOf: (key) => [key.keySpec], choices: KEY_SPECS }],
  ['KeyUsage', { valuesOf: (key) => [key.keyUsage], choices: KEY_USAGES }],
  ['ProtectionLevel', { valuesOf: (key) => [key.protectionLevel], choices: ['SOFTWARE', 'HSM'] }],
  ['CreatorType', { valuesOf: () => ['User'], choices: ['User', 'Service'] }],
  ['Creator', { valuesOf: (key) => [key.accountId] }],
  [
    'DKMSInstanceId',
    { valuesOf: ({ instanceId }) => (instanceId === undefined ? [] : [instanceId]) },
  ],
  ['keyId', KEY_ID],
  ['KeyId', KEY_ID],
  ['TagKey', { valuesOf: (key) => [...key.tags.keys()] }],
  ['TagValue', { valuesOf: (key) => [...key.tags.values()] }],
];

/** Indexes the aliases when the first key is asked for its own. */
function aliasNameProperty(state: KmsState): FilterProperty<KmsKey> {
  let byKeyId: Map<string, string[]> | undefined;
  return {
    valuesOf: ({ keyId }) => {
      byKeyId ??= aliasNamesByKeyId(state);
      return byKeyId.get(keyId) ?? [];
    },
  };
}

function aliasNamesByKeyId(state: KmsState): Map<string, string[]> {
  const byKeyId = new Map<string, string[]>();
  for (const { keyId, aliasName } of state.aliases.values()) {
    const names = byKeyId.get(keyId) ?? [];
    names.push(aliasName);
    byKeyId.set(keyId, names);
  }
  return byKeyId;
}
