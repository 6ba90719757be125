import { newDataKey } from '../encryption/data-key.ts';
import type { Operation } from './operation.ts';

/** Makes a data key and gives it out under the KMS key only. */
export const generateDataKeyWithoutPlaintext: Operation = {
  action: 'GenerateDataKeyWithoutPlaintext',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const { dataKey, fields } = newDataKey(
      parameters,
      context,
      'kms:GenerateDataKeyWithoutPlaintext',
    );
    dataKey.fill(0);
    return fields;
  },
};
