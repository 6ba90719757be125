import type { Command } from 'commander';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { CommandModel } from './model.ts';
import { readCompletionModel } from './model.ts';
import { zshScript } from './zsh.ts';

/** The shells with a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

const GENERATORS: Readonly<Record<Shell, (program: CommandModel) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * Writes the completion script of a commander program for one shell. The text ends with a newline and depends only
 * on the tree. The script is self-contained: it starts neither Node nor the program, and evaluates nothing that
 * the user typed.
 *
 * @throws RangeError if a command or an option has a name that would need quoting in a shell
 */
export function completionScript(shell: Shell, program: Command): string {
  return GENERATORS[shell](readCompletionModel(program));
}
