import { kmsxError } from '../../base/error.ts';
import { assertKeyHasCheckValues } from '../../data-key/comparable-key.ts';
import { findExport } from '../../data-key/find-export.ts';
import { openerInToken } from '../../data-key/token/openers.ts';
import type { TokenKeyUri } from '../../hsm/token-uri.ts';
import type { Session } from '../../terminal/session.ts';
import { parseSeconds } from '../shared/connection/connection-options.ts';
import type { DataKeyOutputPlan } from '../shared/data-key/data-key-output.ts';
import type { ModuleOptions } from '../shared/module/module-options.ts';
import type { PinOptions } from '../shared/module/pin.ts';
import { checkValueView } from '../shared/data-key/data-key-view.ts';
import { withTokenKey } from '../shared/module/token-keys.ts';
import type { ExportInput } from '../shared/read-export.ts';
import { warnOfRehearsedExport } from '../shared/rehearsal.ts';
import { withOutputs, writeReport } from '../shared/with-outputs.ts';

/**
 * Unwraps an export in the token that has the private key, and writes the check values that the token computes. The data
 * key stays there, and is gone when the command ends.
 *
 * @throws KmsxError `bad-usage` without `--check-value-only`; those of modules and tokens; `check-value-mismatch`
 */
export async function checkInToken(
  { options: { checkValueOnly, out: path }, methods, expected, split }: DataKeyOutputPlan,
  { privkey, envelope, algorithm, label, inputs }: ExportInput<TokenKeyUri>,
  options: ModuleOptions & PinOptions & { readonly timeout: string },
  session: Session,
): Promise<void> {
  if (!checkValueOnly || split !== undefined) {
    throw kmsxError('bad-usage', 'a data key that is unwrapped in a token does not leave it', {
      hints: [
        'give --check-value-only to see its check values; kmsx import-key keeps it in the token',
      ],
    });
  }
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  const requests = { out: { option: '--out', path, holds: 'document' } } as const;
  await withOutputs(requests, inputs, session, ({ out }) =>
    withTokenKey(options, timeoutMs, privkey, session, async (key) => {
      const opener = openerInToken(key);
      const wrapped = findExport(envelope, algorithm, opener, label);
      await warnOfRehearsedExport(envelope, label, session);
      const dataKey = await opener.open(wrapped);
      assertKeyHasCheckValues(dataKey, expected);
      const { length } = dataKey;
      const checkValues = dataKey.checkValues(methods);
      const report = {
        KeyCheckValues: checkValues,
        ...(length !== undefined && { NumberOfBytes: length }),
      };
      const done = `Unwrapped the data key of ${label} in the token, where it stays`;
      await writeReport(report, out, session, () =>
        checkValueView({ done, length, checkValues, expected }, out),
      );
    }),
  );
}
