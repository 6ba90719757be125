import { Argument, Command, Option } from 'commander';
import fc from 'fast-check';

/** The file that code in a text of the program would make, in the shell's working folder. */
export const CANARY = 'canary';

const FRAGMENTS = [
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `(touch ${CANARY})`,
  `;touch ${CANARY};`,
  `\ntouch ${CANARY}\n`,
  `'; touch ${CANARY}; '`,
  `"; touch ${CANARY}; "`,
  `\${x:-$(touch ${CANARY})}`,
  `%(?.$(touch ${CANARY}).)`,
  ...Array.from(`'"\\\`$%[](){}<>|&;:=,*?~#!@^-+ \t\r\n`),
  '\u001b[31m',
  '\\n',
  '\\x27',
  "$'",
  'é',
  '語',
  'word',
];

/** Texts made of what shells give a meaning to. */
export function hostileText(): fc.Arbitrary<string> {
  const fragment = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );
  return fc.array(fragment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
}

/** A program in which the texts stand wherever a tree has free text: descriptions, choices, placeholders. */
export function hostileProgram(texts: readonly string[]): Command {
  const text = (index: number): string => texts[index % texts.length] ?? '';
  const program = new Command('kmsx').helpCommand(false).description(text(0));
  const choice = new Option('--choice <value>', text(1)).choices([...texts, 'plain']);
  const place = new Option('--place <value>', text(2));
  place.flags = `--place <${text(3)}>`;
  program
    .command('run')
    .summary(text(4))
    .addOption(choice)
    .addOption(place)
    .addArgument(new Argument(`<${text(5)}>`, text(6)).choices([...texts, 'plain']));
  program.command('rest').summary(text(1)).option('-f, --flag', text(0));
  return program;
}
