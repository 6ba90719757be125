import { assertEnabled, findKeyIn } from '../keys/key-lookup.ts';
import { readKeyTags } from '../keys/key-tags.ts';
import type { Parameters } from '../request/parameters.ts';
import { authorize } from '../permissions/authorize.ts';
import { optionalBoolean, optionalChoice, requiredText } from '../request/read-parameter.ts';
import { invalidParameter, missingParameter, refusal } from '../refusal.ts';
import { arnOf, secretArn } from '../resource-name.ts';
import { SECRET_TYPES } from '../secrets/secret-filters.ts';
import { withSecret } from '../secrets/secret-lookup.ts';
import { firstVersion, readSecretValue } from '../secrets/secret-version.ts';
import type { KmsState, Secret } from '../state/state.ts';
import { isSymmetric } from '../state/state.ts';
import type { Operation, OperationContext } from './operation.ts';

const SECRET_NAME = /^(?!acs\/)[A-Za-z0-9_/+=.@-]{1,192}$/;
const MAX_DESCRIPTION_LENGTH = 256;
const MAX_SECRETS = 1_000;

/** Makes a generic secret and its first version (help 154490). */
export const createSecret: Operation = {
  action: 'CreateSecret',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { accountId } = context.caller;
    const container = arnOf({ accountId, resource: 'secret' });
    authorize(context.caller, 'kms:CreateSecret', { arn: container, accountId });
    refuseUnsupported(parameters);
    const secretName = requiredText(parameters, 'SecretName');
    if (!SECRET_NAME.test(secretName)) throw invalidParameter('SecretName');
    const description = parameters.get('Description') ?? '';
    if (description.length > MAX_DESCRIPTION_LENGTH) throw invalidParameter('Description');
    const value = readSecretValue(parameters);
    const tags = readKeyTags(parameters);
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
  },
};

/** Finds the KMS key that is to encrypt the secret. A secret of a KMS instance needs one, of that instance. */
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
  const key = findKeyIn(state, context, encryptionKeyId, 'kms:GenerateDataKey');
  if (!isSymmetric(key)) throw refusal('UnsupportedOperation');
  if (key.instanceId !== instanceId) throw invalidParameter('EncryptionKeyId');
  assertEnabled(key);
  return {
    encryptionKeyId: key.keyId,
    ...(instanceId !== undefined && { instanceId }),
  };
}

/**
 * Refuses what a secret could have in KMS and cannot have here. ExtendedConfig, and RotationInterval without rotation,
 * mean nothing for a generic secret.
 */
function refuseUnsupported(parameters: Parameters): void {
  const secretType = optionalChoice(parameters, 'SecretType', SECRET_TYPES) ?? 'Generic';
  const rotates = optionalBoolean(parameters, 'EnableAutomaticRotation');
  if (secretType !== 'Generic' || rotates || parameters.has('Policy')) {
    throw refusal('UnsupportedOperation');
  }
}
