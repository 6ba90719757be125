import { kmsxError } from '../../../base/error.ts';
import { secretCopy, usingSecret } from '../../../base/bytes/secret-bytes.ts';
import { assertOneStdin } from '../../../terminal/files/inputs.ts';
import type { Session } from '../../../terminal/session.ts';
import { findWrappingKeySpec } from '../../../wrapping/algorithms.ts';
import { makeKeyPair } from '../../../wrapping/key-pair.ts';
import { writeAllOrNone } from '../../shared/all-or-none.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import {
  askNewPassphrase,
  assertOnePassphraseSource,
  passphraseFileIds,
  passphraseInput,
} from '../../shared/passphrase.ts';
import { fileRows } from '../../shared/view/written.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { MadePair } from './view.ts';
import { pairView } from './view.ts';

export interface FilePairOptions extends PassphraseOptions {
  readonly wrappingKeySpec: string;
  readonly privkeyOut: string;
  readonly pubkeyOut: string;
  /** Commander's name for `--no-passphrase`. */
  readonly passphrase: boolean;
}

/** What is said if one half could not be written. */
const LOST_PAIR = {
  none: 'neither key remains',
  hint: 'nothing is lost: fix it and run the command again, which makes a new pair',
};

/**
 * Makes a wrapping key pair in memory, and writes both halves to files.
 *
 * @throws KmsxError those of outputs and passphrases, `options-conflict`
 */
export async function makeFilePair(options: FilePairOptions, session: Session): Promise<MadePair> {
  const { io, reporter } = session;
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
      ? await askNewPassphrase(options, `new passphrase of ${options.privkeyOut}: `, session)
      : undefined;
    const pair = await makeKeyPair(passphrase, keySpec).finally(() => {
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
    const report = { PublicKeyFingerprint: pair.fingerprint, WrappingKeySpec: keySpec };
    const rows = [
      ...fileRows(passphrase === undefined ? 'private, not encrypted' : 'private', [privateKey]),
      ...fileRows('public', [publicKey]),
    ];
    const use = ['--pubkey', publicKey.written?.label ?? 'PUBLIC_KEY'] as const;
    return { report, view: pairView(report, rows, use, {}) };
  });
}
