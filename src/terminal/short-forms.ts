import type { Command } from 'commander';

/** The short form of long options, wherever a command has the option. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  '--out': '-o',
  '--in': '-i',
  '--quiet': '-q',
  '--verbose': '-v',
  '--force': '-f',
  '--dry-run': '-n',
};

/** The letters of all short options: commander itself adds `-h` and `-V`. */
const FLAGS = 'qvfnhV';
const TAKING_VALUE = 'io';

const SEVERAL = new RegExp(`^-([${FLAGS}]+)([${TAKING_VALUE}].*)?$`, 's');

/** Gives the options of a command their short forms. */
export function addShortForms(command: Command): void {
  for (const option of command.options) {
    const short = SHORT_FORMS[option.long ?? ''];
    if (short === undefined || option.short !== undefined) continue;
    option.short = short;
    option.flags = `${short}, ${option.flags}`;
  }
}

/**
 * Short options that were joined to one word, each as a word of its own: `-qnofile` is `-q -n -ofile`. Any other word is
 * returned as it is. Commander splits them only where one and the same command has them all.
 */
export function splitShortForms(word: string): readonly string[] {
  const [, flags, last] = SEVERAL.exec(word) ?? [];
  if (flags === undefined) return [word];
  return [
    ...Array.from(flags, (letter) => `-${letter}`),
    ...(last === undefined ? [] : [`-${last}`]),
  ];
}

/** Arguments with each short option as a word of its own, up to `--`. */
export function withSplitShortForms(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  return [...options.flatMap(splitShortForms), ...argv.slice(options.length)];
}

/**
 * Whether a word is, or begins with, short options to commander even where it follows an option of a command: the program
 * knows its own flags and not that those options take a value.
 */
export function readsAsShortForm(word: string): boolean {
  return new RegExp(`^-(?:[${FLAGS}]|[${TAKING_VALUE}]$)`).test(word);
}

/** Whether a value follows the last of some letters that are short options. */
export function takesValue(letters: string): boolean {
  return new RegExp(`[${TAKING_VALUE}]$`).test(letters);
}

/** Whether every letter of a word is that of a short option. */
export function areShortForms(letters: string): boolean {
  return new RegExp(`^(?:[${FLAGS}]+[${TAKING_VALUE}]?|[${TAKING_VALUE}])$`).test(letters);
}
