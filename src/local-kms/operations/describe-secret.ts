import { optionalBoolean, requiredText } from '../request/read-parameter.ts';
import { secretArn } from '../resource-name.ts';
import { findSecretIn } from '../secrets/secret-lookup.ts';
import { secretSummary } from '../secrets/secret-metadata.ts';
import type { Operation } from './operation.ts';

/** Shows what is known of a secret, but not its value. */
export const describeSecret: Operation = {
  action: 'DescribeSecret',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const secretName = requiredText(parameters, 'SecretName');
    const withTags = optionalBoolean(parameters, 'FetchTags');
    const { state } = context.store;
    const secret = findSecretIn(state, context, secretName, 'kms:DescribeSecret');
    const { accountId, description, encryptionKeyId, instanceId } = secret;
    return {
      Arn: secretArn(accountId, secret.secretName),
      Description: description,
      ...(encryptionKeyId !== undefined && { EncryptionKeyId: encryptionKeyId }),
      ...(instanceId !== undefined && { DKMSInstanceId: instanceId }),
      ...secretSummary(secret, withTags),
    };
  },
};
