import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { envValue } from '../../base/env.ts';
import type { BatchCommand, LineValues } from '../../batch/manifest/fields.ts';
import type { Io } from '../../terminal/io.ts';
import type { BatchOptions } from './options.ts';
import { TAKEN_BY } from './options.ts';

/**
 * What a run that goes on may say otherwise: how fast, how patiently, with whose credentials, and where it is noted. Of what
 * is in files, what they hold counts (`inputsOf`).
 */
const MAY_DIFFER: readonly (keyof BatchOptions)[] = [
  'manifest',
  'journal',
  'concurrency',
  'rate',
  'limit',
  'failFast',
  'profile',
  'passphraseFile',
  'passphraseEnv',
  'timeout',
  'maxAttempts',
  'deadline',
  'storeCaFile',
  'pubkey',
  'context',
  'contextFile',
  'toContext',
  'toContextFile',
];

/** And of a journal in a store: each machine has files of its own, and may name the store in its own way. */
const MAY_DIFFER_WHERE_SHARED: readonly (keyof BatchOptions)[] = ['out', 'outDir', 'store'];

/** Which variable says what an option says, where that is not given. */
const VARIABLES: Readonly<Partial<Record<keyof BatchOptions, string>>> = {
  keyId: 'KMSX_KEY_ID',
  gateway: 'KMSX_GATEWAY',
  endpoint: 'KMSX_ENDPOINT',
  region: 'ALIBABA_CLOUD_REGION_ID',
  caFile: 'KMSX_CA_FILE',
  store: 'KMSX_STORE',
};

/**
 * The options that a run which goes on must repeat, by what is typed, with what the environment says for them.
 *
 * @param isShared - whether the journal is in a store
 */
export function boundOptions(
  batch: BatchCommand,
  command: Command,
  io: Io,
  isShared: boolean,
): Readonly<Record<string, unknown>> {
  const mayDiffer = isShared ? [...MAY_DIFFER, ...MAY_DIFFER_WHERE_SHARED] : MAY_DIFFER;
  const bound = command.options.flatMap((option): [string, unknown][] => {
    const name = option.attributeName() as keyof BatchOptions;
    if (mayDiffer.includes(name) || TAKEN_BY[name]?.includes(batch) === false) return [];
    const variable = VARIABLES[name];
    const value: unknown =
      command.getOptionValue(name) ??
      (variable === undefined ? undefined : envValue(io.env, variable));
    const isNone =
      value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    return isNone ? [] : [[option.long ?? name, value]];
  });
  return Object.fromEntries(bound);
}

/**
 * What the files of options hold that a run which goes on must repeat, by the option: public keys by their fingerprints,
 * contexts by a digest.
 *
 * @param fingerprints - of what `--pubkey` names, in its order
 */
export function inputsOf(
  { Context, ToContext }: LineValues,
  fingerprints: readonly string[],
): Readonly<Record<string, string>> {
  const contexts = Object.entries({ '--context': Context, '--to-context': ToContext });
  const inputs: Record<string, string> = {};
  if (fingerprints.length > 0) inputs['--pubkey'] = fingerprints.join(' ');
  for (const [option, context] of contexts) {
    if (context !== undefined) inputs[option] = digestOf(Object.entries(context).sort());
  }
  return inputs;
}

/** `SHA256:` and 64 hexadecimal digits, of the value as JSON. */
function digestOf(value: unknown): string {
  return `SHA256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
}
