import type { ColorChoice } from '../terminal/output/color.ts';
import type { ReporterOptions } from '../terminal/reporter.ts';
import { withSplitShortForms } from '../terminal/short-forms.ts';

/**
 * Reads from raw arguments how errors are shown, because errors in the arguments themselves must be shown that way
 * too. Invalid values are left to the parser, and the default is used.
 */
export function earlyOptions(argv: readonly string[]): ReporterOptions {
  const words = withSplitShortForms(argv);
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  const color = valueOf(options, '--color');
  return {
    quiet: options.includes('--quiet') || options.includes('-q'),
    verbose: options.includes('--verbose') || options.includes('-v'),
    color: isColorChoice(color) ? color : 'auto',
    errorFormat: valueOf(options, '--error-format') === 'json' ? 'json' : 'text',
  };
}

function valueOf(argv: readonly string[], name: string): string | undefined {
  const index = argv.indexOf(name);
  if (index !== -1) return argv[index + 1];
  return argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function isColorChoice(value: string | undefined): value is ColorChoice {
  return value === 'auto' || value === 'always' || value === 'never';
}
