import type { Command } from 'commander';
import { envValue } from '../../../base/env.ts';
import { kmsxError } from '../../../base/error.ts';
import { SecretBytes } from '../../../base/bytes/secret-bytes.ts';
import type { Token } from '../../../hsm/tokens.ts';
import { hasFlag, nameOf } from '../../../hsm/tokens.ts';
import type { Input, InputRequest } from '../../../terminal/files/inputs.ts';
import { inputFileId, readInput } from '../../../terminal/files/inputs.ts';
import { inGroup } from '../../../terminal/help/option-groups.ts';
import { optionOr } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import { firstLine } from '../passphrase.ts';

export interface PinOptions {
  readonly pinFile?: string;
  readonly pinEnv?: string;
}

export function addPinOptions(command: Command): void {
  inGroup(command, 'Module and token options:', () => {
    command
      .addOption(
        optionOr(
          '--pin-file <file>',
          "the first line of a file is the token's PIN; also /dev/fd/3, or - for standard input",
          'asked for on the terminal',
        ),
      )
      .option('--pin-env <var>', "an environment variable holds the token's PIN");
  });
}

/** The input that a PIN option names, if it names one: for the rule of one stdin. */
export function pinInput({ pinFile }: PinOptions): InputRequest[] {
  return pinFile === undefined ? [] : [{ option: '--pin-file', path: pinFile }];
}

/**
 * Looks at the PIN file before anything is asked: it must be there, and no output may become it.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`, `input-is-folder`
 */
export async function pinFileIds(
  { pinFile }: PinOptions,
  { io }: Session,
): Promise<Pick<Input, 'fileId'>[]> {
  return pinFile === undefined ? [] : [await inputFileId(pinFile, io)];
}

/** Refuses two sources of one PIN. */
export function assertOnePinSource({ pinFile, pinEnv }: PinOptions): void {
  if (pinFile === undefined || pinEnv === undefined) return;
  throw kmsxError('options-conflict', '--pin-file and --pin-env exclude each other', {
    hints: ['leave out --pin-file or --pin-env'],
  });
}

/**
 * Gets the PIN of a token: from the file or variable that was named, else from the token's own pad, else from a prompt.
 *
 * @returns undefined where the token asks for it itself
 * @throws KmsxError `pin-missing`, `input-needed`, and those of reading a file
 */
export async function askPin(
  { pinFile, pinEnv }: PinOptions,
  token: Token,
  session: Session,
): Promise<SecretBytes | undefined> {
  const { io, reporter } = session;
  if (pinFile !== undefined) {
    return notEmpty(firstLine(await readInput(pinFile, 'a PIN', io, reporter)));
  }
  if (pinEnv !== undefined) {
    const value = envValue(io.env, pinEnv);
    if (value !== undefined) return new SecretBytes(Buffer.from(value));
    // The name is not repeated: it is the PIN itself after `--pin-env "$PIN"`.
    throw kmsxError('pin-missing', 'the environment variable of --pin-env is not set, or empty', {
      hints: ['--pin-env takes the name, without $, as in --pin-env PIN'],
    });
  }
  if (!io.mayAsk) {
    throw kmsxError(
      'input-needed',
      `the PIN of ${nameOf(token)} is needed, and --no-input forbids asking`,
      { details: { instead: '--pin-file FILE or --pin-env VAR' } },
    );
  }
  if (hasFlag(token, 'ProtectedAuthenticationPath')) {
    await reporter.note(`type the PIN of ${nameOf(token)} on its own pad`);
    return undefined;
  }
  const pin = await io.promptSecret(`PIN of the token ${nameOf(token)}: `);
  if (pin !== undefined) return notEmpty(pin);
  throw kmsxError(
    'pin-missing',
    `the PIN of ${nameOf(token)} is needed, and there is no terminal to ask on`,
  );
}

function notEmpty(pin: SecretBytes): SecretBytes {
  if (pin.length > 0) return pin;
  throw kmsxError('pin-missing', 'the PIN is empty');
}
