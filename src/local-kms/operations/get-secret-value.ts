import { formatDate } from '../keys/key-metadata.ts';
import { optionalBoolean, requiredText } from '../request/read-parameter.ts';
import { assertEncryptionKeyUsable, findSecretIn } from '../secrets/secret-lookup.ts';
import { requestedVersion } from '../secrets/secret-version.ts';
import type { Operation } from './operation.ts';

/** Gives out the value of a secret. */
export const getSecretValue: Operation = {
  action: 'GetSecretValue',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
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
  },
};
