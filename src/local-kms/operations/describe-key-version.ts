import { findKey } from '../keys/key-lookup.ts';
import { keyVersionMetadata } from '../keys/key-metadata.ts';
import { requiredText } from '../request/read-parameter.ts';
import { refusal } from '../refusal.ts';
import type { Operation } from './operation.ts';

/** Shows what is known of a version of a KMS key, whatever the state of the key. */
export const describeKeyVersion: Operation = {
  action: 'DescribeKeyVersion',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const keyId = requiredText(parameters, 'KeyId');
    const keyVersionId = requiredText(parameters, 'KeyVersionId');
    const key = findKey(context, keyId, 'kms:DescribeKeyVersion');
    const version = key.versions.find((candidate) => candidate.keyVersionId === keyVersionId);
    if (version === undefined) throw refusal('Forbidden.KeyVersionNotFound');
    return { KeyVersion: keyVersionMetadata(key, version) };
  },
};
