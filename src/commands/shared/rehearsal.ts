import { kmsxError } from '../../base/error.ts';
import type { Envelope } from '../../documents/read-document.ts';
import type { Session } from '../../terminal/session.ts';
import type { KmsClient } from '../../kms/types.ts';
import type { ConnectionPlan } from './connection/connection-options.ts';

/**
 * Refuses to mix rehearsals and reality: a rehearsal's document with a gateway of Alibaba Cloud, and a real
 * one with the embedded KMS. With `--endpoint` it is the caller who decides.
 *
 * @throws KmsxError `rehearsal-mixed`
 */
export function assertRehearsalMatches(
  document: { readonly Rehearsal?: true | undefined; readonly Region?: string | undefined },
  { gateway }: ConnectionPlan,
  label: string,
): void {
  const { kind } = gateway;
  if (kind === 'endpoint') return;
  const isRehearsal = document.Rehearsal === true;
  if (isRehearsal && kind !== 'local') {
    throw kmsxError('rehearsal-mixed', `${label} is from a rehearsal, and the gateway is real`);
  }
  if (!isRehearsal && kind === 'local' && document.Region !== undefined) {
    throw kmsxError(
      'rehearsal-mixed',
      `${label} is not from a rehearsal, and the gateway is the embedded KMS`,
    );
  }
}

/** Says on stderr that an answer came from the embedded KMS, `--quiet` or not. */
export async function warnOfRehearsal(
  { isRehearsal }: Pick<KmsClient, 'isRehearsal'>,
  { reporter }: Session,
): Promise<void> {
  if (!isRehearsal) return;
  await reporter.warnOfRehearsal(
    'this is a rehearsal: the embedded KMS answered, not Alibaba Cloud',
  );
}

/** Says on stderr that the embedded KMS made the data key of an export, `--quiet` or not. */
export async function warnOfRehearsedExport(
  envelope: Envelope,
  label: string,
  { reporter }: Session,
): Promise<void> {
  if (envelope.kind !== 'export' || envelope.document.Rehearsal !== true) return;
  await reporter.warnOfRehearsal(`${label} is from a rehearsal: the embedded KMS made this key`);
}
