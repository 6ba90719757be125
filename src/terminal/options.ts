import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../base/error.ts';
import { notAmong } from '../base/text/nearly-right.ts';
import { assertWellTyped } from './mistyped-option.ts';
import { inGroup } from './help/option-groups.ts';
import { readsAsShortForm, splitShortForms } from './short-forms.ts';
import type { ColorChoice } from './output/color.ts';
import { version } from './version.ts';

/** The global options, which every command has. */
export interface GlobalOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
  readonly errorFormat: 'text' | 'json';
  readonly json: boolean;
  readonly force: boolean;
  readonly forceTerminal: boolean;
  /** False with `--no-input`: nobody is asked for anything. */
  readonly input: boolean;
}

/** Adds the global options to the program. */
export function addGlobalOptions(program: Command): void {
  inGroup(program, 'Output options:', () => {
    addOutputOptions(program);
  });
  inGroup(program, 'Global options:', () => {
    program
      .option('--no-input', 'never ask on the terminal: what would be asked for is exit 2')
      .version(version, '-V, --version', 'print the version');
  });
}

function addOutputOptions(program: Command): void {
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
    .option('--json', 'print JSON where a terminal would get a view', false)
    .option('--force', 'move an existing output file aside to FILE.old-TIME', false)
    .option('--force-terminal', 'allow a plaintext key on a terminal', false);
}

/** The global options that a command was called with. */
export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals();
}

/**
 * Refuses to be told to say less and more at once.
 *
 * @throws KmsxError `options-conflict`
 */
export function assertNotBoth({ quiet, verbose }: GlobalOptions): void {
  if (!quiet || !verbose) return;
  throw kmsxError('options-conflict', '--quiet and --verbose exclude each other', {
    hints: ['leave out --quiet or --verbose'],
  });
}

/** An option whose default is no value of its own: `otherwise` says in the help what happens without it. */
export function optionOr(flags: string, description: string, otherwise: string): Option {
  return new Option(flags, description).default(undefined, otherwise);
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
 * starts with `--` or a short flag is refused unless written as `--opt=--x`, and so is a second value for an option
 * that is not repeatable, and what is an option but for its dashes.
 *
 * @param options - the options of the command and of the program
 * @throws KmsxError `option-value-is-option`, `option-twice`, `bad-usage`
 */
export function checkArguments(argv: readonly string[], options: readonly Option[]): void {
  const seen = new Set<Option>();
  const names = [...options.flatMap(({ long }) => long ?? []), HELP];
  for (const { word, last, option, value } of optionWords(argv, options)) {
    if (option === undefined || last.length > SHORT) assertWellTyped(word, names);
    if (option === undefined || !takesValue(option)) continue;
    const name = option.long ?? last;
    if (seen.has(option) && !isRepeatable(option)) {
      throw kmsxError('option-twice', `${name} is given twice and takes one value`);
    }
    seen.add(option);
    if (value === undefined) continue;
    if (value.startsWith('--') || readsAsShortForm(value)) {
      const shown = IS_SECRET_NAME.test(name) ? '…' : value;
      throw kmsxError('option-value-is-option', `${name} has no value: ${shown} follows it`, {
        details: { option: name, value: shown },
      });
    }
    assertWellTyped(value, names);
  }
}

/** Options by which a secret itself is often given, by mistake. */
const IS_SECRET_NAME = /^--(?:passphrase|pin)-(?:env|file)$/;

/** Whether the arguments, already checked, contain an option that is not among `options`. */
export function hasUnknownOption(argv: readonly string[], options: readonly Option[]): boolean {
  return optionWords(argv, options).some(
    ({ last, option }) => option === undefined && /^--?[^-]/.test(last),
  );
}

interface OptionWord {
  readonly word: string;
  /** The last of the short options that the word joins, or all of it. */
  readonly last: string;
  readonly option: Option | undefined;
  /** The next word, if the option takes a value and has none in its own. */
  readonly value: string | undefined;
}

/** The words up to `--` that are not the value of the option before them. */
function optionWords(argv: readonly string[], options: readonly Option[]): readonly OptionWord[] {
  const words: OptionWord[] = [];
  for (let index = 0; index < argv.length && argv[index] !== '--'; index += 1) {
    const word = argv[index] ?? '';
    const last = splitShortForms(word).at(-1) ?? '';
    const { option, hasValue } = optionOf(last, options);
    const isBeforeValue = option !== undefined && takesValue(option) && !hasValue;
    if (isBeforeValue) index += 1;
    words.push({ word, last, option, value: isBeforeValue ? argv[index] : undefined });
  }
  return words;
}

/** The length of a short option: a hyphen and a letter. */
const SHORT = 2;

/** The option of one word, and whether its value is in the same word: `--out=FILE`, `-oFILE`. */
function optionOf(
  word: string,
  options: readonly Option[],
): { readonly option: Option | undefined; readonly hasValue: boolean } {
  const isLong = word.startsWith('--');
  const name = isLong ? word.replace(/=.*$/s, '') : word.slice(0, SHORT);
  const option = options.find(({ long, short }) => (isLong ? long : short) === name);
  const hasValue = word.length > name.length;
  if (hasValue && !isLong && option !== undefined && !takesValue(option)) {
    return { option: undefined, hasValue: false };
  }
  return { option, hasValue };
}
