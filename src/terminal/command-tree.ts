import type { Command } from 'commander';
import type { Io } from './io.ts';

/** The command tree as those commands see it that speak of the others. */
export interface CommandTree {
  readonly program: Command;
  /** Lets a command add its options. */
  readonly load: (name: string) => Promise<Command>;
  /** A new tree with every command's options: for what is generated from it. */
  readonly createFull: () => Promise<Command>;
}

/** Adds the options and the action of a command. A command's file exports one. */
export type DefineCommand = (command: Command, io: Io, tree: CommandTree) => void;
