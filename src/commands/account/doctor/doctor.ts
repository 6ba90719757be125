import type { Command } from 'commander';
import { envValue } from '../../../base/env.ts';
import type { KmsxError } from '../../../base/error.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import type { AttemptLimits } from '../../../kms/attempts.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { repeatable } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { BackupAtPlace } from '../../shared/backup/backup-input.ts';
import { readBackupPlace, readStoredBy } from '../../shared/backup/backup-input.ts';
import { readBackupPlaces } from '../../shared/backup/backup-places.ts';
import type {
  ConnectionOptions,
  ConnectionPlan,
} from '../../shared/connection/connection-options.ts';
import { addConnectionOptions, readLimits } from '../../shared/connection/connection-options.ts';
import type { ContextOptions } from '../../shared/context-options.ts';
import { addContextOptions, contextInput, readContext } from '../../shared/context-options.ts';
import { describe } from '../../shared/describe.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import { addStoreOptions, assertStoreUsed } from '../../shared/store/store-options.ts';
import { assertRehearsalMatches } from '../../shared/rehearsal.ts';
import type { RecipientOptions } from '../../shared/recipients.ts';
import {
  addRecipientOptions,
  checkRecipientOptions,
  readRecipients,
} from '../../shared/recipients.ts';
import { forOption, parseCommands } from '../for-option.ts';
import type { Finding, Result } from './check.ts';
import { resultOf } from './check.ts';
import { withDeadline } from './deadline.ts';
import type { Examination } from './examine.ts';
import { examine } from './examine.ts';
import { DOCTOR_COMMANDS } from './permission-check.ts';
import { planForDoctor } from './plan.ts';
import { findingShower } from './show.ts';
import { readSystemText } from './system-checks.ts';

interface DoctorOptions extends ConnectionOptions, ContextOptions, RecipientOptions, StoreOptions {
  readonly keyId?: string;
  readonly in?: string;
  readonly backup: readonly string[];
  readonly out?: string;
  readonly for: string;
}

