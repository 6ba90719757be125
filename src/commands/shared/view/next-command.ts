import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { LIMIT_DEFAULTS } from '../connection/connection-options.ts';
import type { OptionValues } from './command-line.ts';
import { commandLine } from './command-line.ts';

/** The options of a token, by their names: they go with `pkcs11:…` alone. */
const MODULE = ['module', 'moduleParameters', 'pinFile', 'pinEnv'] as const;

/** The options of a store: they go with `store:NAME` alone. */
const STORE = ['store', 'storeCaFile'] as const;

/** What a value begins with that needs further options, and those. */
const NEEDS = [
  ['pkcs11:', MODULE],
  [STORE_PREFIX, STORE],
] as const;

/** The options that a command may have been given and that the next one takes as they are, by what they are about. */
const REPEATED = {
  recipients: ['pubkey', 'forToken', 'expectFingerprint', 'wrappingAlgorithm', 'wrappingKeySpec'],
  context: ['context', 'contextFile'],
  connection: [
    'profile',
    'region',
    'gateway',
    'endpoint',
    'caFile',
    'resolve',
    'timeout',
    'maxAttempts',
    'deadline',
  ],
} as const;

type RepeatedName = (
  typeof MODULE | typeof STORE | (typeof REPEATED)[keyof typeof REPEATED]
)[number];

/** What the options of a command say, of which the next one repeats what it takes. */
export type RepeatedOptions = Readonly<Partial<Record<RepeatedName, string | readonly string[]>>>;

/** What stands for a file that was standard input: the next command would wait for it. */
const STDIN_PLACEHOLDERS: Readonly<Record<string, string>> = {
  pubkey: 'PUBLIC_KEY',
  pinFile: 'PIN_FILE',
  contextFile: 'CONTEXT_FILE',
};

/**
 * The command that comes next, as it is typed in a POSIX shell: it repeats what the options of this one say.
 *
 * @param words - the name of the command, then its arguments
 * @param own - the options whose values are not those of this command
 * @param options - those of this command; what has its default value is left out
 * @param groups - what the next command takes of them. What `store:NAME` and `pkcs11:…` need is repeated wherever they stand
 */
export function nextCommand(
  words: readonly [string, ...string[]],
  own: readonly OptionValues[],
  options: RepeatedOptions,
  groups: readonly (keyof typeof REPEATED)[],
): string {
  const values = [...own, ...groups.flatMap((group) => valuesOf(REPEATED[group], options))];
  const given = values.flatMap(([, value]) => value ?? []).map(String);
  const needed = NEEDS.filter(([prefix]) => given.some((value) => value.startsWith(prefix)));
  const isOutput = ([option]: OptionValues): boolean => option === '--out';
  return commandLine(words, [
    ...values.filter((each) => !isOutput(each)),
    ...needed.flatMap(([, names]) => valuesOf(names, options)),
    ...values.filter(isOutput),
  ]);
}

function valuesOf(
  names: readonly (keyof RepeatedOptions)[],
  options: RepeatedOptions,
): OptionValues[] {
  const defaults: Readonly<Record<string, string>> = LIMIT_DEFAULTS;
  return names.flatMap((name): OptionValues[] => {
    const value = options[name];
    if (value === undefined || value === defaults[name]) return [];
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const values = typeof value === 'string' ? [value] : value;
    const stdin = STDIN_PLACEHOLDERS[name] ?? '-';
    return [[option, values.map((each) => (each === '-' ? stdin : each))]];
  });
}
