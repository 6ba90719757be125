import type { Command } from 'commander';
import type { Io } from './io.ts';

/** The command tree, for the commands that describe other commands. */
export interface CommandTree {
  readonly program: Command;
  /** Loads a command's file, which adds its options. */
  readonly load: (name: string) => Promise<Command>;
  /**
   * Runs another command, as if it were typed.
   *
   * @param argv - its name and arguments
   * @throws KmsxError what it would end with
   */
  readonly run: (argv: readonly string[], io: Io) => Promise<void>;
}

/** Adds the options and action of a command. Each command's file exports one such function. */
export type DefineCommand = (command: Command, io: Io, tree: CommandTree) => void;
