import type { Command } from 'commander';
import { Argument } from 'commander';
import { kmsxError } from '../../base/error.ts';
import { notAmong } from '../../base/text/nearly-right.ts';

/**
 * The argument that says which of several things a command does; another word is refused with the one that was likely meant.
 *
 * @param command - as it is typed, such as `kmsx store`
 * @param name - what the word is called in help, such as `<action>`
 * @throws KmsxError `bad-usage`, when the arguments are parsed
 */
export function actionArgument(
  command: `kmsx ${string}`,
  name: string,
  description: string,
  actions: readonly string[],
): Argument {
  return new Argument(name, description).choices(actions).argParser((word: string) => {
    if (actions.includes(word)) return word;
    throw notAmong(command, word, actions);
  });
}

/** Options that are not for every action of a command, by their names as commander keeps them. */
export type TakenBy<Options, Action extends string> = Readonly<
  Partial<Record<keyof Options, readonly Action[]>>
>;

/**
 * Refuses options that are for other actions of a command.
 *
 * @throws KmsxError `bad-usage`
 */
export function assertTaken<Options, Action extends string>(
  command: Command,
  action: Action,
  takenBy: TakenBy<Options, Action>,
): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') continue;
    if (takenBy[name as keyof Options]?.includes(action) !== false) continue;
    throw kmsxError('bad-usage', `${option.long ?? name} is not for ${command.name()} ${action}`);
  }
}
