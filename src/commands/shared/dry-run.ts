import { printResult } from '../../terminal/output/json-output.ts';
import { fact } from '../../terminal/output/view.ts';
import type { Session } from '../../terminal/session.ts';
import type { KmsClient } from '../../kms/types.ts';
import { warnOfRehearsal } from './rehearsal.ts';

/**
 * Prints that the calls would succeed.
 *
 * @param keyId - the KMS key, where it is known
 * @param notChecked - actions that could not be asked about
 */
export async function printDryRun(
  kms: KmsClient,
  keyId: string | undefined,
  notChecked: readonly string[],
  session: Session,
): Promise<void> {
  await warnOfRehearsal(kms, session);
  const result = {
    DryRun: true,
    WouldSucceed: true,
    NotChecked: [...new Set(notChecked)],
    ...(keyId !== undefined && { KeyId: keyId }),
    ...(kms.region !== undefined && { Region: kms.region }),
    Endpoint: kms.endpoint,
    ...(kms.isRehearsal && { Rehearsal: true }),
  };
  await printResult(result, session, () => ({
    verdict: 'Would succeed: KMS was asked, and nothing was made or written',
    blocks: [
      {
        rows: [
          ...(keyId === undefined ? [] : [fact('KMS key', keyId)]),
          fact('KMS', kms.endpoint),
          fact('checked', 'every input and output, and the permission'),
          ...(result.NotChecked.length === 0
            ? []
            : [fact('not checked', result.NotChecked.join(', '))]),
        ],
      },
    ],
  }));
}
