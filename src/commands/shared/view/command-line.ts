import type { Command } from 'commander';
import { fileWord, shellWord } from '../../../base/text/shell-word.ts';

/** An option and its values; what was not given is undefined, and left out. */
export type OptionValues = readonly [
  option: string,
  value: string | readonly string[] | boolean | undefined,
];

/**
 * A command of kmsx as it is typed in a POSIX shell.
 *
 * @param command - the command's name, then its arguments as they are
 */
export function commandLine(
  [command, ...operands]: readonly [string, ...string[]],
  options: readonly OptionValues[] = [],
): string {
  const words = options.flatMap(([option, value]) => {
    if (value === true) return [option];
    if (value === undefined || value === false) return [];
    const values = typeof value === 'string' ? [value] : value;
    return values.map((each) => withValue(option, each));
  });
  return ['kmsx', command, ...operands.map(operandWord), ...words].join(' ');
}

/** A value that begins like an option would be taken for one. */
function withValue(option: string, value: string): string {
  return value.startsWith('-') && value !== '-'
    ? `${option}=${shellWord(value)}`
    : `${option} ${shellWord(value)}`;
}

/** An operand is an option of kmsx, or a file. */
function operandWord(operand: string): string {
  return operand.startsWith('--') ? operand : fileWord(operand);
}

/** The options as they were given, for the command that goes on. */
export function givenOptions(command: Command): OptionValues[] {
  return command.options.flatMap((option): OptionValues[] => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') return [];
    return [[option.long ?? name, command.getOptionValue(name) as OptionValues[1]]];
  });
}
