import { findKey } from '../keys/key-lookup.ts';
import { keyMetadata } from '../keys/key-metadata.ts';
import { requiredText } from '../request/read-parameter.ts';
import type { Operation } from './operation.ts';

/** Shows what is known of a KMS key, whatever its state. */
export const describeKey: Operation = {
  action: 'DescribeKey',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const key = findKey(context, requiredText(parameters, 'KeyId'), 'kms:DescribeKey');
    return { KeyMetadata: { ...keyMetadata(key), DeletionProtection: 'Disabled' } };
  },
};
