import type { Command } from 'commander';
import { addHelpFacts } from '../../terminal/help/help-facts.ts';
import type { HelpFacts } from '../../terminal/help/help-facts.ts';

interface Description extends HelpFacts {
  /** What the command does, in a sentence or two. */
  readonly text: string;
}

/** Gives a command its description, examples and exit codes, in the form that every command's help has. */
export function describe(command: Command, { text, ...facts }: Description): void {
  command.description(text);
  addHelpFacts(command, facts);
}
