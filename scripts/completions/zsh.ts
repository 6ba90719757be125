import type { ArgumentModel, Candidates, CommandModel, OptionModel } from './model.ts';
import { allCommands, commonOptions, ownOptions } from './model.ts';

/** Data shared by all functions of a script. */
interface Shared {
  /** The prefix of the names of shared functions. */
  readonly prefix: string;
  readonly commonOptions: readonly OptionModel[];
  /** The functions that offer a list of values, by that list. */
  readonly valueFunctions: ReadonlyMap<string, string>;
}

/**
 * Writes the completion script for zsh: one function per command, each a call of zsh's own `_arguments`. The file
 * works under the name of its function (`_kmsx`) in `fpath`, or sourced after `compinit`.
 *
 * `_arguments` evaluates actions, so they contain no text from the tree: lists of values are functions. In
 * descriptions, `\`, `:` and brackets are special, and are escaped.
 */
export function zshScript(program: CommandModel): string {
  const name = program.path[0] ?? '';
  const commands = allCommands(program);
  const prefix = `${functionOf(program)}__`;
  const valueFunctions = nameValueFunctions(prefix, commands);
  const shared: Shared = { prefix, commonOptions: commonOptions(commands), valueFunctions };
  return [
    `#compdef ${name}`,
    `# zsh completion for ${name}, made from its command tree. Do not edit.`,
    '',
    `typeset -ga ${prefix}options=(`,
    ...shared.commonOptions
      .flatMap((option) => optionSpecs(option, shared))
      .map((spec) => `  ${spec}`),
    ')',
    '',
    ...commands.flatMap((command) => [...commandFunction(command, shared), '']),
    ...[...valueFunctions].flatMap(([values, functionName]) => [
      `${functionName}() {`,
      `  compadd "$@" -- ${values}`,
      '}',
      '',
    ]),
    `if [[ $zsh_eval_context[-1] == loadautofunc ]]; then`,
    `  ${functionOf(program)} "$@"`,
    'else',
    `  compdef ${functionOf(program)} ${name}`,
    'fi',
    '',
  ].join('\n');
}

function commandFunction(command: CommandModel, shared: Shared): string[] {
  const specs = [
    `$${shared.prefix}options`,
    ...ownOptions(command, shared.commonOptions).flatMap((option) => optionSpecs(option, shared)),
    ...operandSpecs(command, shared),
  ];
  const lines = specs.map((spec, index) => `    ${spec}${index < specs.length - 1 ? ' \\' : ''}`);
  if (command.subcommands.length === 0) {
    return [`${functionOf(command)}() {`, '  _arguments -s -S \\', ...lines, '}'];
  }
  return [
    `${functionOf(command)}() {`,
    '  local curcontext=$curcontext state state_descr ret=1',
    '  local -a line subcommands',
    '  local -A opt_args',
    '  _arguments -C -s -S \\',
    `${lines.join('\n')} && ret=0`,
    '  case $state in',
    '    command)',
    '      subcommands=(',
    ...command.subcommands.flatMap(describedNames).map((item) => `        ${item}`),
    '      )',
    '      _describe -t commands command subcommands && ret=0',
    '      ;;',
    '    operands)',
    `      curcontext="\${curcontext%:*:*}:${command.path.join('-')}-$words[1]:"`,
    '      case $words[1] in',
    ...command.subcommands.map((sub) => `        ${namesOf(sub).join(' | ')}) ${callOf(sub)} ;;`),
    '      esac',
    '      ;;',
    '  esac',
    '  return ret',
    '}',
  ];
}

/** One spec per name; each excludes the other. */
function optionSpecs(option: OptionModel, shared: Shared): string[] {
  const { names, description, repeatable, value } = option;
  const again = repeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
  const explanation = description === '' ? '' : `[${escaped(description)}]`;
  return names.map((name) => {
    if (value === undefined) return word(`${again}${name}${explanation}`);
    const separator = name.startsWith('--') ? '=' : '+';
    const action = actionOf(value.candidates, shared);
    const colons = value.required ? ':' : '::';
    return word(
      `${again}${name}${separator}${explanation}${colons}${message(value.placeholder)}:${action}`,
    );
  });
}

function operandSpecs(command: CommandModel, shared: Shared): string[] {
  if (command.subcommands.length > 0) {
    return [word('(-): :->command'), word('(-)*:: :->operands')];
  }
  return command.arguments.map((argument) => operandSpec(argument, shared));
}

function operandSpec(argument: ArgumentModel, shared: Shared): string {
  const action = actionOf(argument.candidates, shared);
  const start = argument.variadic ? '*:' : argument.required ? ':' : '::';
  return word(`${start}${message(argument.placeholder)}:${action}`);
}

function actionOf(candidates: Candidates, shared: Shared): string {
  switch (candidates.kind) {
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'values':
      return shared.valueFunctions.get(wordList(candidates.values)) ?? '';
    case 'none':
      return '()';
  }
}

function nameValueFunctions(
  prefix: string,
  commands: readonly CommandModel[],
): Map<string, string> {
  const functions = new Map<string, string>();
  const all = commands.flatMap((command) => [
    ...command.options.map((option) => option.value?.candidates),
    ...command.arguments.map((argument) => argument.candidates),
  ]);
  for (const candidates of all) {
    if (candidates?.kind !== 'values') continue;
    const list = wordList(candidates.values);
    if (!functions.has(list)) {
      functions.set(list, `${prefix}values_${functions.size + 1}`);
    }
  }
  return functions;
}

function describedNames(command: CommandModel): string[] {
  const description = command.description === '' ? '' : `:${escaped(command.description)}`;
  return namesOf(command).map((name) => word(`${name}${description}`));
}

function namesOf(command: CommandModel): string[] {
  return [command.path.at(-1) ?? '', ...command.aliases];
}

function functionOf(command: CommandModel): string {
  return `_${command.path.join('__')}`;
}

function callOf(command: CommandModel): string {
  return `${functionOf(command)} && ret=0`;
}

/**
 * The heading that zsh shows above the values: plain words only, because most other characters are special to
 * `_arguments` or in prompt escapes. An empty message would make the argument optional.
 */
function message(placeholder: string): string {
  return placeholder.replaceAll(/[^\p{L}\p{N} |=._-]/gu, '').trim() || ' ';
}

function escaped(text: string): string {
  return text.replace(/[\\:[\]]/g, String.raw`\$&`);
}

function wordList(values: readonly string[]): string {
  return values.map(word).join(' ');
}

/** Quotes a text as one word of zsh: nothing is special in single quotes. */
function word(text: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
