import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { secretCopy, usingSecret } from '../../base/secret-bytes.ts';
import { assertOneStdin } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import { printResult } from '../../terminal/output/json-output.ts';
import { suggestValues } from '../../terminal/options.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { WrappingKeySpec } from '../../wrapping/algorithms.ts';
import { findWrappingKeySpec, offeredKeySpecs } from '../../wrapping/algorithms.ts';
import { makeKeyPair } from '../../wrapping/key-pair.ts';
import { writeAllOrNone } from '../shared/all-or-none.ts';
import { describe } from '../shared/describe.ts';
import type { PassphraseOptions } from '../shared/passphrase.ts';
import {
  addPassphraseOptions,
  askPassphrase,
  assertOnePassphraseSource,
  passphraseFileIds,
  passphraseInput,
} from '../shared/passphrase.ts';
import { withOutputs } from '../shared/with-outputs.ts';

interface KeygenOptions extends PassphraseOptions {
  readonly wrappingKeySpec: string;
  readonly privkeyOut: string;
  readonly pubkeyOut: string;
  /** Commander's name for `--no-passphrase`. */
  readonly passphrase: boolean;
}

interface KeygenReport {
  readonly PublicKeyFingerprint: string;
  readonly WrappingKeySpec: WrappingKeySpec;
}

/** What is said if one half could not be written. */
const LOST_PAIR = {
  none: 'neither key remains',
  hint: 'nothing is lost: mend it and run the command again, which makes a new pair',
};

/** `kmsx keygen`: makes a wrapping key pair. */
export function defineKeygen(command: Command, io: Io): void {
  describe(command, {
    text: 'Makes a wrapping key pair: the private half as PKCS#8 PEM, encrypted with a passphrase, the public half as SPKI PEM.',
    examples: [
      [
        'a pair with a passphrase',
        'kmsx keygen --privkey-out wrapping.pem --pubkey-out wrapping.pub.pem',
      ],
      [
        'in a script',
        'kmsx keygen --privkey-out wrapping.pem --pubkey-out wrapping.pub.pem --passphrase-file pass.txt',
      ],
    ],
    exitCodes: [0, 2, 7],
  });
  command
    .addOption(
      suggestValues(
        new Option('--wrapping-key-spec <spec>', 'the kind of key').default('RSA_2048'),
        offeredKeySpecs(),
      ),
    )
    .requiredOption('--privkey-out <file>', 'where the private half goes, mode 0600')
    .requiredOption('--pubkey-out <file>', 'where the public half goes')
    .option('--no-passphrase', 'leave the private half unencrypted');
  addPassphraseOptions(command);
  command.action(async (options: KeygenOptions) => {
    const session = createSession(command, io);
    const report = await runKeygen(options, session);
    const takesStdout = options.pubkeyOut === '-' || options.privkeyOut === '-';
    if (takesStdout) await session.reporter.note(`the key is ${report.PublicKeyFingerprint}`);
    else await printResult(report, session);
  });
}

async function runKeygen(options: KeygenOptions, session: Session): Promise<KeygenReport> {
  const { io, reporter } = session;
  assertSafeEnvironment(io);
  const keySpec = findWrappingKeySpec(options.wrappingKeySpec);
  assertOnePassphraseSource(options);
  assertOneStdin(passphraseInput(options));
  if (!options.passphrase && (options.passphraseFile ?? options.passphraseEnv) !== undefined) {
    throw kmsxError('options-conflict', '--no-passphrase excludes a passphrase', {
      hints: [
        `leave out --no-passphrase or ${options.passphraseFile === undefined ? '--passphrase-env' : '--passphrase-file'}`,
      ],
    });
  }
  const requests = {
    privateKey: { option: '--privkey-out', path: options.privkeyOut, holds: 'private key' },
    publicKey: { option: '--pubkey-out', path: options.pubkeyOut, holds: 'public key' },
  } as const;
  const inputs = await passphraseFileIds(options, session);
  return await withOutputs(requests, inputs, session, async ({ privateKey, publicKey }) => {
    const passphrase = options.passphrase
      ? await askPassphrase(options, 'passphrase for the new private key: ', true, session)
      : undefined;
    const pair = await makeKeyPair(passphrase).finally(() => {
      passphrase?.dispose();
    });
    await usingSecret(pair.privateKeyPem, async ({ bytes }) => {
      const parts = [
        { output: privateKey, encode: () => secretCopy(bytes) },
        { output: publicKey, encode: () => Buffer.from(pair.publicKeyPem) },
      ];
      await writeAllOrNone(parts, LOST_PAIR, io.signal);
    });
    if (passphrase === undefined) {
      await reporter.warn(
        `${options.privkeyOut} is not encrypted: whoever reads the file has the key`,
      );
    }
    return { PublicKeyFingerprint: pair.fingerprint, WrappingKeySpec: keySpec };
  });
}
