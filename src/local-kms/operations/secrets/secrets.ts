import type { JsonObject } from '../../../base/json.ts';
import { WITHOUT_CONTEXT } from '../../encryption/encryption-context.ts';
import { assertEnabled, findKeyIn } from '../../keys/key-lookup.ts';
import { formatDate } from '../../keys/key-metadata.ts';
import { authorize } from '../../permissions/authorize.ts';
import { invalidParameter, missingParameter, refusal } from '../../refusal.ts';
import type { FilterProperty } from '../../request/lists.ts';
import { pageOf, readFilters } from '../../request/lists.ts';
import type { Parameters } from '../../request/parameters.ts';
import {
  optionalBoolean,
  optionalChoice,
  refuseRecipient,
  requiredText,
} from '../../request/read-parameter.ts';
import { readTags } from '../../request/tags.ts';
import { arnOf, secretArn } from '../../resource-name.ts';
import {
  assertEncryptionKeyUsable,
  changeSecret,
  findAnySecretIn,
  findSecretIn,
} from '../../secrets/secret-lookup.ts';
import {
  firstVersion,
  putVersion,
  readSecretValue,
  readStages,
  requestedVersion,
} from '../../secrets/secret-version.ts';
import type { KmsState, Secret } from '../../state/state.ts';
import { isSymmetric, withSecret } from '../../state/state.ts';
import type { OperationContext, OperationHandler } from '../operation.ts';

const SECRET_NAME = /^(?!acs\/)[A-Za-z0-9_/+=.@-]{1,192}$/;
const MAX_DESCRIPTION_LENGTH = 256;
const MAX_SECRETS = 1_000;

/** The types of secrets that KMS has; this server has generic ones only. */
const SECRET_TYPES = ['Generic', 'Rds', 'Redis', 'RAMCredentials', 'ECS', 'PolarDB'] as const;

/** Makes a generic secret and its first version (help 154490). */
export const createSecret: OperationHandler = async (parameters, context) => {
  const { accountId } = context.caller;
  const container = arnOf({ accountId, resource: 'secret' });
  authorize(context.caller, 'kms:CreateSecret', { arn: container, accountId });
  refuseUnsupported(parameters);
  const secretName = requiredText(parameters, 'SecretName');
  if (!SECRET_NAME.test(secretName)) throw invalidParameter('SecretName');
  const description = readDescription(parameters);
  const value = readSecretValue(parameters);
  const tags = readTags(parameters);
  const createdAt = context.now();
  const arn = secretArn(accountId, secretName);
  const { instanceId } = await context.store.update((state) => {
    if (state.secrets.has(arn)) throw refusal('Rejected.ResourceExist');
    if (state.secrets.size >= MAX_SECRETS) throw refusal('Rejected.LimitExceeded');
    const secret: Secret = {
      accountId,
      secretName,
      description,
      createdAt,
      updatedAt: createdAt,
      ...readEncryptionKey(parameters, context, state),
      tags,
      versions: [firstVersion(value, createdAt)],
    };
    return [withSecret(state, secret), secret];
  });
  return {
    Arn: arn,
    SecretName: secretName,
    VersionId: value.versionId,
    SecretType: 'Generic',
    ...(instanceId !== undefined && { DKMSInstanceId: instanceId }),
  };
};

/** Stores a new version of a generic secret (help 154503). */
export const putSecretValue: OperationHandler = async (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const value = readSecretValue(parameters);
  const stages = readStages(parameters);
  const createdAt = context.now();
  const changed = await context.store.update((state) => {
    const secret = findSecretIn(state, context, secretName, 'kms:PutSecretValue');
    assertEncryptionKeyUsable(state, context, secret, 'kms:GenerateDataKey');
    const after = putVersion(secret, value, { stages, createdAt });
    return [after === secret ? state : withSecret(state, after), after];
  });
  const version = changed.versions.find(({ versionId }) => versionId === value.versionId);
  return {
    SecretName: changed.secretName,
    VersionId: value.versionId,
    VersionStages: { VersionStage: version?.stages ?? [] },
  };
};

/** Returns the value of a secret. */
export const getSecretValue: OperationHandler = (parameters, context) => {
  refuseRecipient(parameters);
  const secretName = requiredText(parameters, 'SecretName');
  // A generic secret has no extended configuration to fetch.
  optionalBoolean(parameters, 'FetchExtendedConfig');
  const { state } = context.store;
  const secret = findSecretIn(state, context, secretName, 'kms:GetSecretValue');
  assertEncryptionKeyUsable(state, context, secret, 'kms:Decrypt');
  const version = requestedVersion(parameters, secret);
  return {
    SecretName: secret.secretName,
    SecretType: 'Generic',
    VersionId: version.versionId,
    VersionStages: { VersionStage: version.stages },
    SecretData: version.data,
    SecretDataType: version.dataType,
    CreateTime: formatDate(secret.createdAt),
  };
};

