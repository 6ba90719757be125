import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { hasCode, KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import { fewDescriptors } from '../base/files/errors/few-descriptors.ts';
import { exitCodeOf, ExitWith } from '../terminal/exit-codes.ts';
import { earlyOptions } from './early-options.ts';
import { namingEndpointVariable } from './endpoint-variable.ts';
import { BEGIN_HINT, introduction } from './introduction.ts';
import type { Io } from '../terminal/io.ts';
import type { Program } from './program.ts';
import { textWidth } from '../terminal/output/text-width.ts';
import { textWritten } from '../terminal/output/stdout.ts';
import { checkArguments } from '../terminal/options.ts';
import { createReporter } from '../terminal/reporter.ts';
import { withSplitShortForms } from '../terminal/short-forms.ts';
import { suggestionFor } from './suggestions.ts';

const GENERAL_HINT = 'kmsx --help lists the commands, kmsx COMMAND --help the options of one';

/**
 * Runs the program on arguments (without `node` and the script) and turns the result into an exit code, once:
 * an error that ends a command is printed here.
 */
export async function run(program: Program, argv: readonly string[], io: Io): Promise<number> {
  try {
    await parse(program, withSplitShortForms(argv));
    return 0;
  } catch (thrown) {
    if (thrown instanceof ExitWith) return thrown.code;
    const command = calledCommand(program, argv);
    const suggestion =
      thrown instanceof CommanderError
        ? suggestionFor(thrown, program.command, command, io)
        : undefined;
    const named = namingCommand(asKmsxError(thrown, command, suggestion), command);
    const error = namingEndpointVariable(named, command, io);
    const options = earlyOptions(argv);
    if (isAlone(thrown) && options.errorFormat === 'text' && !options.quiet) {
      const text = `${introduction(textWidth(io.stderr, io))}\n`;
      await io.stderr.write(Buffer.from(text)).catch(() => undefined); // the exit code tells, as for errors
    }
    await createReporter(io, options).error(error);
    if (io.env['KMSX_DEBUG'] === '1') await io.stderr.write(Buffer.from(trace(error)));
    return exitCodeOf(error.kind);
  }
}

async function parse(program: Program, argv: readonly string[]): Promise<void> {
  const { command } = program;
  checkArguments(beforeCommand(command, argv), command.options);
  try {
    await command.parseAsync(hasUnknownCommand(command, argv) ? withoutShortcuts(argv) : argv, {
      from: 'user',
    });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError && thrown.exitCode === 0)) throw thrown;
  }
  await textWritten(program.print());
}

/** Whether no command was given: commander would show all of the help as an error. */
function isAlone(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.code === 'commander.help';
}

/** The words before the command: the options of the program alone. All of them where there is no command. */
function beforeCommand({ commands }: Command, argv: readonly string[]): readonly string[] {
  const index = argv.findIndex((word) => commands.some((each) => each.name() === word));
  return index === -1 ? argv : argv.slice(0, index);
}

/** Whether the first word that is no option names no command. */
function hasUnknownCommand(program: Command, argv: readonly string[]): boolean {
  const [name] = program.parseOptions([...withoutShortcuts(argv)]).operands;
  return name !== undefined && !program.commands.some((each) => each.name() === name);
}

/** Commander would show the help or version of the program, as if the command were there. */
const SHORTCUTS = ['--help', '-h', '--version', '-V'];

function withoutShortcuts(argv: readonly string[]): readonly string[] {
  return argv.filter((word) => !SHORTCUTS.includes(word));
}

function calledCommand({ command }: Program, argv: readonly string[]): Command | undefined {
  const name = argv.find((word) => command.commands.some((each) => each.name() === word));
  return command.commands.find((each) => each.name() === name);
}

/** The general hint of bad use names the command, where there is one. */
function namingCommand(error: KmsxError, command: Command | undefined): KmsxError {
  if (!hasCode(error, 'bad-usage') || command === undefined) return error;
  const hints = (error.hints ?? []).filter((hint) => hint !== GENERAL_HINT);
  return error.with({
    hints: [...hints, `kmsx ${command.name()} --help shows its options, with examples`],
  });
}

/** @param suggestion - a hint that commander does not give */
function asKmsxError(
  thrown: unknown,
  command: Command | undefined,
  suggestion: string | undefined,
): KmsxError {
  if (thrown instanceof KmsxError) return thrown;
  if (thrown instanceof CommanderError && thrown.code === 'commander.excessArguments') {
    return kmsxError('bad-usage', `too many arguments for ${command?.name() ?? 'kmsx'}`, {
      hints: [suggestion ?? 'several values are an option each: --backup a.json --backup b.json'],
    });
  }
  if (thrown instanceof CommanderError) return fromCommander(thrown, suggestion);
  const few = fewDescriptors(systemErrorCode(thrown), thrown); // as Node.js loads a command's code
  if (few !== undefined) return few;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return kmsxError('internal', `a defect in kmsx (${name})`, { cause: thrown });
}

/** Commander's sentence in kmsx's voice; its suggestion becomes the hint. */
function fromCommander(error: CommanderError, ownSuggestion: string | undefined): KmsxError {
  if (isAlone(error)) return kmsxError('bad-usage', 'no command given', { hints: [BEGIN_HINT] });
  // The words of the user in the sentence may have line breaks too.
  // What follows an equals sign is a value, and may be a secret that was given to a wrong option.
  const text = error.message
    .replace(/^error: /, '')
    .replace(/^(unknown option '--?[^=]*)=.*'/s, "$1'")
    .replace(/^(unknown option '-p)[^']+'/is, "$1…'");
  const suggestion = /\n\((Did you mean [^\n]*)\)$/.exec(text);
  const sentence = text
    .slice(0, suggestion?.index)
    .replace(/^required option '(--[\w-]+).*' not specified$/, '$1 is needed')
    .replace(
      /^missing required argument '(.+)'$/,
      (_, name: string) => `${name.toUpperCase()} is needed`,
    );
  const hint = ownSuggestion ?? suggestion?.[1]?.toLowerCase();
  return kmsxError('bad-usage', sentence.replace(/\.$/, '').replaceAll("'", ''), {
    hints: [...(hint === undefined ? [] : [hint]), GENERAL_HINT],
  });
}

/** The stack of an error and of its causes, without their messages: those could quote an input. */
function trace(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const frames = (at.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    lines.push(at.name, ...frames);
  }
  return `${lines.join('\n')}\n`;
}
