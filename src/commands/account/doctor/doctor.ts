import type { Command } from 'commander';
import { Option } from 'commander';
import { readFile } from 'node:fs/promises';
import type { KmsxError } from '../../../base/error.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import { repeatable, suggestValues } from '../../../terminal/options.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import type { Session } from '../../../terminal/session.ts';
import { parseKeyId } from '../../../kms/key-id.ts';
import { addConnectionOptions } from '../../shared/connection-options.ts';
import { addContextOptions, contextInput } from '../../shared/context-options.ts';
import { describe } from '../../shared/describe.ts';
import { withDeadline } from './deadline.ts';
import { Findings } from './check.ts';
import type { Finding } from './check.ts';
import type { DoctorOptions } from './examine.ts';
import { examine } from './examine.ts';
import { findingShower } from './show.ts';
import { DOCTOR_COMMANDS } from './subject.ts';
import { parseCommands } from '../../shared/policy-options.ts';
import { addRecipientOptions, checkRecipientOptions } from '../../shared/recipients.ts';
import { readBackupPlaces } from '../../shared/backup/backup-places.ts';
import { readLimits } from '../../shared/connection-options.ts';

/** `kmsx doctor`: checks what the commands that talk to KMS need. */
export function defineDoctor(command: Command, io: Io): void {
  describe(command, {
    text: 'Checks, in order, what export-key needs, or the commands of --for, and says what to mend: clock, credentials, the way to KMS, the key, permissions by dry run, public keys, outputs, and where this machine could leave a key behind. Asks KMS to do nothing and writes nothing. A table on a terminal, JSON Lines elsewhere. The exit code is that of the first failure.',
    examples: [
      [
        'before a ceremony',
        'kmsx doctor --key-id alias/payments --pubkey pub.pem --backup b.json --out e.json',
      ],
      [
        'whether a backup could be opened, by those who break the glass',
        'kmsx doctor --for recover-key --key-id alias/payments --in payments.backup.json',
      ],
      [
        'what is wrong, and nothing else',
        'kmsx doctor --key-id alias/payments | jq \'select(.Status == "fail")\'',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command.option('--key-id <id>', 'the KMS key: id, alias/NAME or ARN (env KMSX_KEY_ID)');
  addRecipientOptions(command);
  command.option(
    '--in <file>',
    'a backup or export document, or a bare CiphertextBlob: is opening it allowed? secret:NAME is kept in KMS; - is standard input',
  );
  addContextOptions(command);
  command
    .addOption(
      suggestValues(
        new Option(
          '--for <commands>',
          'what is to be run, separated by commas: other permissions are no failure',
        ).default('export-key'),
        DOCTOR_COMMANDS,
      ),
    )
    .addOption(repeatable('--backup <file>', 'where a backup would go: a file, or secret:NAME'))
    .option('--out <file>', 'where the export document would go');
  addConnectionOptions(command);
  command.action(async (options: DoctorOptions) => {
    await runDoctor(options, createSession(command, io));
  });
}

async function runDoctor(options: DoctorOptions, session: Session): Promise<void> {
  const { io } = session;
  assertSafeEnvironment(io);
  const limits = readLimits(options);
  const keyIdText = options.keyId ?? envValue(io.env, 'KMSX_KEY_ID');
  const keyId = keyIdText === undefined ? undefined : parseKeyId(keyIdText);
  if (options.pubkey.length > 0 || options.expectFingerprint.length > 0) {
    checkRecipientOptions(options);
  }
  const commands = parseCommands(options.for, DOCTOR_COMMANDS);
  const places = readBackupPlaces(options.backup);
  assertOneStdin([
    ...(options.in === undefined ? [] : [{ option: '--in', path: options.in }]),
    ...options.pubkey.map((path) => ({ option: '--pubkey', path })),
    ...contextInput(options),
  ]);
  const findings = new Findings(findingShower(session));
  await withDeadline(limits.deadlineMs, session, (bounded) =>
    examine(
      { options, limits, keyId, commands, places, readText: readSystemText },
      findings,
      bounded,
    ),
  );
  const { firstFailure } = findings;
  if (firstFailure !== undefined) throw conclusion(firstFailure, findings.count('fail'));
}

/** The first failure, as the command's own error. */
function conclusion({ check, message, error }: Finding, count: number): KmsxError {
  if (error === undefined) throw new TypeError('a failure has an error');
  const others = count === 1 ? '' : `; ${count} checks failed in all`;
  return error.with({ message: `${check}: ${message}${others}` });
}

/** What the system does not tell is unknown, whatever the reason. */
async function readSystemText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
