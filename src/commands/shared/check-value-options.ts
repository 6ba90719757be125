import type { Option } from 'commander';
import { notAmong } from '../../base/text/nearly-right.ts';
import { optionOr, repeatable, suggestValues } from '../../terminal/options.ts';
import { CHECK_VALUE_WORDS } from '../../documents/key-check-value.ts';

/** The option that chooses which check values are shown. */
export function checkValueMethodsOption(): Option {
  return suggestValues(
    optionOr('--check-value-methods <list>', 'which check values, separated by commas', 'all'),
    CHECK_VALUE_WORDS,
  );
}

/** The option for what the data key's check values must be. */
export function expectCheckValueOption(whose = 'that the data key must have'): Option {
  return repeatable('--expect-check-value <value>', `ecb:…, cmac:…, label:… or sha256:… ${whose}`);
}

/**
 * Reads `--check-value-methods`: words of methods, separated by commas.
 *
 * @returns undefined where the option is not given: all methods
 * @throws KmsxError `bad-usage`
 */
export function parseCheckValueMethods(list: string | undefined): readonly string[] | undefined {
  const words = list?.split(',').map((word) => word.trim());
  const unknown = words?.find((word) => !CHECK_VALUE_WORDS.includes(word));
  if (unknown === undefined) return words;
  throw notAmong('--check-value-methods', unknown, CHECK_VALUE_WORDS);
}
