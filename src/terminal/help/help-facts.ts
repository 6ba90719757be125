import type { Command, Help } from 'commander';
import type { Block, Examples } from './layout.ts';

/** What the help of a command says beside its description, options and arguments. */
export interface HelpFacts {
  /** What each example is for, and the command line. Simple ones first. */
  readonly examples: Examples;
  /** The exit codes that the command can end with. */
  readonly exitCodes: readonly number[];
  /** What stands at the end. */
  readonly more?: readonly Block[];
}

/** Commander's own way to keep something with the help of a command: its configuration is what `Help` is made of. */
interface FactualHelp extends Help {
  readonly facts: HelpFacts;
}

export function addHelpFacts(command: Command, facts: HelpFacts): void {
  const configuration: Partial<FactualHelp> = { ...command.configureHelp(), facts };
  command.configureHelp(configuration);
}

/** Undefined for a command whose file is not loaded. */
export function helpFactsOf(command: Command): HelpFacts | undefined {
  return (command.configureHelp() as Partial<FactualHelp>).facts;
}
