import type { Input } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { EncryptionContext } from '../../../documents/encryption-context.ts';
import type { PolicyCommand } from '../../../account/ram-policy.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import type { KeyIdentifier } from '../../../kms/key-id.ts';
import type { AttemptLimits } from '../../../kms/attempts.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { readBackupPlace } from '../../shared/backup/backup-input.ts';
import type { BackupPlaces } from '../../shared/backup/backup-places.ts';
import type { ConnectionOptions, ConnectionPlan } from '../../shared/connection-options.ts';
import type { ContextOptions } from '../../shared/context-options.ts';
import { readContext } from '../../shared/context-options.ts';
import { assertRehearsalMatches, warnOfRehearsal } from '../../shared/rehearsal.ts';
import type { RecipientOptions } from '../../shared/recipients.ts';
import { readRecipients } from '../../shared/recipients.ts';
import type { Findings, Outcome } from './check.ts';
import { notReached, outcomeOf } from './check.ts';
import { sayingWhyAborted } from './deadline.ts';
import { checkOutputs, checkPublicKeys, checkVersions } from './file-checks.ts';
import { checkInternetAccess } from './key-checks.ts';
import { checkKms } from './kms-checks.ts';
import { planForDoctor } from './plan.ts';
import type { ReadText } from './system-checks.ts';
import { checkCoreDumps, checkSwap } from './system-checks.ts';
import { goToKms } from './connection.ts';

export interface DoctorOptions extends ConnectionOptions, ContextOptions, RecipientOptions {
  readonly keyId?: string;
  readonly in?: string;
  readonly backup: readonly string[];
  readonly out?: string;
  readonly for: string;
}

/** What is to be examined: options that have been checked. */
export interface Examination {
  readonly options: DoctorOptions;
  readonly limits: AttemptLimits;
  readonly keyId: KeyIdentifier | undefined;
  readonly commands: readonly PolicyCommand[];
  readonly places: BackupPlaces;
  readonly readText: ReadText;
}

/** What was read before anybody is asked. */
interface Readings {
  readonly context: EncryptionContext | undefined;
  readonly recipients: Outcome<readonly Recipient[]> | undefined;
  readonly backup: Outcome<BackupAtPlace> | undefined;
  /** Every file that was read: no output may become one. */
  readonly inputs: readonly Pick<Input, 'fileId'>[];
}

/**
 * Makes every check, in order, and adds what it finds. The way to KMS is tried before the clock is told, which only
 * an answer can tell.
 *
 * @throws KmsxError `bad-usage`, `options-conflict`, `context-malformed`: what is wrong with the options themselves
 */
export async function examine(
  examination: Examination,
  findings: Findings,
  session: Session,
): Promise<void> {
  const { options, keyId, commands, places, limits, readText } = examination;
  const { context, recipients, backup, inputs } = await readFiles(options, session);
  const documentRegion = backup?.ok === true ? backup.value.known?.Region : undefined;
  const known = { keyRegion: keyId?.region, documentRegion };
  const planned = await planForDoctor(options, known, session);
  const { plan } = planned;

  await findings.add('versions', () => checkVersions(session.io.nodeVersion));
  const way = await goToKms({ ...planned, limits, profile: options.profile }, findings, session);
  try {
    const { gateway, kms } = way;
    const key = await checkKms(
      {
        ...{ plan, gateway, kms, keyId, context, commands },
        ...{ blocked: way.blocked, now: session.io.now() },
        recipients: recipients?.ok === true ? recipients.value : [],
        backup: await matching(backup, plan),
      },
      findings,
    );
    await findings.add('public-key', () => checkPublicKeys(recipients, options.pubkey));
    await findings.add('internet-access', () =>
      gateway === undefined
        ? notReached('there is no gateway')
        : checkInternetAccess(gateway, keyId?.text, key),
    );
    const outputs = {
      ...{ places, plan, out: options.out },
      inputs: [...inputs, ...(plan?.inputs ?? [])],
      kms: findings.hasFailed('signature') ? undefined : kms,
    };
    await findings.add('outputs', () =>
      sayingWhyAborted(session.io.signal, () => checkOutputs(outputs, session)),
    );
    await findings.add('core-dumps', () => checkCoreDumps(readText));
    await findings.add('swap', () => checkSwap(readText));
    if (kms !== undefined) await warnOfRehearsal(kms, session);
  } finally {
    await way.close();
  }
}

/** Reads what the options name; what is wrong with a file is found by its check. */
async function readFiles(options: DoctorOptions, session: Session): Promise<Readings> {
  const { in: place, pubkey } = options;
  const use = place === undefined ? 'new' : 'repeated';
  const { context, inputs: contextInputs } = await readContext(options, session, use);
  const keys =
    pubkey.length === 0 ? undefined : await outcomeOf(() => readRecipients(options, session));
  const backup =
    place === undefined
      ? undefined
      : await outcomeOf(() => readBackupPlace(place, context, session));
  const inputs = [
    ...contextInputs,
    ...(keys?.ok === true ? keys.value.inputs : []),
    ...(backup?.ok === true ? backup.value.inputs : []),
  ];
  const recipients = keys?.ok === true ? { ok: true as const, value: keys.value.recipients } : keys;
  return { context, recipients, backup, inputs };
}

/** A rehearsal's backup and a real gateway, or the other way round, do not go together. */
async function matching(
  backup: Readings['backup'],
  plan: ConnectionPlan | undefined,
): Promise<Readings['backup']> {
  if (backup?.ok !== true || plan === undefined) return backup;
  return await outcomeOf(() => {
    const { known, label } = backup.value;
    if (known !== undefined) assertRehearsalMatches(known, plan, label);
    return backup.value;
  });
}
