import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { hasCode, kmsxError } from '../../base/error.ts';
import type { ImportTarget } from '../../data-key/token/import.ts';
import { importDataKey } from '../../data-key/token/import.ts';
import { exportIn, findExport } from '../../data-key/find-export.ts';
import { envelopeFingerprint } from '../../documents/envelope-fingerprint.ts';
import type { ImportDocument, ImportEntry } from '../../documents/import-document.ts';
import { toImportDocument } from '../../documents/import-document.ts';
import { parseExpectedCheckValue } from '../../documents/key-check-value.ts';
import type { Envelope } from '../../documents/read-document.ts';
import { readEnvelope } from '../../documents/read-document.ts';
import { parseTokenKeyUri } from '../../hsm/token-uri.ts';
import type { InputRequest } from '../../terminal/files/inputs.ts';
import { assertOneStdin, readInput } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { optionOr, repeatable, suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import {
  assertTakesKeySpec,
  findWrappingAlgorithm,
  algorithmNames,
} from '../../wrapping/algorithms.ts';
import {
  checkValueMethodsOption,
  expectCheckValueOption,
  parseCheckValueMethods,
} from '../shared/check-value-options.ts';
import { parseSeconds } from '../shared/connection/connection-options.ts';
import { describe } from '../shared/describe.ts';
import type { ModuleOptions } from '../shared/module/module-options.ts';
import type { RunningModule } from '../shared/module/with-module.ts';
import { addModuleOptions } from '../shared/module/module-options.ts';
import { withModule } from '../shared/module/with-module.ts';
import { parseObjectId, parseObjectLabel } from '../shared/module/object-name.ts';
import type { PinOptions } from '../shared/module/pin.ts';
import { addPinOptions, assertOnePinSource, pinFileIds, pinInput } from '../shared/module/pin.ts';
import { withTokenKeys } from '../shared/module/token-keys.ts';
import { importView } from './import-view.ts';
import { nextCommand } from '../shared/view/next-command.ts';
import { withOutputs, writeReport } from '../shared/with-outputs.ts';
import { explainingWrongFile } from '../shared/wrong-file/wrong-file.ts';

interface ImportKeyOptions extends ModuleOptions, PinOptions {
  readonly privkey: readonly string[];
  readonly label: string;
  readonly id?: string;
  readonly in: string;
  readonly out: string;
  readonly wrappingAlgorithm?: string;
  readonly expectCheckValue: readonly string[];
  readonly checkValueMethods?: string;
  readonly rehearsal: boolean;
  readonly timeout: string;
}

/** How many bytes of the SHA-256 of a CiphertextBlob make the id of the imported key: some modules take no more. */
const ID_BYTES = 16;

/** `kmsx import-key`: imports a data key into the tokens that hold the private half of its wrapping keys. */
export function defineImportKey(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Imports an exported data key into the token that holds the private half of its wrapping key (PKCS#11, C_UnwrapKey): sensitive, not extractable, never outside the token.',
      'It is unwrapped as an object of the session first; its check values are computed in the token and compared; only then is it kept, and found again. An object that is there already is never replaced: the same key, imported by an earlier run, is reported as it is.',
    ].join(' '),
    examples: [
      [
        'import an export, and compare the check value that was read aloud',
        "kmsx import-key --module /usr/lib/softhsm/libsofthsm2.so --privkey 'pkcs11:token=payments;object=wrapping' --label payments-2026 --in export.json --expect-check-value label:…",
      ],
      [
        'into two tokens of a cluster',
        "kmsx import-key --privkey 'pkcs11:token=hsm-1;object=wrapping' --privkey 'pkcs11:token=hsm-2;object=wrapping' --label payments-2026 --in export.json --pin-file pin.txt",
      ],
    ],
    exitCodes: [0, 2, 3, 6, 7],
  });
  command
    .addOption(
      repeatable('--privkey <uri>', 'the private half in a token: pkcs11:token=…;object=…'),
    )
    .requiredOption('--label <name>', 'the label of the data key in the token')
    .addOption(
      optionOr('--id <hex>', 'its id', 'the beginning of the SHA-256 of the CiphertextBlob'),
    )
    .option(
      '--in <file>',
      'an export document, or a bare ExportedDataKey in base64; - is standard input',
      '-',
    )
    .option('--out <file>', 'where the report goes; - is standard output', '-')
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
    .addOption(expectCheckValueOption())
    .addOption(checkValueMethodsOption())
    .option('--rehearsal', 'import the data key of a rehearsal', false)
    .option('--timeout <seconds>', 'for one call to the module', '30');
  addModuleOptions(command);
  addPinOptions(command);
  command.action(async (options: ImportKeyOptions) => {
    await runImportKey(options, createSession(command, io));
  });
}

