import type { Command, Help, Option } from 'commander';
import { VARIABLES } from '../../src/commands/shell/help/environment.ts';
import { EXIT_CODES } from '../../src/terminal/exit-codes.ts';
import { describeOption } from '../../src/terminal/help/format-help.ts';
import { helpFactsOf } from '../../src/terminal/help/help-facts.ts';
import type { Block, Examples, Rows } from '../../src/terminal/help/layout.ts';
import { groupsOf } from '../../src/terminal/help/option-groups.ts';
import { shellLines } from '../../src/terminal/output/shell-lines.ts';
import { bold, filled, italic, item, literal, references, verbatim } from './roff.ts';

/** Which release a page is of. */
export interface Release {
  readonly version: string;
  /** As `2026-11-29`. */
  readonly date: string;
}

/** Command lines are broken here, so that they fit the page with its margins. */
const COMMAND_WIDTH = 66;

/** The name of a command's page: `kmsx-export-key`, or `kmsx` for the program. */
export function pageName(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pageName(parent)}-${command.name()}`;
}

/** The manual page of a command, or of the program, from the same tree as its help. */
export function manPage(command: Command, { version, date }: Release): string {
  const helper = command.createHelp();
  const name = pageName(command);
  const facts = helpFactsOf(command);
  return [
    '.\\" Made from the command tree by npm run man. Do not edit.',
    `.TH ${literal(name.toUpperCase())} 1 "${date}" "kmsx ${version}" "User Commands"`,
    section('NAME', [`${literal(name)} \\- ${literal(summaryOf(command))}`]),
    section('SYNOPSIS', [synopsis(helper.commandUsage(command))]),
    section('DESCRIPTION', [
      filled(command.description()),
      ...commandsOf(command, helper),
      ...(facts?.more ?? []).map(blockOf),
    ]),
    section('EXAMPLES', examplesOf(facts?.examples ?? [])),
    section('OPTIONS', optionsOf(command, helper)),
    section('ENVIRONMENT', environmentOf(command)),
    section('EXIT STATUS', exitStatus(command, facts?.exitCodes ?? [])),
    section('SEE ALSO', [references(related(command))]),
  ]
    .filter((part) => part !== '')
    .join('\n')
    .concat('\n');
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : [`.SH ${title}`, ...parts].join('\n');
}

function summaryOf(command: Command): string {
  return command.summary() || command.description();
}

/** The words of a usage line: what is typed as it is, and what is put in its place. */
function synopsis(usage: string): string {
  return usage
    .split(' ')
    .map((word) => {
      const [, open = '', name = '', close = ''] = /^([[<]*)(.*?)([\]>]*)$/.exec(word) ?? [];
      return open === '' ? bold(word) : literal(open) + italic(name) + literal(close);
    })
    .join(' ');
}

function commandsOf(command: Command, helper: Help): readonly string[] {
  const commands = helper.visibleCommands(command);
  const titles = [...new Set(commands.map((each) => each.helpGroup()))];
  return titles.flatMap((title) => [
    heading(title),
    ...commands
      .filter((each) => each.helpGroup() === title)
      .map((each) => item(`.BR ${literal(pageName(each))} (1)`, each.summary())),
  ]);
}

function blockOf(block: Block): string {
  if (typeof block === 'string') return `.PP\n${filled(block)}`;
  const title = block.title === undefined ? [] : [heading(block.title)];
  if ('examples' in block) return [...title, ...examplesOf(block.examples)].join('\n');
  return [...title, ...itemsOf(block.rows)].join('\n');
}

function itemsOf(rows: Rows): readonly string[] {
  return rows.map(([name, text]) => item(bold(name), text));
}

function heading(title: string): string {
  return `.SS ${literal(title.replace(/:$/, ''))}`;
}

function examplesOf(examples: Examples): readonly string[] {
  return examples.flatMap(([purpose, line], index) => [
    ...(index === 0 ? [] : ['.PP']),
    filled(`${purpose}:`),
    verbatim(shellLines(line, COMMAND_WIDTH)),
  ]);
}

function optionsOf(command: Command, helper: Help): readonly string[] {
  const operands = helper
    .visibleArguments(command)
    .map((argument) => item(italic(argument.name()), argument.description));
  const options = [...helper.visibleOptions(command), ...helper.visibleGlobalOptions(command)];
  const groups = groupsOf(options).flatMap(([title, members]) => [
    ...(title === 'Options:' ? [] : [heading(title)]),
    ...members.map((option) => item(flagsOf(option), describeOption(option))),
  ]);
  return [...operands, ...groups];
}

function flagsOf({ flags }: Option): string {
  return flags
    .split(' ')
    .map((word) => {
      const [, value] = /^<(.*)>$/.exec(word) ?? [];
      return value === undefined ? bold(word) : italic(value);
    })
    .join(' ');
}

/** All variables for the program; for a command those that its options name. */
function environmentOf(command: Command): readonly string[] {
  if (command.parent === null) return itemsOf(VARIABLES);
  const named = command.options.flatMap(
    ({ description }) => /\(env (\w+)\)/.exec(description)?.[1] ?? [],
  );
  const rows = VARIABLES.filter(([name]) => named.includes(name));
  const others = `${rows.length === 0 ? 'The' : 'The other'} variables are in\n.BR kmsx (1).`;
  return [...itemsOf(rows), ...(rows.length === 0 ? [] : ['.PP']), others];
}

function exitStatus(command: Command, codes: readonly number[]): readonly string[] {
  const rows = EXIT_CODES.filter(({ code }) => command.parent === null || codes.includes(code));
  return rows.map(({ code, when }) => item(bold(String(code)), when));
}

/** The program's page has all others; that of a command the program's, and those of commands that it speaks of. */
function related(command: Command): readonly string[] {
  const { parent } = command;
  if (parent === null) return command.commands.map(pageName);
  const examples = helpFactsOf(command)?.examples ?? [];
  const text = [command.description(), ...examples.flat()].join(' ');
  const others = parent.commands.filter((other) => other !== command && speaksOf(text, other));
  return [parent, ...others].map(pageName);
}

/** A name of one word is a word of the language too. */
function speaksOf(text: string, command: Command): boolean {
  const name = command.name();
  const words = name.includes('-') ? name : `kmsx ${name}`;
  return new RegExp(`(?<![\\w-])${words}(?![\\w-])`).test(text);
}