/** Replaces the description of a secret; without `Description` nothing changes. */
export const updateSecret: OperationHandler = async (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  // Generic secrets have no extended configuration.
  const isExtended = [...parameters.keys()].some((name) => name.startsWith('ExtendedConfig.'));
  if (isExtended || parameters.has('ExtendedConfig')) throw refusal('UnsupportedOperation');
  const description = parameters.has('Description') ? readDescription(parameters) : undefined;
  const updatedAt = context.now();
  const changed = await changeSecret(context, secretName, 'kms:UpdateSecret', (secret) =>
    description === undefined ? secret : { ...secret, description, updatedAt },
  );
  return { SecretName: changed.secretName };
};

/** Describes a secret, without its value; a deleted one too, until its window has passed. */
export const describeSecret: OperationHandler = (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const withTags = optionalBoolean(parameters, 'FetchTags');
  const { state } = context.store;
  const secret = findAnySecretIn(state, context, secretName, 'kms:DescribeSecret');
  const { accountId, description, encryptionKeyId, instanceId } = secret;
  return {
    Arn: secretArn(accountId, secret.secretName),
    Description: description,
    ...(encryptionKeyId !== undefined && { EncryptionKeyId: encryptionKeyId }),
    ...(instanceId !== undefined && { DKMSInstanceId: instanceId }),
    ...secretSummary(secret, withTags),
  };
};

/** Lists the secrets of the account, in the order in which they were made. */
export const listSecrets: OperationHandler = (parameters, { store, caller }) => {
  const { accountId } = caller;
  const container = arnOf({ accountId, resource: 'secret' });
  authorize(caller, 'kms:ListSecrets', { arn: container, accountId });
  const withTags = optionalBoolean(parameters, 'FetchTags');
  const passes = readFilters(parameters, SECRET_PROPERTIES);
  const own = [...store.state.secrets.values()].filter((secret) => secret.accountId === accountId);
  const page = pageOf(parameters, own.filter(passes));
  const secrets = page.items.map((secret) => secretSummary(secret, withTags));
  return { SecretList: { Secret: secrets }, ...page.fields };
};

function readDescription(parameters: Parameters): string {
  const description = parameters.get('Description') ?? '';
  if (description.length > MAX_DESCRIPTION_LENGTH) throw invalidParameter('Description');
  return description;
}

/** Finds the KMS key that is to encrypt the secret. A secret of a KMS instance needs one of that instance. */
function readEncryptionKey(
  parameters: Parameters,
  context: OperationContext,
  state: KmsState,
): Pick<Secret, 'encryptionKeyId' | 'instanceId'> {
  const instanceId = parameters.get('DKMSInstanceId');
  const encryptionKeyId = parameters.get('EncryptionKeyId');
  if (encryptionKeyId === undefined) {
    if (instanceId !== undefined) throw missingParameter('EncryptionKeyId');
    return {};
  }
  if (encryptionKeyId.includes('alias/')) throw refusal('Unsupported.Alias');
  const key = findKeyIn(state, context, encryptionKeyId, 'kms:GenerateDataKey', WITHOUT_CONTEXT);
  if (!isSymmetric(key)) throw refusal('UnsupportedOperation');
  if (key.instanceId !== instanceId) throw invalidParameter('EncryptionKeyId');
  assertEnabled(key);
  return {
    encryptionKeyId: key.keyId,
    ...(instanceId !== undefined && { instanceId }),
  };
}

/**
 * Refuses what a secret can have in KMS but not here. ExtendedConfig, and RotationInterval without rotation, have no
 * meaning for a generic secret.
 */
function refuseUnsupported(parameters: Parameters): void {
  const secretType = optionalChoice(parameters, 'SecretType', SECRET_TYPES) ?? 'Generic';
  const rotates = optionalBoolean(parameters, 'EnableAutomaticRotation');
  if (secretType !== 'Generic' || rotates || parameters.has('Policy')) {
    throw refusal('UnsupportedOperation');
  }
}

/** What both DescribeSecret and ListSecrets answer. */
function secretSummary(secret: Secret, withTags: boolean): JsonObject {
  const tags = [...secret.tags].map(([key, value]) => ({ TagKey: key, TagValue: value }));
  return {
    SecretName: secret.secretName,
    SecretType: 'Generic',
    CreateTime: formatDate(secret.createdAt),
    UpdateTime: formatDate(secret.updatedAt),
    ...(secret.deleteAt !== undefined && { PlannedDeleteTime: formatDate(secret.deleteAt) }),
    ...(withTags && { Tags: { Tag: tags } }),
  };
}

/** The filters of ListSecrets. Whole values are compared. */
const SECRET_PROPERTIES: ReadonlyMap<string, FilterProperty<Secret>> = new Map<
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