async function runImportKey(options: ImportKeyOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  const uris = options.privkey.map(parseTokenKeyUri);
  if (uris.length === 0) throw kmsxError('bad-usage', 'at least one --privkey is needed');
  const name = {
    label: parseObjectLabel('--label', options.label),
    id: options.id === undefined ? undefined : parseObjectId('--id', options.id),
  };
  const checkValues = options.expectCheckValue.map(parseExpectedCheckValue);
  const shown = parseCheckValueMethods(options.checkValueMethods);
  const algorithm = readAlgorithm(options.wrappingAlgorithm);
  assertOnePinSource(options);
  assertOneStdin(importInputs(options));
  const input = await readInput(options.in, 'an export document', io, reporter);
  const envelope = await explainingWrongFile(input, 'export to unwrap', io, () => {
    const read = readEnvelope(input.bytes, input.label);
    exportIn(read, input.label);
    return read;
  });
  await assertRehearsal(envelope, options, input.label, session);
  const id = name.id ?? defaultId(envelope);
  const request = { option: '--out', path: options.out, holds: 'document' } as const;
  const inputs = [input, ...(await pinFileIds(options, session))];
  await withOutputs({ report: request }, inputs, session, async ({ report }) => {
    const imported = await withModule(options, timeoutMs, session, async (module) => {
      const entries = await withTokenKeys(module.call, uris, true, options, session, (keys) => {
        const targets = keys.map((key): ImportTarget => {
          const { fingerprint, modulusBits = 0 } = key.publicKey;
          const recipient = { fingerprint, wrappedBytes: Math.ceil(modulusBits / 8) };
          const wrapped = findExport(envelope, algorithm, recipient, input.label);
          return { key, wrapped, name: { label: name.label, id } };
        });
        return explaining(options, envelope, () => importDataKey(targets, { checkValues, shown }));
      });
      return toDocument(envelope, entries, module, io);
    });
    for (const { AlreadyThere, Token, Label } of imported.Imports) {
      if (AlreadyThere !== true) continue;
      await reporter.note(`${Token} has ${Label} already, with these check values: left as it is`);
    }
    await writeReport(imported, report, session, () => importView(imported, report));
  });
}

/** Where a token does not take the algorithm of the export, the hint is the command that makes one that it takes. */
async function explaining<T>(
  options: ImportKeyOptions,
  envelope: Envelope,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'token-cannot-unwrap') || error.details.takes.length === 0) throw error;
    const isRehearsal = envelope.kind === 'export' && envelope.document.Rehearsal === true;
    const own = [
      ['--in', options.in === '-' || envelope.kind === 'bare' ? 'BACKUP' : options.in],
      ['--for-token', options.privkey[0]],
      ['--gateway', isRehearsal ? 'local' : undefined],
      ['--out', 'new.export.json'],
    ] as const;
    const command = nextCommand(['reexport-key'], own, options, []);
    throw error.with({ hints: [`make an export that it takes: ${command}`] });
  }
}

function importInputs(options: ImportKeyOptions): InputRequest[] {
  return [{ option: '--in', path: options.in }, ...pinInput(options)];
}

function readAlgorithm(name: string | undefined): WrappingAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = findWrappingAlgorithm(name);
  assertTakesKeySpec(algorithm, 'RSA_2048', 'the key in the token');
  return algorithm;
}

/** The same for each run with this data key, so that an interrupted one is recognised. */
function defaultId(envelope: Envelope): Buffer {
  const base64 = ciphertextOf(envelope) ?? exportedOf(envelope);
  return createHash('sha256').update(base64, 'base64').digest().subarray(0, ID_BYTES);
}

function ciphertextOf(envelope: Envelope): string | undefined {
  if (envelope.kind === 'answer') return envelope.answer.CiphertextBlob;
  return envelope.kind === 'bare' ? undefined : envelope.document.CiphertextBlob;
}

function exportedOf(envelope: Envelope): string {
  const held = exportIn(envelope, '--in');
  return typeof held === 'string' ? held : held.ExportedDataKey;
}

async function assertRehearsal(
  envelope: Envelope,
  { rehearsal }: ImportKeyOptions,
  label: string,
  { reporter }: Session,
): Promise<void> {
  if (envelope.kind !== 'export') return;
  const isRehearsal = envelope.document.Rehearsal === true;
  if (isRehearsal !== rehearsal) {
    throw kmsxError(
      'rehearsal-mixed',
      isRehearsal
        ? `${label} is from a rehearsal: the embedded KMS made this key`
        : `${label} is not from a rehearsal, and --rehearsal is given`,
      {
        hints: [
          isRehearsal
            ? 'give --rehearsal to import it all the same, into a token for practice'
            : 'leave out --rehearsal',
        ],
      },
    );
  }
  if (isRehearsal)
    await reporter.warnOfRehearsal('this is a rehearsal: the embedded KMS made this key');
}

function toDocument(
  envelope: Envelope,
  entries: readonly ImportEntry[],
  { info }: RunningModule,
  io: Io,
): ImportDocument {
  const blob = ciphertextOf(envelope);
  const document = envelope.kind === 'export' ? envelope.document : undefined;
  return toImportDocument({
    Imports: entries,
    NumberOfBytes: document?.NumberOfBytes,
    KeyId: document?.KeyId,
    KeyVersionId: document?.KeyVersionId,
    DataKeyId: document?.DataKeyId,
    CiphertextBlobFingerprint: blob && envelopeFingerprint(blob),
    Module: `${info.manufacturer} ${info.description} ${info.version}`,
    CreatedAt: io.now().toISOString(),
    Rehearsal: document?.Rehearsal,
  });
}
