import { assertFitsAll } from '../../../data-key/recipient.ts';
import { reexportDataKey } from '../../../data-key/reexport.ts';
import type { PrepareLine } from './line.ts';
import { backupOf, contextOf, required } from './line.ts';

export const prepareReexport: PrepareLine = async (_, values, common) => {
  const { readers, session, heard } = common;
  const recipients = await readers.recipients(values);
  const context = contextOf(values.Context, 'repeated');
  const backup = await backupOf(required(values.In, 'In'), context, undefined, common);
  assertFitsAll(recipients, backup.known?.NumberOfBytes);
  return async () => {
    const kms = await readers.kms(backup.plan);
    const source = await backup.source(kms, backup.plan);
    assertFitsAll(recipients, source.NumberOfBytes);
    const document = await reexportDataKey(source, recipients, {
      kms,
      now: () => session.io.now(),
    });
    await heard(kms);
    return { ...document };
  };
};
