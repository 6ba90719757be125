import type { Command } from 'commander';
import { EXIT_CODES } from '../../terminal/exit-codes.ts';

interface Description {
  /** What the command does, in a sentence or two. */
  readonly text: string;
  /** What each example is for, and the command line. Simple ones first. */
  readonly examples: readonly (readonly [string, string])[];
  /** The exit codes that the command can end with. */
  readonly exitCodes: readonly number[];
}

/** Gives a command its description, examples and exit codes, in the form that every command's help has. */
export function describe(command: Command, { text, examples, exitCodes }: Description): void {
  const exampleLines = examples.map(([purpose, line]) => `  # ${purpose}\n  ${line}\n`);
  const codeLines = EXIT_CODES.filter(({ code }) => exitCodes.includes(code)).map(
    ({ code, when }) => `  ${String(code).padEnd(4)} ${when}`,
  );
  command
    .description(text)
    .addHelpText(
      'after',
      `\nExamples:\n${exampleLines.join('\n')}\nExit codes:\n${codeLines.join('\n')}`,
    );
}
