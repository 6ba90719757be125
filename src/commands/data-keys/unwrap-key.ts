import type { Command } from 'commander';
import { Option } from 'commander';
import { usingSecret } from '../../base/secret-bytes.ts';
import { assertOneStdin, readInput } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { repeatable, suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import { componentOriginOf, findExport } from '../../data-key/find-export.ts';
import { unwrapDataKey } from '../../data-key/unwrap.ts';
import { findWrappingAlgorithm, offeredAlgorithms } from '../../wrapping/algorithms.ts';
import type { DataKeyOutputOptions } from '../shared/data-key/data-key-output.ts';
import {
  addDataKeyOutputOptions,
  planDataKeyOutput,
  withDataKeyOutput,
} from '../shared/data-key/data-key-output.ts';
import { describe } from '../shared/describe.ts';
import { openPrivateKey, readExportEnvelope } from '../shared/read-export.ts';
import type { PassphraseOptions } from '../shared/passphrase.ts';
import {
  addPassphraseOptions,
  assertOnePassphraseSource,
  passphraseFileIds,
  passphraseInput,
} from '../shared/passphrase.ts';

interface UnwrapKeyOptions extends DataKeyOutputOptions, PassphraseOptions {
  readonly privkey: string;
  readonly in: string;
  readonly wrappingAlgorithm?: string;
}

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
        'kmsx unwrap-key --privkey wrapping.pem --in export.json --format raw | import-into-hsm',
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
    .requiredOption('--privkey <file>', 'the private half: PEM, DER or PKCS#12, encrypted or not')
    .option(
      '--in <file>',
      'an export document, or a bare ExportedDataKey in base64; - is standard input',
      '-',
    )
    .addOption(
      suggestValues(
        new Option('--wrapping-algorithm <name>', 'for a bare ExportedDataKey: how it was wrapped'),
        offeredAlgorithms(),
      ),
    );
  addDataKeyOutputOptions(
    command,
    repeatable(
      '--expect-check-value <value>',
      'ecb:…, cmac:…, label:… or sha256:… that the data key must have',
    ),
  );
  addPassphraseOptions(command);
  command.action(async (options: UnwrapKeyOptions) => {
    await runUnwrapKey(options, createSession(command, io));
  });
}

async function runUnwrapKey(options: UnwrapKeyOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const plan = planDataKeyOutput(options);
  const algorithm =
    options.wrappingAlgorithm === undefined
      ? undefined
      : findWrappingAlgorithm(options.wrappingAlgorithm);
  assertOnePassphraseSource(options);
  assertOneStdin([
    { option: '--privkey', path: options.privkey },
    { option: '--in', path: options.in },
    ...passphraseInput(options),
  ]);

  const privkeyInput = await readInput(options.privkey, 'a private key', io, reporter);
  const input = await readInput(options.in, 'an export document', io, reporter);
  const envelope = await readExportEnvelope(input, 'export to unwrap');
  const inputs = [privkeyInput, input, ...(await passphraseFileIds(options, session))];
  await withDataKeyOutput(plan, inputs, session, async (write) => {
    const key = await openPrivateKey(privkeyInput, options, session);
    try {
      const wrapped = findExport(envelope, algorithm, key, input.label);
      if (envelope.kind === 'export' && envelope.document.Rehearsal === true) {
        await reporter.warnAlways(
          `${input.label} is from a rehearsal: the embedded KMS made this key`,
        );
      }
      await usingSecret(await unwrapDataKey(wrapped, key), (dataKey) =>
        write(dataKey, componentOriginOf(envelope)),
      );
    } finally {
      await key.close();
    }
  });
}
