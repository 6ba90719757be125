import { usingSecret } from '../../../base/bytes/secret-bytes.ts';
import { findExport } from '../../../data-key/find-export.ts';
import { unwrapDataKey } from '../../../data-key/unwrap.ts';
import {
  assertCheckValues,
  keyCheckValues,
  parseExpectedCheckValue,
} from '../../../documents/key-check-value.ts';
import { parseCheckValueMethods } from '../../shared/check-value-options.ts';
import { readLineExport } from './line-export.ts';
import type { PrepareLine } from './line.ts';
import { required } from './line.ts';

export const prepareUnwrap: PrepareLine = async (name, values, common) => {
  const { options, readers, keys, heard } = common;
  const methods = parseCheckValueMethods(options.checkValueMethods);
  const expected = (values.ExpectCheckValue ?? []).map(parseExpectedCheckValue);
  const { envelope, algorithm, label } = await readLineExport(
    required(values.In, 'In'),
    'export to unwrap',
    common,
  );
  const key = await readers.privateKey(required(values.Privkey, 'Privkey', '--privkey'));
  const wrapped = findExport(envelope, algorithm, key, label);
  const isRehearsal = envelope.kind === 'export' && envelope.document.Rehearsal === true;
  return async () => {
    await heard({ isRehearsal });
    return await usingSecret(await unwrapDataKey(wrapped, key), async (dataKey) => {
      assertCheckValues(dataKey.bytes, expected);
      await keys?.write(name, dataKey);
      return {
        KeyCheckValues: keyCheckValues(dataKey.bytes, methods),
        NumberOfBytes: dataKey.length,
        ...(isRehearsal && { Rehearsal: true }),
      };
    });
  };
};
