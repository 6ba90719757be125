import type { Command, CommanderError } from 'commander';
import { existsSync } from 'node:fs';
import { absolutePath } from '../base/files/absolute-path.ts';
import { SECRET_PREFIX } from '../base/place-prefixes.ts';
import { shellWord } from '../base/text/shell-word.ts';
import { isTopicName } from '../commands/shell/help/topic-names.ts';
import { namesLike } from '../terminal/names-like.ts';
import type { Io } from '../terminal/io.ts';

/**
 * Suggestions that commander does not make: a command by part of its name, `--in FILE` instead of a bare file, or
 * the reverse.
 *
 * @param command - the command that was called, if any
 * @returns a hint
 */
export function suggestionFor(
  error: CommanderError,
  program: Command,
  command: Command | undefined,
  io: Pick<Io, 'cwd'>,
): string | undefined {
  switch (error.code) {
    case 'commander.unknownCommand': {
      const word = /^error: unknown command '([a-z-]{1,40})'/.exec(error.message)?.[1] ?? '';
      const names = namesLike(
        word,
        program.commands.map((each) => each.name()),
      );
      if (names.length > 0) return `did you mean ${names.join(' or ')}?`;
      return isTopicName(word) ? `did you mean kmsx help ${word}?` : undefined;
    }
    case 'commander.excessArguments':
      return command && inputSuggestion(command, io);
    case 'commander.unknownOption':
      return secretSuggestion(error, command) ?? (command && operandSuggestion(error, command));
    default:
      return undefined;
  }
}

/** Options that would take a secret itself, which there are none of: every process on the machine can read a command line. */
const OF_SECRETS: readonly (readonly [option: RegExp, option: string, otherwise: string])[] = [
  [
    /^-*(?:new-?|old-?|key-?)?pass(?:-?(?:phrase|word|wd))?$/i,
    '--passphrase',
    'a passphrase is typed at the prompt, or comes from --passphrase-file FILE or --passphrase-env VAR',
  ],
  [
    /^-*(?:token-?|user-?|so-?)?pin$/i,
    '--pin',
    'a PIN is typed at the prompt, or comes from --pin-file FILE or --pin-env VAR',
  ],
  [
    /^-*(?:access-?key|secret|sts-?token|security-?token|(?:ak|sk)$)/i,
    '',
    'an access key comes from ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or from --profile NAME',
  ],
];

/** @returns a hint that names no option whose value is the secret that was typed */
function secretSuggestion(error: CommanderError, command: Command | undefined): string | undefined {
  const word = /^error: unknown option '(-[^='\s]*)/.exec(error.message)?.[1] ?? '';
  const found = OF_SECRETS.find(([option]) => option.test(word));
  if (found === undefined) return undefined;
  const [, option, otherwise] = found;
  const never = 'a secret never stands on the command line';
  const isTaken = command?.options.some(({ long }) => long === `${option}-file`) ?? false;
  return option === '' || isTaken ? `${never}: ${otherwise}` : never;
}

/** A bare word is shown only if it is a file: it may be a secret given without its option. */
function inputSuggestion(command: Command, io: Pick<Io, 'cwd'>): string | undefined {
  if (!command.options.some(({ long }) => long === '--in')) return undefined;
  const [word] = command.args;
  const isInput =
    word !== undefined &&
    (word.startsWith(SECRET_PREFIX) ||
      (io.cwd !== undefined && existsSync(absolutePath(io.cwd, word))));
  return isInput
    ? `did you mean --in ${shellWord(word)}?`
    : `${command.name()} takes its input with --in FILE`;
}

function operandSuggestion(error: CommanderError, command: Command): string | undefined {
  const [operand] = command.registeredArguments;
  if (!/^error: unknown option '(?:--in|-i)/.test(error.message) || operand?.variadic !== true) {
    return undefined;
  }
  return `${command.name()} takes files as arguments: kmsx ${command.name()} FILE…`;
}
