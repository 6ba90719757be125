import type { Command } from 'commander';
import { usingSecret } from '../../base/bytes/secret-bytes.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { optionOr, suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { componentOriginOf } from '../../data-key/find-export.ts';
import { unwrapDataKey } from '../../data-key/unwrap.ts';
import { algorithmNames } from '../../wrapping/algorithms.ts';
import type { DataKeyOutputOptions } from '../shared/data-key/data-key-output.ts';
import {
  addDataKeyOutputOptions,
  planDataKeyOutput,
  withDataKeyOutput,
} from '../shared/data-key/data-key-output.ts';
import { describe } from '../shared/describe.ts';
import type { ModuleOptions } from '../shared/module/module-options.ts';
import { addModuleOptions } from '../shared/module/module-options.ts';
import type { PinOptions } from '../shared/module/pin.ts';
import { addPinOptions, assertOnePinSource } from '../shared/module/pin.ts';
import { addPassphraseOptions, assertOnePassphraseSource } from '../shared/passphrase.ts';
import type { ExportOptions } from '../shared/read-export.ts';
import { exportInputs, openExport, readExport } from '../shared/read-export.ts';
import { warnOfRehearsedExport } from '../shared/rehearsal.ts';

type UnwrapKeyOptions = DataKeyOutputOptions &
  ExportOptions &
  ModuleOptions &
  PinOptions & { readonly timeout: string };

/** `kmsx unwrap-key`: unwraps an ExportedDataKey on this machine, with no network. */
export function defineUnwrapKey(command: Command, io: Io): void {
  describe(command, {
    text: 'Unwraps an ExportedDataKey on this machine, with no network: the export for this private key is found by its fingerprint.',
    examples: [
      [
        'the check values, to compare with what the HSM shows',
        'kmsx unwrap-key --privkey wrapping.pem --in export.json --check-value-only',
      ],
      [
        'the data key itself, into another program',
        'kmsx unwrap-key --privkey wrapping.pem --in export.json --format raw --out - | import-into-hsm',
      ],
      [
        'split custody: three components, any two of which make the key',
        'kmsx unwrap-key --privkey wrapping.pem --in export.json --component 1.json --component 2.json --component 3.json --threshold 2',
      ],
      [
        'a bare ExportedDataKey',
        'jq -r .ExportedDataKey export.json | kmsx unwrap-key --privkey wrapping.pem --wrapping-algorithm RSAES_OAEP_SHA_256 --out key.b64',
      ],
    ],
    exitCodes: [0, 2, 6, 7],
  });
  command
    .requiredOption(
      '--privkey <file>',
      'the private half: PEM, DER or PKCS#12, encrypted or not; with --check-value-only also pkcs11:… for one in a token',
    )
    .option(
      '--in <file>',
      'an export document, or a bare ExportedDataKey in base64; - is standard input',
      '-',
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
    );
  addDataKeyOutputOptions(command);
  command.option('--timeout <seconds>', 'for one call to a module', '30');
  addPassphraseOptions(command);
  addModuleOptions(command);
  addPinOptions(command);
  command.action(async (options: UnwrapKeyOptions) => {
    await runUnwrapKey(options, createSession(command, io));
  });
}

async function runUnwrapKey(options: UnwrapKeyOptions, session: Session): Promise<void> {
  assertSafeEnvironment(session.io);
  const plan = planDataKeyOutput(options);
  assertOnePassphraseSource(options);
  assertOnePinSource(options);
  assertOneStdin(exportInputs(options));
  const input = await readExport(options, 'export to unwrap', session);
  const { privkey } = input;
  if (!('bytes' in privkey)) {
    const { checkInToken } = await import('./unwrap-in-token.ts');
    await checkInToken(plan, { ...input, privkey }, options, session);
    return;
  }
  const done = `Unwrapped the data key of ${input.label}`;
  await withDataKeyOutput(plan, done, input.inputs, session, async (write) => {
    const { envelope, label } = input;
    const { wrapped, privateKey } = await openExport({ ...input, privkey }, options, session);
    try {
      await warnOfRehearsedExport(envelope, label, session);
      await usingSecret(await unwrapDataKey(wrapped, privateKey), (dataKey) =>
        write(dataKey, componentOriginOf(envelope)),
      );
    } finally {
      await privateKey.close();
    }
  });
}
