import type { PolicyCommand } from '../../../account/command-permissions.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import type { BackupPlaces } from '../../shared/backup/backup-places.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { Finding, Result } from './check.ts';
import { Findings, notReached } from './check.ts';
import { openConnection } from './connection.ts';
import { sayingWhyAborted } from './deadline.ts';
import { checkOutputs, checkPublicKeys } from './file-checks.ts';
import { checkInternetAccess } from './key-checks.ts';
import { checkKms } from './kms-checks.ts';
import type { ConnectionRequest } from './plan.ts';
import type { ReadText } from './system-checks.ts';
import { checkCoreDumps, checkSwap, checkVersions } from './system-checks.ts';

/** What is to be checked. What could not be read is the failure of a check. */
export interface Examination {
  readonly connection: ConnectionRequest;
  readonly keyId: KeyIdentifier | undefined;
  readonly commands: readonly PolicyCommand[];
  readonly context: EncryptionContext | undefined;
  /** The public keys, if there are any, and the paths of their files. */
  readonly recipients: Result<readonly Recipient[]> | undefined;
  readonly pubkeyPaths: readonly string[];
  readonly backup: Result<BackupAtPlace> | undefined;
  /** Every file that was read: no output may be one of them. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
  readonly places: BackupPlaces;
  readonly storeOptions: StoreOptions;
  /** Where the export document would go. */
  readonly out: string | undefined;
  readonly readText: ReadText;
}

/**
 * Makes every check, in order.
 *
 * @param show - gets each finding as soon as it is there
 * @returns the failures
 */
export async function examine(
  examination: Examination,
  show: (finding: Finding) => Promise<void>,
  session: Session,
): Promise<readonly Finding[]> {
  const { keyId, recipients, places, storeOptions, out, inputs, readText } = examination;
  const { plan } = examination.connection;
  const findings = new Findings(show);
  await findings.add('versions', () => checkVersions(session.io.nodeVersion));
  const connection = await openConnection(examination.connection, findings, session);
  try {
    const { gateway, access } = connection;
    const subject = {
      ...examination,
      now: session.io.now(),
      recipients: recipients?.ok === true ? recipients.value : [],
    };
    const key = await checkKms(subject, connection, findings);
    await findings.add('public-key', () => checkPublicKeys(recipients, examination.pubkeyPaths));
    await findings.add('internet-access', () =>
      gateway === undefined
        ? notReached('there is no gateway')
        : checkInternetAccess(gateway, keyId?.text, key),
    );
    const kms = findings.hasFailed('signature') ? undefined : access?.kms;
    await findings.add('outputs', () =>
      sayingWhyAborted(session.io.signal, () =>
        checkOutputs({ places, storeOptions, out, inputs, plan, kms }, session),
      ),
    );
    await findings.add('core-dumps', () => checkCoreDumps(readText));
    await findings.add('swap', () => checkSwap(readText));
    if (access !== undefined) await warnOfRehearsal(access.kms, session);
  } finally {
    await connection.close();
  }
  return findings.failures;
}
