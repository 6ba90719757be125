import { newDataKey } from '../encryption/data-key.ts';
import type { Operation } from './operation.ts';

/** Makes a data key and gives it out in the clear and under the KMS key. */
export const generateDataKey: Operation = {
  action: 'GenerateDataKey',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const { dataKey, fields } = newDataKey(parameters, context, 'kms:GenerateDataKey');
    const plaintext = dataKey.toString('base64');
    dataKey.fill(0);
    return { ...fields, Plaintext: plaintext };
  },
};
