import { EXIT_CODES } from '../../../src/terminal/exit-codes.ts';

/** A command, and what its help says. */
export interface HelpedCommand {
  readonly name: string;
  readonly description: string;
  readonly help: string;
  /** All options that it takes, those of the program too. */
  readonly flags: readonly string[];
  /** Every command that there is. */
  readonly commands: readonly string[];
  /** `help` itself needs no examples. */
  readonly isHelp: boolean;
}

/** What is wrong with the help of a command: nothing, if it is as it should be. */
export function helpFaults(command: HelpedCommand): string[] {
  const { name, description, help, isHelp } = command;
  const faults: string[] = [];
  if (description === '') faults.push('no description');
  if (isHelp) return faults;
  const examples = section(help, 'Examples').filter((line) => !line.startsWith('#'));
  if (examples.length === 0) faults.push('no example');
  faults.push(...exampleFaults(examples, command));
  // A code stands at the left; what it means may go on below.
  const codes = [...bodyOf(help, 'Exit codes').matchAll(/^ {2}(\d+) /gm)].map(([, code]) =>
    Number(code),
  );
  if (codes.length === 0) faults.push('no exit codes');
  for (const code of codes) {
    if (!EXIT_CODES.some((known) => known.code === code)) {
      faults.push(`exit code ${code} does not exist`);
    }
  }
  if (!examples.some((line) => calls(line).some((call) => call.startsWith(`kmsx ${name}`)))) {
    faults.push(`no example of ${name}`);
  }
  return faults;
}

function exampleFaults(examples: readonly string[], command: HelpedCommand): string[] {
  return examples.flatMap(calls).flatMap((call) => {
    const words = call.split(/\s+/).slice(1);
    const called = words[0] ?? '';
    const faults = command.commands.some((known) => known.split(' ')[0] === called)
      ? []
      : [`an example calls ${called}`];
    const options = words
      .filter((word) => /^--?[a-z]/i.test(word))
      .map((word) => word.split('=')[0]);
    const unknown = options.filter((option) => !command.flags.includes(option ?? ''));
    return called === command.name.split(' ')[0]
      ? [...faults, ...unknown.map((option) => `an example has ${option ?? ''}`)]
      : faults;
  });
}

/** The calls of kmsx in a shell line. */
function calls(line: string): string[] {
  return line
    .split(/[|;&]+/)
    .map((part) => part.trim())
    .filter((part) => part.startsWith('kmsx '));
}

/** The lines of a section of a help text. */
function section(help: string, title: string): string[] {
  return bodyOf(help, title)
    .replaceAll(/ \\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function bodyOf(help: string, title: string): string {
  const after = help.split(`${title}:\n`)[1] ?? '';
  const [body = ''] = after.split(/\n\n(?=\S)/);
  return body;
}
