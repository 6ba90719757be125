import { bashEngine } from './bash-engine.ts';
import type { ArgumentModel, Candidates, CommandModel, OptionModel } from './model.ts';
import { allCommands, commonOptions, ownOptions } from './model.ts';

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;
const LINE_LENGTH = 100;

/**
 * Writes the completion script for bash 3.2 and later: tables generated from the command tree as `case`
 * statements, and the functions of `bashEngine` that read them. Choices are offered as they must be typed, with
 * backslashes before shell syntax. Bash cannot show descriptions.
 */
export function bashScript(program: CommandModel): string {
  const name = program.path[0] ?? '';
  const prefix = `_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
  const commands = allCommands(program);
  const common = commonOptions(commands);
  return [
    `# bash completion for ${name}, made from its command tree. Do not edit.`,
    '# shellcheck shell=bash',
    '',
    ...findCommand(prefix, commands),
    '',
    ...listCommand(prefix, commands, common),
    '',
    ...findOption(prefix, commands, common),
    '',
    ...findOperand(prefix, commands),
    '',
    bashEngine(prefix, name),
  ].join('\n');
}

function findCommand(prefix: string, commands: readonly CommandModel[]): string[] {
  const arms = commands.slice(1).map((command) => {
    const parent = command.path.slice(0, -1);
    const names = [command.path.at(-1) ?? '', ...command.aliases];
    const patterns = names.map((name) => word([...parent, name].join(' ')));
    return `    ${patterns.join(' | ')}) found=${id(command)} ;;`;
  });
  return [
    '# Finds the subcommand of $1 that the word $2 names.',
    `${prefix}_find_command() {`,
    '  found=',
    '  case "$1 $2" in',
    ...arms,
    '  esac',
    '}',
  ];
}

function listCommand(
  prefix: string,
  commands: readonly CommandModel[],
  common: readonly OptionModel[],
): string[] {
  const arms = commands.flatMap((command) => {
    const below = command.subcommands.flatMap((sub) => [sub.path.at(-1) ?? '', ...sub.aliases]);
    const names = ownOptions(command, common).flatMap((option) => option.names);
    if (below.length + names.length === 0) return [];
    return [
      `    ${id(command)})`,
      ...(below.length > 0 ? array('      ', 'commands', below) : []),
      ...(names.length > 0 ? array('      ', 'options+', names) : []),
      '      ;;',
    ];
  });
  return [
    '# Lists the commands and options that may follow the command $1.',
    `${prefix}_list_command() {`,
    '  commands=()',
    ...array(
      '  ',
      'options',
      common.flatMap((option) => option.names),
    ),
    '  case $1 in',
    ...arms,
    '  esac',
    '}',
  ];
}

function findOption(
  prefix: string,
  commands: readonly CommandModel[],
  common: readonly OptionModel[],
): string[] {
  const arms = commands.flatMap((command) => {
    const inner = optionArms('        ', ownOptions(command, common));
    if (inner.length === 0) return [];
    return [`    ${id(command)})`, '      case $2 in', ...inner, '      esac', '      ;;'];
  });
  return [
    '# Finds what the option $2 of the command $1 takes. An option that is not listed is a flag.',
    `${prefix}_find_option() {`,
    `  takes='' required=1 greedy='' repeatable='' names=("$2") values=()`,
    '  case $2 in',
    ...optionArms('    ', common),
    '  esac',
    '  case $1 in',
    ...arms,
    '  esac',
    '}',
  ];
}

/** One `case` arm per distinct setting. */
function optionArms(indent: string, options: readonly OptionModel[]): string[] {
  const namesBySettings = new Map<string, string[]>();
  for (const option of options) {
    const settings = optionSettings(option);
    if (settings === '') continue;
    namesBySettings.set(settings, [...(namesBySettings.get(settings) ?? []), ...option.names]);
  }
  return [...namesBySettings].map(
    ([settings, names]) => `${indent}${names.join(' | ')}) ${settings} ;;`,
  );
}

function optionSettings({ names, repeatable, value }: OptionModel): string {
  return [
    ...(value === undefined ? [] : takes(value.candidates)),
    ...(value?.required === false ? ['required='] : []),
    ...(value?.greedy === true ? ['greedy=1'] : []),
    ...(repeatable ? ['repeatable=1'] : []),
    ...(names.length > 1 ? [`names=(${names.join(' ')})`] : []),
  ].join(' ');
}

function findOperand(prefix: string, commands: readonly CommandModel[]): string[] {
  const arms = commands.flatMap((command) =>
    command.arguments.map((argument, index) => operandArm(command, argument, index)),
  );
  return [
    '# Finds what the operand number $2 (from 0) of the command $1 takes.',
    `${prefix}_find_operand() {`,
    `  takes='' values=()`,
    '  case "$1 $2" in',
    ...arms,
    '  esac',
    '}',
  ];
}

function operandArm(command: CommandModel, argument: ArgumentModel, index: number): string {
  const path = command.path.join(' ');
  const pattern = argument.variadic ? `${word(`${path} `)}*` : word(`${path} ${index}`);
  return `    ${pattern}) ${takes(argument.candidates).join(' ')} ;;`;
}

function takes(candidates: Candidates): string[] {
  if (candidates.kind !== 'values') return [`takes=${candidates.kind}`];
  return ['takes=values', `values=(${candidates.values.map(typed).map(word).join(' ')})`];
}

function id(command: CommandModel): string {
  return word(command.path.join(' '));
}

/** `name=(…)`, wrapped over several lines if necessary. */
function array(indent: string, name: string, words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = `${indent}${name}=(`;
  for (const item of words) {
    if (line.length + item.length > LINE_LENGTH) {
      lines.push(line.trimEnd());
      line = `${indent}  `;
    }
    line += `${item} `;
  }
  return [...lines, `${line.trimEnd()})`];
}

/** Quotes a text as one word of bash: nothing is special in single quotes. */
function word(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A choice as the user must type it: a backslash before every character that could be syntax. */
function typed(choice: string): string {
  return choice.replace(/[^\p{L}\p{N}_@%+=:,./-]/gu, String.raw`\$&`);
}
