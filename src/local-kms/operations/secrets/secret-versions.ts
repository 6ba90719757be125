import { formatDate } from '../../keys/key-metadata.ts';
import { pageOf } from '../../request/lists.ts';
import { optionalChoice, requiredText } from '../../request/read-parameter.ts';
import { moveStage, readMove } from '../../secrets/move-stage.ts';
import { changeSecret, findSecretIn } from '../../secrets/secret-lookup.ts';
import type { OperationHandler } from '../operation.ts';

const PAGE_SIZE = 20;

/** Lists the versions of a secret, oldest first, without their values; those without a label only if they are asked for. */
export const listSecretVersionIds: OperationHandler = (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const withAll = optionalChoice(parameters, 'IncludeDeprecated', ['true', 'false']) === 'true';
  const { state } = context.store;
  const secret = findSecretIn(state, context, secretName, 'kms:ListSecretVersionIds');
  const versions = secret.versions.filter(({ stages }) => withAll || stages.length > 0);
  const page = pageOf(parameters, versions, PAGE_SIZE);
  const items = page.items.map(({ versionId, createdAt, stages }) => ({
    VersionId: versionId,
    CreateTime: formatDate(createdAt),
    VersionStages: { VersionStage: stages },
  }));
  return { SecretName: secret.secretName, VersionIds: { VersionId: items }, ...page.fields };
};

/** Adds a label to a version of a secret, removes it, or moves it to another version. */
export const updateSecretVersionStage: OperationHandler = async (parameters, context) => {
  const secretName = requiredText(parameters, 'SecretName');
  const move = readMove(parameters);
  const changed = await changeSecret(
    context,
    secretName,
    'kms:UpdateSecretVersionStage',
    (secret) => moveStage(secret, move, context.now()),
  );
  return { SecretName: changed.secretName };
};