/** `kmsx doctor`: checks what the commands that talk to KMS need. */
export function defineDoctor(command: Command, io: Io): void {
  describe(command, {
    text: 'Checks, in order, what export-key needs, or the commands of --for, and says how to fix what fails: clock, credentials, the route to KMS, the key, permissions by dry run, public keys, outputs, and where this machine could leave a key behind. Changes nothing in KMS and writes nothing. A table on a terminal, JSON Lines elsewhere. The exit code is that of the first failure.',
    examples: [
      [
        'before a ceremony',
        'kmsx doctor --key-id alias/payments --pubkey pub.pem --backup b.json --out e.json',
      ],
      [
        'whether a backup could be opened in an emergency',
        'kmsx doctor --for recover-key --key-id alias/payments --in payments.backup.json',
      ],
      ['failures only', 'kmsx doctor --key-id alias/payments | jq \'select(.Status == "fail")\''],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command.option('--key-id <id>', 'the KMS key: id, alias/NAME or ARN (env KMSX_KEY_ID)');
  addRecipientOptions(command);
  command.option(
    '--in <file>',
    'a backup or export document, or a bare CiphertextBlob: is opening it allowed? store:NAME is in a database, secret:NAME in KMS; - is standard input',
  );
  addContextOptions(command);
  command
    .addOption(
      forOption(
        'the commands to run, separated by commas: other missing permissions only cause a warning',
        DOCTOR_COMMANDS,
      ),
    )
    .addOption(
      repeatable('--backup <file>', 'where a backup would go: a file, store:NAME or secret:NAME'),
    )
    .option('--out <file>', 'where the export document would go');
  addStoreOptions(command);
  addConnectionOptions(command);
  command.action(async (options: DoctorOptions) => {
    await runDoctor(options, createSession(command, io));
  });
}

async function runDoctor(options: DoctorOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const values = readOptions(options, session.io);
  const failures = await withDeadline(values.limits.deadlineMs, session, async (bounded) => {
    const read = await readFiles(options, values.keyId?.region, bounded);
    const examination = {
      ...values,
      ...read,
      out: options.out,
      storeOptions: options,
      readText: readSystemText,
    };
    const shower = findingShower(values.commands, session);
    const found = await examine(examination, shower.show, bounded);
    await shower.end();
    return found;
  });
  const [first] = failures;
  if (first !== undefined) throw conclusion(first, failures.length);
}

/** What the options say, checked before any file is read. */
function readOptions(
  options: DoctorOptions,
  io: Io,
): Pick<Examination, 'keyId' | 'commands' | 'places' | 'pubkeyPaths'> & {
  readonly limits: AttemptLimits;
} {
  const limits = readLimits(options);
  const keyIdText = options.keyId ?? envValue(io.env, 'KMSX_KEY_ID');
  const keyId = keyIdText === undefined ? undefined : parseKeyId(keyIdText);
  if (options.pubkey.length > 0 || options.expectFingerprint.length > 0) {
    checkRecipientOptions(options);
  }
  const commands = parseCommands(options.for, DOCTOR_COMMANDS);
  const places = readBackupPlaces(options.backup);
  assertStoreUsed(options, [options.in ?? '', ...options.backup]);
  assertOneStdin([
    ...(options.in === undefined ? [] : [{ option: '--in', path: options.in }]),
    ...options.pubkey.map((path) => ({ option: '--pubkey', path })),
    ...contextInput(options),
  ]);
  return { limits, keyId, commands, places, pubkeyPaths: options.pubkey };
}

/**
 * Reads what the options name, and plans the connection. What is wrong with a file is found by its check.
 *
 * @throws KmsxError `bad-usage`, `options-conflict`, `context-malformed`: what is wrong with the options themselves
 */
async function readFiles(
  options: DoctorOptions,
  keyRegion: string | undefined,
  session: Session,
): Promise<Pick<Examination, 'connection' | 'context' | 'recipients' | 'backup' | 'inputs'>> {
  const { in: place, pubkey } = options;
  const use = place === undefined ? 'new' : 'repeated';
  const { context, inputs } = await readContext(options, session, use);
  const keys =
    pubkey.length === 0 ? undefined : await resultOf(() => readRecipients(options, session));
  const backup =
    place === undefined
      ? undefined
      : await resultOf(() =>
          readBackupPlace(place, context, readStoredBy(options, session), session),
        );
  const documentRegion = backup?.ok === true ? backup.value.known?.Region : undefined;
  const connection = await planForDoctor(options, { keyRegion, documentRegion }, session);
  const { plan } = connection;
  return {
    connection,
    context,
    recipients: keys?.ok === true ? { ok: true, value: keys.value.recipients } : keys,
    backup: backup && (await matching(backup, plan)),
    inputs: [
      ...inputs,
      ...(keys?.ok === true ? keys.value.inputs : []),
      ...(backup?.ok === true ? backup.value.inputs : []),
      ...(plan?.inputs ?? []),
    ],
  };
}

/** A rehearsal's backup and a real gateway do not go together, nor the other way round. */
async function matching(
  backup: Result<BackupAtPlace>,
  plan: ConnectionPlan | undefined,
): Promise<Result<BackupAtPlace>> {
  if (!backup.ok || plan === undefined) return backup;
  return await resultOf(() => {
    const { known, label } = backup.value;
    if (known !== undefined) assertRehearsalMatches(known, plan, label);
    return backup.value;
  });
}

/** The first failure, as the command's own error. */
function conclusion({ check, message, error }: Finding, count: number): KmsxError {
  if (error === undefined) throw new TypeError('a failure has an error');
  const others = count === 1 ? '' : `; ${count} checks failed in all`;
  return error.with({ message: `${check}: ${message}${others}` });
}
