import type { Command } from 'commander';
import type { Io } from './io.ts';

/** The command tree, for the commands that describe other commands. */
export interface CommandTree {
  readonly program: Command;
  /** Loads a command's file, which adds its options. */
  readonly load: (name: string) => Promise<Command>;
}

/** Adds the options and action of a command. Each command's file exports one such function. */
export type DefineCommand = (command: Command, io: Io, tree: CommandTree) => void;
