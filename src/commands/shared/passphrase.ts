import type { Command } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { equalBytes } from '../../base/bytes/bytes.ts';
import { SecretBytes, secretCopy, usingSecret } from '../../base/bytes/secret-bytes.ts';
import { textFlaw, textHints, withoutByteOrderMark } from '../../base/text/text.ts';
import type { Input, InputRequest } from '../../terminal/files/inputs.ts';
import { inputFileId, readInput } from '../../terminal/files/inputs.ts';
import { inGroup } from '../../terminal/help/option-groups.ts';
import { optionOr } from '../../terminal/options.ts';
import { envValue } from '../../base/env.ts';
import type { Session } from '../../terminal/session.ts';

/** So often a new passphrase is asked for. */
const ATTEMPTS = 3;

export interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly passphraseEnv?: string;
}

export function addPassphraseOptions(command: Command): void {
  inGroup(command, 'Passphrase options:', () => {
    command
      .addOption(
        optionOr(
          '--passphrase-file <file>',
          'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input',
          'asked for on the terminal',
        ),
      )
      .option('--passphrase-env <var>', 'an environment variable holds the passphrase');
  });
}

/** The input that a passphrase option names, if it names one: for the rule of one stdin. */
export function passphraseInput(options: PassphraseOptions): InputRequest[] {
  if (options.passphraseFile === undefined) return [];
  return [{ option: '--passphrase-file', path: options.passphraseFile }];
}

/**
 * Looks at the passphrase file before anything is asked: it must be there, and no output may become it.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`
 */
export async function passphraseFileIds(
  options: PassphraseOptions,
  { io }: Session,
): Promise<Pick<Input, 'fileId'>[]> {
  const { passphraseFile } = options;
  return passphraseFile === undefined ? [] : [await inputFileId(passphraseFile, io)];
}

/** Refuses two sources of one passphrase. */
export function assertOnePassphraseSource(options: PassphraseOptions): void {
  if (options.passphraseFile === undefined || options.passphraseEnv === undefined) return;
  throw kmsxError('options-conflict', '--passphrase-file and --passphrase-env exclude each other', {
    hints: ['leave out --passphrase-file or --passphrase-env'],
  });
}

/**
 * Gets a passphrase from the file or variable that was named, else from a prompt on the terminal. It may be empty.
 *
 * @param question - the prompt
 * @throws KmsxError `passphrase-missing`, `passphrase-malformed`, `input-needed`
 */
export async function askPassphrase(
  options: PassphraseOptions,
  question: string,
  session: Session,
): Promise<SecretBytes> {
  return (await givenPassphrase(options, session)) ?? (await prompt(question, session));
}

/**
 * As `askPassphrase`, for a new passphrase: one that is typed must not be empty, and is typed twice; when the two differ,
 * both are asked for again, three times in all.
 *
 * @param question - the prompt
 * @throws KmsxError `passphrase-missing`, `passphrase-malformed`, `input-needed`
 */
export async function askNewPassphrase(
  options: PassphraseOptions,
  question: string,
  session: Session,
): Promise<SecretBytes> {
  const given = await givenPassphrase(options, session);
  if (given !== undefined) return given;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const words = attempt === 1 ? question : `they differ; ${question}`;
    const passphrase = await promptTwice(words, session);
    if (passphrase !== undefined) return passphrase;
  }
  throw kmsxError('passphrase-malformed', 'the two passphrases differ', {
    hints: ['type the same passphrase twice'],
  });
}

/** Undefined where what was typed differs. */
async function promptTwice(question: string, session: Session): Promise<SecretBytes | undefined> {
  const passphrase = await prompt(question, session);
  let isSame = false;
  try {
    if (passphrase.length === 0) throw kmsxError('passphrase-malformed', 'the passphrase is empty');
    const again = await prompt('the same again: ', session);
    isSame = await usingSecret(again, ({ bytes }) => equalBytes(passphrase.bytes, bytes));
    return isSame ? passphrase : undefined;
  } finally {
    if (!isSame) passphrase.dispose();
  }
}

/** The passphrase of a file or a variable; undefined where neither is named. */
async function givenPassphrase(
  options: PassphraseOptions,
  { io, reporter }: Session,
): Promise<SecretBytes | undefined> {
  if (options.passphraseFile !== undefined) {
    const input = await readInput(options.passphraseFile, 'a passphrase', io, reporter);
    return firstLine(input);
  }
  if (options.passphraseEnv === undefined) return undefined;
  const value = envValue(io.env, options.passphraseEnv);
  // The name is not repeated: it is the passphrase itself after `--passphrase-env "$PASSPHRASE"`.
  if (value === undefined) {
    throw kmsxError(
      'passphrase-missing',
      'the environment variable that --passphrase-env names is not set, or empty',
      {
        hints: ['--passphrase-env takes the name, without $, as in --passphrase-env PASSPHRASE'],
      },
    );
  }
  return new SecretBytes(Buffer.from(value));
}

async function prompt(question: string, { io }: Session): Promise<SecretBytes> {
  if (!io.mayAsk) {
    throw kmsxError('input-needed', 'a passphrase is needed, and --no-input forbids asking', {
      details: { instead: '--passphrase-file FILE or --passphrase-env VAR' },
    });
  }
  const answer = await io.promptSecret(question);
  if (answer !== undefined) return answer;
  throw kmsxError(
    'passphrase-missing',
    'a passphrase is needed and there is no terminal to ask on',
  );
}

/**
 * The first line of an input, without its line break. The input is overwritten.
 *
 * @throws KmsxError `passphrase-malformed` for text that is not UTF-8
 */
export function firstLine({ bytes, label }: Input): SecretBytes {
  try {
    const flaw = textFlaw(bytes);
    if (flaw !== undefined) {
      throw kmsxError('passphrase-malformed', `${label} ${flaw.words}`, {
        hints: textHints(flaw, label),
      });
    }
    const text = withoutByteOrderMark(bytes);
    const newline = text.indexOf(0x0a);
    let end = newline === -1 ? text.length : newline;
    if (newline > 0 && text[newline - 1] === 0x0d) end -= 1;
    return new SecretBytes(secretCopy(text.subarray(0, end)));
  } finally {
    bytes.fill(0);
  }
}
