import { Option } from 'commander';
import type { PolicyCommand } from '../../account/command-permissions.ts';
import { notAmong } from '../../base/text/nearly-right.ts';
import { suggestValues } from '../../terminal/options.ts';

/** `--for`: the commands whose permissions matter. */
export function forOption(description: string, known: readonly PolicyCommand[]): Option {
  const option = new Option('--for <commands>', description);
  return suggestValues(option.default('export-key'), known);
}

/**
 * Reads `--for`: names of commands, separated by commas.
 *
 * @param known - the commands that it may name
 * @throws KmsxError `bad-usage`
 */
export function parseCommands(
  text: string,
  known: readonly PolicyCommand[],
): readonly PolicyCommand[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].map((name) => {
    const command = known.find((candidate) => candidate === name);
    if (command !== undefined) return command;
    throw notAmong('--for', name, known);
  });
}
