import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Io } from '../../../terminal/io.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import type { View } from '../../../terminal/output/view.ts';
import { optionOr, repeatable, suggestValues } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { parseExpectedCheckValue } from '../../../documents/key-check-value.ts';
import type { OpenableExport, VerifiableBackup } from '../../../data-key/verify/verify-backups.ts';
import { assertVerified } from '../../../data-key/verify/verify-backups.ts';
import { verifyKey } from '../../../data-key/verify/verify-key.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import { witnessCommands } from '../../../data-key/witness/witness.ts';
import { algorithmNames } from '../../../wrapping/algorithms.ts';
import type { OpenedBackup } from '../../shared/backup/backup-input.ts';
import { explainingFailures } from '../../shared/backup/backup-failures.ts';
import {
  checkValueMethodsOption,
  expectCheckValueOption,
  parseCheckValueMethods,
} from '../../shared/check-value-options.ts';
import { addConnectionOptions, parseSeconds } from '../../shared/connection/connection-options.ts';
import { exportBeside } from '../../shared/backup/export-beside.ts';
import type { Connections } from '../../shared/connection/connections.ts';
import { makeConnections } from '../../shared/connection/connections.ts';
import { addContextOptions, contextInput } from '../../shared/context-options.ts';
import { describe } from '../../shared/describe.ts';
import { addStoreOptions, assertStoreUsed } from '../../shared/store/store-options.ts';
import { assertRehearsalMatches, warnOfRehearsal } from '../../shared/rehearsal.ts';
import { addPassphraseOptions, assertOnePassphraseSource } from '../../shared/passphrase.ts';
import type { ModuleOptions } from '../../shared/module/module-options.ts';
import { addModuleOptions } from '../../shared/module/module-options.ts';
import type { PinOptions } from '../../shared/module/pin.ts';
import { addPinOptions, assertOnePinSource } from '../../shared/module/pin.ts';
import type { ExportOptions } from '../../shared/read-export.ts';
import { exportInputs, readExport, readPrivkey } from '../../shared/read-export.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { SeveralExports } from './openers.ts';
import { withOpeners } from './openers.ts';
import { assertProvable, proofLines } from './proof.ts';
import type { AgainstOptions } from './backups.ts';
import { readAgainst } from './backups.ts';
import { verifyView } from './view.ts';
import { printWithWitness, warnOfShortValues } from './result.ts';
import type { AskedBackup } from './witness.ts';
import { assertWitnessable, witnessRequest } from './witness.ts';

interface VerifyKeyOptions
  extends AgainstOptions, Omit<ExportOptions, 'privkey'>, ModuleOptions, PinOptions {
  readonly privkey: readonly string[];
  readonly proof?: string;
  readonly expectCheckValue: readonly string[];
  readonly checkValueMethods?: string;
  readonly witness: boolean;
}

/** `kmsx verify-key`: proves that backups and an export hold the same data key, and shows neither. */
export function defineVerifyKey(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Proves that backups and an export hold the same data key, and shows neither: the export is unwrapped here, KMS exports each backup to a one-time RSA key in memory, and both are compared.',
      'An export document among the backups is its CiphertextBlob, and its own export too where that was made for a --privkey. With several --privkey the export of each is opened, and all must hold the same data key.',
      'Prints Match, the key check values, and for each backup its CiphertextBlobFingerprint: jq -r .CiphertextBlob FILE | base64 -d | sha256sum. A mismatch prints "Match":false and exits 6; Match is left out where no backup differs and one could not be compared.',
    ].join(' '),
    examples: [
      [
        'the export and two backups',
        'kmsx verify-key --in export.json --privkey wrapping.pem --against backup.json --against vault/backup.json',
      ],
      [
        'the two ciphertexts of one export document',
        'kmsx verify-key --in export.json --privkey wrapping.pem --against export.json',
      ],
      [
        'a backup and what the HSM shows',
        'kmsx verify-key --against backup.json --expect-check-value label:00112233445566778899aabbccddeeff',
      ],
      [
        'the exports of two HSMs in one document, and a proof for later drills',
        'kmsx verify-key --in export.json --privkey a.pem --privkey b.pem --against backups/payments.json --proof proofs/payments.json',
      ],
      [
        'the same check with openssl and aliyun, for anyone who does not trust kmsx',
        'kmsx verify-key --in export.json --privkey wrapping.pem --against backup.json --witness | jq -r ".Witness[]"',
      ],
    ],
    exitCodes: [0, 2, 3, 4, 5, 6, 7],
  });
  command
    .addOption(
      optionOr(
        '--in <file>',
        'an export document, or a bare ExportedDataKey in base64; - is standard input',
        '- with --privkey',
      ),
    )
    .addOption(
      repeatable(
        '--privkey <file>',
        'the private half of the wrapping key, which opens the export; or pkcs11:… for one in a token; one for each recipient',
      ),
    )
    .addOption(
      suggestValues(
        optionOr(
          '--wrapping-algorithm <name>',
          'for a bare ExportedDataKey: how it was wrapped',
          'that of the document',
        ),
        algorithmNames(),
      ),
    )
    .addOption(
      repeatable(
        '--against <file>',
        'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input',
      ),
    )
    .addOption(
      expectCheckValueOption(
        'that every backup must have; instead of --in and --privkey, or in addition',
      ),
    )
    .addOption(checkValueMethodsOption())
    .option('--proof <file>', 'write a proof of the backups that match, for drill')
    .option('--witness', 'also print commands of openssl and aliyun that show the same', false);
  addContextOptions(command);
  addPassphraseOptions(command);
  addModuleOptions(command);
  addPinOptions(command);
  addStoreOptions(command);
  addConnectionOptions(command);
  command.action(async (options: VerifyKeyOptions) => {
    await runVerifyKey(options, createSession(command, io));
  });
}

