import type { Argument, Command, Option } from 'commander';
import { Help } from 'commander';
import { isDeepStrictEqual } from 'node:util';

/** What a value completes to: nothing known to a script, files, folders, or the values of a list. */
export type Candidates =
  | { readonly kind: 'none' | 'files' | 'folders' }
  | { readonly kind: 'values'; readonly values: readonly string[] };

/** The value of an option (commander's option-argument). */
export interface OptionValue {
  /** As help shows it, without brackets: `file|-`. */
  readonly placeholder: string;
  /** If true, the next word is always the value; otherwise only if it does not look like an option. */
  readonly required: boolean;
  /** Whether the following words are values too, up to the next option: commander's `...`. */
  readonly greedy: boolean;
  readonly candidates: Candidates;
}

/** An option as a user can type it at one command. */
export interface OptionModel {
  /** One or two, each with its hyphens: `-h`, `--help`. */
  readonly names: readonly string[];
  /** One line of plain text; may be empty. */
  readonly description: string;
  readonly repeatable: boolean;
  /** Missing for a flag. */
  readonly value?: OptionValue;
}

/** A command-argument. */
export interface ArgumentModel {
  readonly placeholder: string;
  readonly required: boolean;
  /** Whether this last argument takes all words that follow. */
  readonly variadic: boolean;
  readonly candidates: Candidates;
}

/** A command and everything that may follow it. */
export interface CommandModel {
  /** The words of the command, starting with the program's name. */
  readonly path: readonly string[];
  readonly aliases: readonly string[];
  /** One line of plain text; may be empty. */
  readonly description: string;
  /** Its own options and those of the commands above it. */
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
  readonly subcommands: readonly CommandModel[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const OPTION_NAME = /^--?[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const FILE_PLACEHOLDER = /^(?:.*-)?(?:file|json|pem)$/i;
const FOLDER_PLACEHOLDER = /^(?:.*-)?dir$/i;

/**
 * Reads a commander tree into plain values for the generators of completion scripts. Hidden commands and options are
 * omitted. A placeholder with an alternative `file`, `json` or `pem` (`<file|->`) completes to files, `dir` to
 * folders, choices to themselves, and the argument `command` to the sibling commands. An option is repeatable if it
 * is variadic or its default is a list.
 *
 * Choices with control characters are omitted: they cannot be typed. Descriptions become one line.
 *
 * @throws RangeError if a command or an option has a name that would need quoting in a shell
 */
export function readCompletionModel(program: Command): CommandModel {
  return readCommand(program, { path: [], options: [], siblings: [] }, new Help());
}

/** The command and all its subcommands, in pre-order. */
export function allCommands(command: CommandModel): CommandModel[] {
  return [command, ...command.subcommands.flatMap(allCommands)];
}

/** The options that are identical for every command, so that a script lists them only once. */
export function commonOptions(commands: readonly CommandModel[]): OptionModel[] {
  return (commands[0]?.options ?? []).filter((option) =>
    commands.every((command) => command.options.some((other) => isDeepStrictEqual(option, other))),
  );
}

/** The options of a command that are not among the common ones. */
export function ownOptions(
  command: CommandModel,
  common: readonly OptionModel[],
): readonly OptionModel[] {
  return command.options.filter(
    (option) => !common.some((other) => isDeepStrictEqual(option, other)),
  );
}

/** What a command inherits from its parent. */
interface Parent {
  readonly path: readonly string[];
  readonly options: readonly OptionModel[];
  /** The names of all its subcommands. */
  readonly siblings: readonly string[];
}

function readCommand(command: Command, parent: Parent, help: Help): CommandModel {
  const path = [...parent.path, checkedName(command.name(), NAME)];
  const own = help.visibleOptions(command).map(readOption);
  const options = [...own, ...withoutNamesOf(own, parent.options)];
  const children = help.visibleCommands(command);
  const below: Parent = { path, options, siblings: children.map((child) => child.name()) };
  return {
    path,
    aliases: command.aliases().map((alias) => checkedName(alias, NAME)),
    description: oneLine(command.summary() || command.description()),
    options,
    arguments: command.registeredArguments.map((argument) =>
      readArgument(argument, parent.siblings),
    ),
    subcommands: children.map((child) => readCommand(child, below, help)),
  };
}

/** A command's own option hides the same name of its parents. */
function withoutNamesOf(
  own: readonly OptionModel[],
  inherited: readonly OptionModel[],
): OptionModel[] {
  const taken = new Set(own.flatMap((option) => option.names));
  return inherited
    .map((option) => ({ ...option, names: option.names.filter((name) => !taken.has(name)) }))
    .filter((option) => option.names.length > 0);
}

function readOption(option: Option): OptionModel {
  const names = [option.short, option.long]
    .filter((name) => name !== undefined)
    .map((name) => checkedName(name, OPTION_NAME));
  const common = {
    names,
    description: oneLine(option.description),
    repeatable: option.variadic || Array.isArray(option.defaultValue),
  };
  if (!option.required && !option.optional) return common;
  const placeholder = oneLine(/[<[](.*?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? '');
  const value: OptionValue = {
    placeholder,
    required: option.required,
    greedy: option.variadic,
    candidates: candidatesOf(placeholder, option.argChoices),
  };
  return { ...common, value };
}

function readArgument(argument: Argument, siblings: readonly string[]): ArgumentModel {
  const placeholder = oneLine(argument.name());
  const choices = argument.argChoices ?? (placeholder === 'command' ? siblings : undefined);
  return {
    placeholder,
    required: argument.required,
    variadic: argument.variadic,
    candidates: candidatesOf(placeholder, choices),
  };
}

function candidatesOf(placeholder: string, choices: readonly string[] | undefined): Candidates {
  if (choices !== undefined) {
    const values = choices.filter((choice) => choice !== '' && !/\p{C}/u.test(choice));
    return values.length > 0 ? { kind: 'values', values } : { kind: 'none' };
  }
  const alternatives = placeholder.split('|');
  if (alternatives.some((word) => FILE_PLACEHOLDER.test(word))) return { kind: 'files' };
  if (alternatives.some((word) => FOLDER_PLACEHOLDER.test(word))) return { kind: 'folders' };
  return { kind: 'none' };
}

function checkedName(name: string, allowed: RegExp): string {
  if (!allowed.test(name)) {
    throw new RangeError(`not a name that a completion script can carry: ${JSON.stringify(name)}`);
  }
  return name;
}

/** Collapses a text to one line: white space and control characters become one space. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim();
}
