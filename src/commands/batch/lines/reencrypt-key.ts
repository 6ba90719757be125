import type { BackupSource } from '../../../data-key/backup-source.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import { assertKeepsBinding, reencryptDataKey } from '../../../data-key/reencrypt/reencrypt.ts';
import type { ReencryptRequest } from '../../../data-key/reencrypt/request.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { assertHasReEncrypt } from '../../shared/backup/backup-places.ts';
import { assertOneRegion } from '../../shared/connection/key-region.ts';
import type { PrepareLine } from './line.ts';
import { backupOf, contextOf, required } from './line.ts';

export const prepareReencrypt: PrepareLine = async (_, values, common) => {
  const { readers, session, options, oneTimeKey, heard } = common;
  const destination = parseKeyId(required(values.ToKeyId, 'ToKeyId', '--to-key-id'), 'ToKeyId');
  const context = contextOf(values.Context, 'repeated');
  const place = required(values.In, 'In');
  const backup = await backupOf(place, context, destination.region, common);
  const { known, plan, label } = backup;
  assertOneRegion([destination], { ...options, documentRegion: known?.Region });
  assertHasReEncrypt(plan);
  const toContext = contextOf(values.ToContext, 'repeated');
  const requestOf = (source: BackupSource): ReencryptRequest => {
    const isOther = values.ToContext !== undefined;
    if (isOther) assertKeepsBinding(source.EncryptionContext, toContext, label);
    const destinationContext = isOther ? toContext : source.EncryptionContext;
    return { source, destination, destinationContext, expected: [] };
  };
  if (known !== undefined) {
    oneTimeAlgorithm(known.NumberOfBytes);
    requestOf(known);
  }
  return async () => {
    const kms = await readers.kms(plan);
    const made = await reencryptDataKey(requestOf(await backup.source(kms, plan)), {
      kms,
      now: () => session.io.now(),
      oneTimeKey: await oneTimeKey(),
    });
    await heard(kms);
    return { ...made.document };
  };
};
