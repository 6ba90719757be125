import { exportDataKey, dataKeyLength, finishExport } from '../../../data-key/export.ts';
import { assertFitsAll } from '../../../data-key/recipient.ts';
import { reexportDataKey } from '../../../data-key/reexport.ts';
import { bindEncryptionContext } from '../../../documents/encryption-context.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { dataKeySize } from '../../shared/data-key-size.ts';
import type { PrepareLine } from './line.ts';
import { contextOf, required } from './line.ts';

/** A data key that an earlier run generated is not generated again: its exports are completed. */
export const prepareExport: PrepareLine = async (_, values, common) => {
  const { readers, session, heard } = common;
  const { io } = session;
  const keyId = parseKeyId(required(values.KeyId, 'KeyId', '--key-id'), 'KeyId');
  const { KeySpec: keySpec, NumberOfBytes: numberOfBytes } = values;
  const size = dataKeySize({ keySpec, numberOfBytes });
  const recipients = await readers.recipients(values);
  const given = contextOf(values.Context, 'new');
  const bound = values.Bind === true;
  if (bound) bindEncryptionContext(given, Buffer.alloc(16)); // its length is judged
  assertFitsAll(recipients, dataKeyLength(size));
  const plan = await readers.plan({ keyRegion: keyId.region });
  return async ({ generated, intent, keep, lost }) => {
    const kms = await readers.kms(plan);
    const now = (): Date => io.now();
    if (generated !== undefined) {
      const { Backup, Export } = generated;
      const [first, ...others] = recipients;
      const isSame = first.publicKey.fingerprint === Export.PublicKeyFingerprint;
      const document = await (isSame
        ? finishExport(Backup, Export, others, kms)
        : reexportDataKey(Backup, recipients, { kms, now }));
      return { ...document };
    }
    const context = bound ? bindEncryptionContext(given, io.randomBytes(16)) : given;
    await intent();
    const document = await exportDataKey(
      { keyId: keyId.text, recipients, size, context },
      {
        kms,
        now,
        onUnusable: lost,
        keepBackup: async (backup, first) => {
          await keep(
            backup,
            first,
            recipients.map(({ publicKey }) => publicKey.fingerprint),
          );
          await heard(kms);
        },
      },
    );
    return { ...document };
  };
};