async function runVerifyKey(options: VerifyKeyOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  assertComparable(options);
  assertProvable(options.against, options.proof);
  const shownCheckValues = parseCheckValueMethods(options.checkValueMethods);
  const checkValues = options.expectCheckValue.map(parseExpectedCheckValue);
  assertOnePassphraseSource(options);
  assertOnePinSource(options);
  assertOneStdin([
    ...options.privkey.flatMap((privkey, index) =>
      exportInputs({ ...options, privkey }).filter(
        ({ option }) => index === 0 || option === '--privkey',
      ),
    ),
    ...options.against.map((path) => ({ option: '--against', path })),
    ...contextInput(options),
  ]);
  const input = await readExports(options, session);
  const document = input?.envelope.kind === 'export' ? input.envelope.document : undefined;
  if (document !== undefined) oneTimeAlgorithm(document.NumberOfBytes);
  assertStoreUsed(options, options.against);
  const backups = await readAgainst(options, session);
  for (const { plan } of backups) {
    if (input !== undefined && document !== undefined) {
      assertRehearsalMatches(document, plan, input.label);
    }
  }
  assertWitnessable(options, backups);
  const connections = makeConnections(session);
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  const inputs = [...(input?.inputs ?? []), ...backups.flatMap((backup) => backup.inputs)];
  try {
    await withOutputs({ proof: proofRequest(options) }, inputs, session, async ({ proof }) => {
      await withOpeners(input, options, timeoutMs, session, async (openers) => {
        const { exported } = openers;
        const asked: AskedBackup[] = [];
        const { result, verification } = await verifyKey({
          ...openers,
          backups: backups.map((backup) => verifiable(backup, exported, connections, asked)),
          checkValues,
          shownCheckValues,
          isRehearsal: document?.Rehearsal === true,
        });
        await warnOfRehearsal(verification, session);
        for (const output of proof) {
          const lines = await proofLines(
            result,
            asked,
            { hasExport: exported.length > 0 },
            session.io,
          );
          if (lines !== undefined) await output.write(lines);
        }
        const view = (): View => verifyView(result, input?.label);
        if (options.witness) {
          const [opened] = exported;
          const witnessed = input && opened && { ...input, opened };
          const request = witnessRequest(options, witnessed, asked, checkValues, session.io);
          await printWithWitness(result, witnessCommands(request), view, session);
        } else {
          await printResult(result, session, view);
        }
        if (verification.match === true) await warnOfShortValues(checkValues, session);
        assertVerified(verification);
      });
    });
  } finally {
    await connections.close();
  }
}

/** The export document, and every private key that is to open its own export in it. */
async function readExports(
  options: VerifyKeyOptions,
  session: Session,
): Promise<SeveralExports | undefined> {
  const [privkey, ...others] = options.privkey;
  if (privkey === undefined) return undefined;
  const input = await readExport({ ...options, privkey }, 'export to verify', session);
  const privkeys = [input.privkey];
  for (const other of others) privkeys.push(await readPrivkey(other, session));
  const files = privkeys.flatMap((each) => ('bytes' in each ? [each] : []));
  return { ...input, inputs: [...input.inputs, ...files], privkeys };
}

function proofRequest({ proof }: VerifyKeyOptions): readonly OutputRequest[] {
  if (proof === undefined) return [];
  return [{ option: '--proof', path: proof, holds: 'document' }];
}

/** Two things must be there to compare: backups, and an export or a check value. */
function assertComparable(options: VerifyKeyOptions): void {
  const { against, privkey, expectCheckValue, in: input, wrappingAlgorithm } = options;
  if (against.length === 0) {
    throw kmsxError('bad-usage', 'at least one --against is needed: the backup to compare with');
  }
  if (privkey.length > 0) return;
  if (expectCheckValue.length === 0) {
    throw kmsxError(
      'bad-usage',
      '--privkey is needed to open the export, or --expect-check-value in its place',
    );
  }
  if (input !== undefined || wrappingAlgorithm !== undefined) {
    const option = input === undefined ? '--wrapping-algorithm' : '--in';
    throw kmsxError('bad-usage', `${option} needs --privkey, which opens the export`);
  }
}

function verifiable(
  backup: OpenedBackup,
  exported: readonly OpenableExport[],
  connections: Connections,
  asked: AskedBackup[],
): VerifiableBackup {
  const beside = exported.flatMap(({ privateKey }) => exportBeside(backup, privateKey) ?? []);
  return {
    label: backup.label,
    beside,
    kms: () => connections.kmsOf(backup.plan),
    source: async (kms) => {
      const source = await backup.source(kms);
      asked.push({ backup, source, kms, beside: beside[0] });
      return source;
    },
    explaining: (source, kms, work) =>
      explainingFailures({ source, label: backup.label, kms }, work),
  };
}
