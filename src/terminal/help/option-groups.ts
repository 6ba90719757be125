import type { Command, Option } from 'commander';

/** The groups of options after those that are a command's own, in the order of its help. */
const GROUPS = [
  'Module and token options:',
  'Store options:',
  'Connection options:',
  'Passphrase options:',
  'Output options:',
  'Global options:',
] as const;

type Group = (typeof GROUPS)[number];

const OWN = 'Options:';

/** Puts the options that `add` adds to a command into a group of its help. */
export function inGroup(command: Command, group: Group, add: () => void): void {
  const before = command.optionsGroup();
  command.optionsGroup(group);
  add();
  command.optionsGroup(before);
}

/** Options by their group, a command's own first. */
export function groupsOf(
  options: readonly Option[],
): readonly (readonly [string, readonly Option[]])[] {
  return [OWN, ...GROUPS].flatMap((title): [string, readonly Option[]][] => {
    const members = options.filter((option) => groupOf(option) === title);
    return members.length === 0 ? [] : [[title, members]];
  });
}

function groupOf({ helpGroupHeading, long }: Option): string {
  return long === '--help' ? 'Global options:' : (helpGroupHeading ?? OWN);
}
