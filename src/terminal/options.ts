import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../base/error.ts';
import { notAmong } from '../base/nearly-right.ts';
import { assertWellTyped } from './mistyped-option.ts';
import type { ColorChoice } from './output/color.ts';

/** The global options, which every command has. */
export interface GlobalOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
  readonly errorFormat: 'text' | 'json';
  readonly json: boolean;
  readonly force: boolean;
  readonly forceTerminal: boolean;
}

/** Adds the global options to the program. */
export function addGlobalOptions(program: Command): void {
  program
    .option('--quiet', 'show only errors, and the warning of a rehearsal, on stderr', false)
    .option('--verbose', 'show attempts and RequestIds on stderr; nothing secret', false)
    .addOption(
      oneOf('--color <when>', 'colour the output', ['auto', 'always', 'never']).default('auto'),
    )
    .addOption(
      oneOf('--error-format <format>', 'how errors are shown on stderr', ['text', 'json']).default(
        'text',
      ),
    )
    .option('--json', 'print JSON where a terminal would get a table', false)
    .option('--force', 'move an existing output file aside to FILE.old-TIME', false)
    .option('--force-terminal', 'allow a plaintext key on a terminal', false);
}

/** The global options that a command was called with. */
export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals();
}

/** A repeatable option: its value is the list of all values, in order. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`)
    .default([])
    .argParser((value: string, all: readonly string[]) => [...all, value]);
}

/** An option that takes one of a few values; another is refused with the one that was likely meant. */
export function oneOf(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description);
  return suggestValues(option, values).argParser((value: string) => {
    if (values.includes(value)) return value;
    throw notAmong(option.long ?? flags, value, values);
  });
}

/**
 * Names the values of an option for help and completion, and leaves validation to the command, which can explain
 * why a known value is refused.
 */
export function suggestValues(option: Option, values: readonly string[]): Option {
  option.argChoices = [...values];
  return option;
}

/** Whether an option takes a value; commander's `isBoolean` does not cover `--no-…`. */
function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** Whether an option may be repeated. */
function isRepeatable(option: Option): boolean {
  return option.variadic || Array.isArray(option.defaultValue);
}

/** Commander does not list it with the other options. */
const HELP = '--help';

/**
 * Checks raw arguments before commander parses them, for three rules that commander does not have: a value that
 * starts with `--` is refused unless written as `--opt=--x`, and so is a second value for an option that is not
 * repeatable, and what is an option but for its dashes.
 *
 * @param options - the options of the command and of the program
 * @throws KmsxError `option-value-is-option`, `option-twice`, `bad-usage`
 */
export function checkArguments(argv: readonly string[], options: readonly Option[]): void {
  const seen = new Set<string>();
  const names = [...options.flatMap(({ long }) => long ?? []), HELP];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return;
    const [name, inlineValue] = splitOption(word);
    const option = options.find((candidate) => candidate.long === name || candidate.short === name);
    if (option === undefined) assertWellTyped(word, names);
    if (option === undefined || !takesValue(option)) continue;
    if (seen.has(name) && !isRepeatable(option)) {
      throw kmsxError('option-twice', `${name} is given twice and takes one value`);
    }
    seen.add(name);
    if (inlineValue !== undefined) continue;
    index += 1;
    const value = argv[index];
    if (value?.startsWith('--') === true) {
      throw kmsxError('option-value-is-option', `${name} has no value: ${value} follows it`, {
        details: { option: name, value },
      });
    }
    if (value !== undefined) assertWellTyped(value, names);
  }
}

/** Whether the arguments, already checked, contain a long option that is not among `options`. */
export function hasUnknownOption(argv: readonly string[], options: readonly Option[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => {
    const [name] = splitOption(word);
    return name.startsWith('--') && !options.some(({ long }) => long === name);
  });
}

function splitOption(word: string): [string, string?] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals === -1 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}
