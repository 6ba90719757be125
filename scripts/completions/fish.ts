import { fishEngine } from './fish-engine.ts';
import type { ArgumentModel, Candidates, CommandModel, OptionModel } from './model.ts';
import { allCommands, commonOptions, ownOptions } from './model.ts';

/**
 * Writes the completion script for fish 3 and later: one `complete` line per candidate, with a condition that calls
 * the functions of `fishEngine` to find the command and the position of the cursor.
 *
 * Fish expands the text of `-a` when it completes, so every value is quoted for that and again for the script.
 */
export function fishScript(program: CommandModel): string {
  const name = program.path[0] ?? '';
  const prefix = `__${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
  const commands = allCommands(program);
  const common = commonOptions(commands);
  return [
    `# fish completion for ${name}, made from its command tree. Do not edit.`,
    '',
    ...findCommand(prefix, commands),
    '',
    ...findOption(prefix, commands, common),
    '',
    fishEngine(prefix, name),
    `complete -c ${name} -e`,
    `complete -c ${name} -f`,
    ...common.map((option) => `complete -c ${name} ${optionSwitches(option)}`),
    ...commands.flatMap((command) => commandLines(prefix, name, command, common)),
    '',
  ].join('\n');
}

function findCommand(prefix: string, commands: readonly CommandModel[]): string[] {
  const cases = commands.slice(1).flatMap((command) => {
    const parent = command.path.slice(0, -1);
    const names = [command.path.at(-1) ?? '', ...command.aliases];
    return [
      `        case ${names.map((name) => word([...parent, name].join(' '))).join(' ')}`,
      `            echo ${word(command.path.join(' '))}`,
    ];
  });
  return [
    '# Prints the subcommand of $argv[1] that the word $argv[2] names.',
    `function ${prefix}_find_command`,
    '    switch "$argv"',
    ...cases,
    '    end',
    'end',
  ];
}

function findOption(
  prefix: string,
  commands: readonly CommandModel[],
  common: readonly OptionModel[],
): string[] {
  const cases = commands.flatMap((command) => {
    const inner = kindCases('                ', ownOptions(command, common));
    if (inner.length === 0) return [];
    return [
      `        case ${word(command.path.join(' '))}`,
      '            switch "$argv[2]"',
      ...inner,
      '            end',
    ];
  });
  return [
    '# Prints how the option $argv[2] of the command $argv[1] takes a value; nothing for a flag.',
    `function ${prefix}_find_option`,
    '    switch "$argv[2]"',
    ...kindCases('        ', common),
    '    end',
    '    switch "$argv[1]"',
    ...cases,
    '    end',
    'end',
  ];
}

function kindCases(indent: string, options: readonly OptionModel[]): string[] {
  const namesByKind = new Map<string, string[]>();
  for (const { names, value } of options) {
    if (value === undefined) continue;
    const kind = `${value.required ? 'required' : 'optional'}${value.greedy ? '-greedy' : ''}`;
    namesByKind.set(kind, [...(namesByKind.get(kind) ?? []), ...names]);
  }
  return [...namesByKind].flatMap(([kind, names]) => [
    `${indent}case ${names.join(' ')}`,
    `${indent}    echo ${kind}`,
  ]);
}

function commandLines(
  prefix: string,
  name: string,
  command: CommandModel,
  common: readonly OptionModel[],
): string[] {
  const path = command.path.join(' ');
  const line = (condition: string, rest: string): string =>
    `complete -c ${name} -n ${word(`${prefix}_${condition}`)} ${rest}`;
  const own = ownOptions(command, common);
  const lines = [
    ...command.subcommands.flatMap((sub) =>
      [sub.path.at(-1) ?? '', ...sub.aliases].map((subName) =>
        line(`at 0 ${path}`, `-a ${subName}${described(sub.description)}`),
      ),
    ),
    ...command.arguments.flatMap((argument, index) => {
      const offer = offerOf(argument.candidates);
      return offer === '' ? [] : [line(`${place(argument, index)} ${path}`, offer.trimStart())];
    }),
    ...own.map((option) => line(`in ${path}`, optionSwitches(option))),
    ...command.options.flatMap((option) => moreLines(option, path, line)),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Fish itself completes the word after an option that requires a value; optional and further values are handled here. */
function moreLines(
  { names, value }: OptionModel,
  path: string,
  line: (condition: string, rest: string) => string,
): string[] {
  if (value === undefined || (value.required && !value.greedy)) return [];
  const offer = offerOf(value.candidates);
  if (offer === '') return [];
  return names.map((optionName) => line(`more ${optionName} ${path}`, offer.trimStart()));
}

function place(argument: ArgumentModel, index: number): string {
  return argument.variadic ? `from ${index}` : `at ${index}`;
}

function optionSwitches({ names, description, value }: OptionModel): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takes =
    value === undefined
      ? ''
      : `${value.required ? ' -r' : ''}${value.candidates.kind === 'files' ? '' : ' -f'}${offerOf(value.candidates)}`;
  return `${flags.join(' ')}${takes}${described(description)}`;
}

function offerOf(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'files':
      return ' -F';
    case 'folders':
      return " -a '(__fish_complete_directories)'";
    case 'values':
      return ` -a ${word(candidates.values.map(word).join(' '))}`;
    case 'none':
      return '';
  }
}

function described(description: string): string {
  return description === '' ? '' : ` -d ${word(description)}`;
}

/** Quotes a text as one word of fish: only the quote and the backslash are special in single quotes. */
function word(text: string): string {
  return /^[A-Za-z0-9_@+=:,./-]+$/.test(text)
    ? text
    : `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
