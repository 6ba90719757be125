import { newDataKey } from '../encryption/data-key.ts';
import { exportDataKey, readRecipient } from '../encryption/recipient.ts';
import type { Operation } from './operation.ts';

/** Makes a data key and gives it out twice: under the KMS key and under the recipient's public key. */
export const generateAndExportDataKey: Operation = {
  action: 'GenerateAndExportDataKey',
  takesDryRun: true,
  onDedicatedGateway: true,
  run: (parameters, context) => {
    const recipient = readRecipient(parameters, context.publicKeys);
    const { dataKey, fields } = newDataKey(parameters, context, 'kms:GenerateAndExportDataKey');
    try {
      return { ...fields, ExportedDataKey: exportDataKey(recipient, dataKey, 'NumberOfBytes') };
    } finally {
      dataKey.fill(0);
    }
  },
};
