import { findKey } from '../key-lookup.ts';
import { keyMetadata } from '../key-metadata.ts';
import { requiredText } from '../read-parameter.ts';
import type { Operation } from './operation.ts';

/** Shows what is known of a KMS key, whatever its state. */
export const describeKey: Operation = {
  action: 'DescribeKey',
  takesDryRun: false,
  run: (parameters, { store: { state } }) => {
    const key = findKey(state, requiredText(parameters, 'KeyId'));
    return { KeyMetadata: { ...keyMetadata(state, key), DeletionProtection: 'Disabled' } };
  },
};
