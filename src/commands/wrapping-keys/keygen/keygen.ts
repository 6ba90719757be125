import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import { printView, showsViews } from '../../../terminal/output/view.ts';
import { suggestValues } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../../terminal/session.ts';
import { keySpecNames } from '../../../wrapping/algorithms.ts';
import { describe } from '../../shared/describe.ts';
import { addModuleOptions, addTokenOptions } from '../../shared/module/module-options.ts';
import { addPinOptions } from '../../shared/module/pin.ts';
import { addPassphraseOptions } from '../../shared/passphrase.ts';
import type { FilePairOptions } from './file-pair.ts';
import { makeFilePair } from './file-pair.ts';
import type { TokenPairOptions } from './token-pair.ts';
import type { MadePair } from './view.ts';

interface KeygenOptions
  extends Omit<FilePairOptions, 'privkeyOut'>, Omit<TokenPairOptions, 'label'> {
  readonly privkeyOut?: string;
  readonly label?: string;
}

/** `kmsx keygen`: makes a wrapping key pair. */
export function defineKeygen(command: Command, io: Io): void {
  describe(command, {
    text: [
      'Makes a wrapping key pair: the private half as PKCS#8 PEM, encrypted with a passphrase, the public half as SPKI PEM.',
      'With --token and --label the pair is made in a token (PKCS#11): the private half never leaves it.',
    ].join(' '),
    examples: [
      [
        'a pair with a passphrase',
        'kmsx keygen --privkey-out wrapping.pem --pubkey-out wrapping.pub.pem',
      ],
      [
        'in a script',
        'kmsx keygen --privkey-out wrapping.pem --pubkey-out wrapping.pub.pem --passphrase-file pass.txt',
      ],
      [
        'in a token',
        'kmsx keygen --module /usr/lib/softhsm/libsofthsm2.so --token payments --label wrapping --pubkey-out wrapping.pub.pem',
      ],
    ],
    exitCodes: [0, 2, 3, 6, 7],
  });
  command
    .addOption(
      suggestValues(
        new Option('--wrapping-key-spec <spec>', 'the kind of key').default('RSA_2048'),
        keySpecNames(),
      ),
    )
    .option('--privkey-out <file>', 'where the private half goes, mode 0600')
    .requiredOption('--pubkey-out <file>', 'where the public half goes')
    .option('--no-passphrase', 'leave the private half unencrypted')
    .option('--label <name>', 'make the pair in a token, under this label')
    .option('--timeout <seconds>', 'for one call to the module', '60');
  addPassphraseOptions(command);
  addModuleOptions(command);
  addTokenOptions(command);
  addPinOptions(command);
  command.action(async (options: KeygenOptions) => {
    const session = createSession(command, io);
    assertSafeEnvironment(io);
    const { report, view } = await makePair(options, session);
    const takesStdout = options.pubkeyOut === '-' || options.privkeyOut === '-';
    if (!takesStdout) await printResult(report, session, () => view);
    else if (showsViews(session)) await printView(() => view, session);
    else await session.reporter.note(`the key is ${report.PublicKeyFingerprint}`);
  });
}

async function makePair(options: KeygenOptions, session: Session): Promise<MadePair> {
  const { privkeyOut, label } = options;
  const forToken = TOKEN_ONLY.filter((name) => options[name] !== undefined);
  if (privkeyOut !== undefined) {
    const [first] = forToken;
    if (first === undefined) return makeFilePair({ ...options, privkeyOut }, session);
    throw kmsxError('options-conflict', `--privkey-out and --${first} exclude each other`, {
      hints: [
        'a pair is made in a file with --privkey-out, or in a token with --token and --label',
      ],
    });
  }
  if (label === undefined) {
    throw kmsxError('bad-usage', 'keygen needs --privkey-out, or --token and --label', {
      hints: [
        'kmsx keygen --privkey-out wrapping.pem --pubkey-out wrapping.pub.pem makes a pair in files',
      ],
    });
  }
  if (!options.passphrase || (options.passphraseFile ?? options.passphraseEnv) !== undefined) {
    throw kmsxError(
      'options-conflict',
      'a pair in a token has no passphrase: its PIN protects it',
      {
        hints: ['leave out the passphrase option; --pin-file FILE or --pin-env VAR gives the PIN'],
      },
    );
  }
  const { makeTokenPair } = await import('./token-pair.ts');
  return makeTokenPair({ ...options, label }, session);
}

/** Options that have no meaning for a pair in files. */
const TOKEN_ONLY = ['label', 'token', 'slot', 'serial', 'module', 'pinFile', 'pinEnv'] as const;
