import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import { fileWord, shellWord } from '../../../base/shell-word.ts';
import type { ConnectionOptions } from '../connection-options.ts';
import type { StoreOptions } from '../store/store-options.ts';

/** An option and its values; what was not given is undefined, and left out. */
export type OptionValues = readonly [
  option: string,
  value: string | readonly string[] | boolean | undefined,
];

/**
 * A command of kmsx as it is typed in a POSIX shell.
 *
 * @param command - the command's name, then its arguments as they are
 */
export function commandLine(
  [command, ...operands]: readonly [string, ...string[]],
  options: readonly OptionValues[] = [],
): string {
  const words = options.flatMap(([option, value]) => {
    if (value === true) return [option];
    if (value === undefined || value === false) return [];
    const values = typeof value === 'string' ? [value] : value;
    return values.map((each) => withValue(option, each));
  });
  return ['kmsx', command, ...operands.map(operandWord), ...words].join(' ');
}

/** A value that begins like an option would be taken for one. */
function withValue(option: string, value: string): string {
  return value.startsWith('-') && value !== '-'
    ? `${option}=${shellWord(value)}`
    : `${option} ${shellWord(value)}`;
}

/** An operand is an option of kmsx, or a file. */
function operandWord(operand: string): string {
  return operand.startsWith('--') ? operand : fileWord(operand);
}

/** How a connection was chosen: what the next command repeats. */
export type RepeatedConnection = Pick<
  ConnectionOptions,
  'profile' | 'region' | 'gateway' | 'endpoint' | 'caFile' | 'resolve'
> &
  StoreOptions;

/** The options of the store, where a place of the next command is in it. */
export function storeValues(
  places: readonly (string | undefined)[],
  { store, storeCaFile }: StoreOptions,
): OptionValues[] {
  if (!places.some((place) => place?.startsWith(STORE_PREFIX) === true)) return [];
  return [
    ['--store', store],
    ['--store-ca-file', storeCaFile],
  ];
}

/** The options of a connection, for the next command. */
export function connectionValues(options: RepeatedConnection): OptionValues[] {
  return [
    ['--profile', options.profile],
    ['--region', options.region],
    ['--gateway', options.gateway],
    ['--endpoint', options.endpoint],
    ['--ca-file', options.caFile],
    ['--resolve', options.resolve],
  ];
}
