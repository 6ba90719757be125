import type { Command, Help, Option } from 'commander';
import { EXIT_CODES } from '../exit-codes.ts';
import { helpFactsOf } from './help-facts.ts';
import type { Block, Rows } from './layout.ts';
import { layout, leftOf, wrapped } from './layout.ts';
import { groupsOf } from './option-groups.ts';

/**
 * The whole help of a command, in as many columns as commander was told: what it does, examples, then what else can be
 * typed, and the exit codes.
 */
export function formatHelp(command: Command, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  const facts = helpFactsOf(command);
  const usage = `Usage: ${helper.commandUsage(command)}`;
  const lists = [
    argumentsOf(command, helper),
    ...commandsOf(command, helper),
    ...optionsOf(command, helper),
  ];
  const left = Math.max(...lists.map(({ rows }) => leftOf(rows)));
  const examples = facts?.examples ?? [];
  return layout(
    [
      wrapped(usage, width, '  '),
      helper.commandDescription(command),
      ...(examples.length === 0 ? [] : [{ title: 'Examples:', examples }]),
      ...lists.filter(({ rows }) => rows.length > 0).map((list) => ({ ...list, left })),
      ...exitCodesOf(facts?.exitCodes ?? []),
      ...(facts?.more ?? []),
    ],
    width,
  );
}

interface List {
  readonly title: string;
  readonly rows: Rows;
}

function argumentsOf(command: Command, helper: Help): List {
  const rows = helper
    .visibleArguments(command)
    .map((argument) => [helper.argumentTerm(argument), argument.description] as const);
  return { title: 'Arguments:', rows };
}

function commandsOf(command: Command, helper: Help): readonly List[] {
  const commands = helper.visibleCommands(command);
  const titles = [...new Set(commands.map((each) => each.helpGroup()))];
  return titles.map((title) => ({
    title,
    rows: commands
      .filter((each) => each.helpGroup() === title)
      .map((each) => [each.name(), each.summary()] as const),
  }));
}

function optionsOf(command: Command, helper: Help): readonly List[] {
  const options = [...helper.visibleOptions(command), ...helper.visibleGlobalOptions(command)];
  return groupsOf(options).map(([title, members]) => ({
    title,
    rows: members.map((option) => [option.flags, describeOption(option)] as const),
  }));
}

/** The description of an option with its choices and its default. */
export function describeOption(option: Option): string {
  const facts: string[] = [];
  if (option.argChoices !== undefined) facts.push(option.argChoices.join(', '));
  const value: unknown = option.defaultValueDescription ?? option.defaultValue;
  if (typeof value === 'string' || typeof value === 'number') facts.push(`default ${value}`);
  return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`;
}

function exitCodesOf(codes: readonly number[]): readonly Block[] {
  if (codes.length === 0) return [];
  const rows = EXIT_CODES.filter(({ code }) => codes.includes(code)).map(
    ({ code, when }) => [String(code).padEnd(3), when] as const,
  );
  return [{ title: 'Exit codes:', rows }];
}
