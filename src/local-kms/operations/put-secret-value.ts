import { requiredText } from '../request/read-parameter.ts';
import { assertEncryptionKeyUsable, findSecretIn, withSecret } from '../secrets/secret-lookup.ts';
import { putVersion, readSecretValue, readStages } from '../secrets/secret-version.ts';
import type { Operation } from './operation.ts';

/** Stores a new version of a generic secret (help 154503). */
export const putSecretValue: Operation = {
  action: 'PutSecretValue',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
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
  },
};
