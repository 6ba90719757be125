import type { FilterProperty } from '../request/filters.ts';
import { readFilters } from '../request/filters.ts';
import type { Parameters } from '../request/parameters.ts';
import type { KmsKey, KmsState } from '../state/state.ts';

const KEY_SPECS = [
  'Aliyun_AES_256',
  'Aliyun_SM4',
  'RSA_2048',
  'RSA_3072',
  'EC_P256',
  'EC_P256K',
  'EC_SM2',
];
const KEY_STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const KEY_ID = { valuesOf: (key: KmsKey) => [key.keyId] };

/** The properties of help 28951, but for AliasName. That page and others differ in the first letter of KeyId. */
const PROPERTIES: readonly (readonly [name: string, property: FilterProperty<KmsKey>])[] = [
  ['KeyState', { valuesOf: (key) => [key.keyState], choices: KEY_STATES }],
  ['KeySpec', { valuesOf: (key) => [key.keySpec], choices: KEY_SPECS }],
  ['KeyUsage', { valuesOf: (key) => [key.keyUsage], choices: ['ENCRYPT/DECRYPT', 'SIGN/VERIFY'] }],
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

/**
 * Reads the filters of ListKeys (help 28951), as `readFilters` does.
 *
 * @returns whether a key of that state passes
 * @throws KmsRefusal `InvalidParameter`
 */
export function readKeyFilters(parameters: Parameters, state: KmsState): (key: KmsKey) => boolean {
  return readFilters(
    parameters,
    new Map<string, FilterProperty<KmsKey>>([...PROPERTIES, ['AliasName', aliasNames(state)]]),
  );
}

/** Goes through the aliases once, when the first is asked for. */
function aliasNames(state: KmsState): FilterProperty<KmsKey> {
  let byKeyId: Map<string, string[]> | undefined;
  return {
    valuesOf: ({ keyId }) => {
      byKeyId ??= indexAliases(state);
      return byKeyId.get(keyId) ?? [];
    },
  };
}

function indexAliases(state: KmsState): Map<string, string[]> {
  const byKeyId = new Map<string, string[]>();
  for (const { keyId, aliasName } of state.aliases.values()) {
    const names = byKeyId.get(keyId) ?? [];
    names.push(aliasName);
    byKeyId.set(keyId, names);
  }
  return byKeyId;
}
