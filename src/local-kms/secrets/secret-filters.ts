import type { FilterProperty } from '../request/filters.ts';
import type { Secret } from '../state/state.ts';

/** The types of secrets that KMS has; this server has generic ones only. */
export const SECRET_TYPES = [
  'Generic',
  'Rds',
  'Redis',
  'RAMCredentials',
  'ECS',
  'PolarDB',
] as const;

/** What ListSecrets can filter by. Whole values are compared. */
export const SECRET_PROPERTIES: ReadonlyMap<string, FilterProperty<Secret>> = new Map<
  string,
  FilterProperty<Secret>
>([
  ['SecretName', { valuesOf: (secret) => [secret.secretName] }],
  ['Description', { valuesOf: (secret) => [secret.description] }],
  ['TagKey', { valuesOf: (secret) => [...secret.tags.keys()] }],
  ['TagValue', { valuesOf: (secret) => [...secret.tags.values()] }],
  [
    'DKMSInstanceId',
    { valuesOf: ({ instanceId }) => (instanceId === undefined ? [] : [instanceId]) },
  ],
  ['SecretType', { valuesOf: () => ['Generic'], choices: SECRET_TYPES }],
  ['Creator', { valuesOf: (secret) => [secret.accountId] }],
]);
