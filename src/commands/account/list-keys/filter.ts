import type { Command } from 'commander';
import { notAmong } from '../../../base/text/nearly-right.ts';
import { repeatable, suggestValues } from '../../../terminal/options.ts';
import type { ListedKey } from '../../../account/list-keys.ts';

/** The options that choose among keys. */
export interface KeyFilterOptions {
  readonly state: readonly string[];
  readonly spec: readonly string[];
  readonly usage: readonly string[];
  readonly usable: boolean;
}

const STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];

const USAGES = ['ENCRYPT/DECRYPT', 'SIGN/VERIFY'];

const SPECS = [
  ...['Aliyun_AES_256', 'Aliyun_AES_192', 'Aliyun_AES_128', 'Aliyun_SM4'],
  ...['RSA_2048', 'RSA_3072', 'RSA_4096'],
  ...['EC_P256', 'EC_P256K', 'EC_SM2'],
];

/** Adds the options that choose among keys. */
export function addKeyFilterOptions(command: Command): void {
  command
    .addOption(suggestValues(repeatable('--state <state>', 'only keys in this state'), STATES))
    .addOption(suggestValues(repeatable('--spec <spec>', 'only keys of this spec'), SPECS))
    .addOption(suggestValues(repeatable('--usage <usage>', 'only keys of this usage'), USAGES))
    .option('--usable', 'only keys that export-key can use', false);
}

/** Chooses among keys. */
export interface KeyFilter {
  readonly passes: (key: ListedKey) => boolean;
  /**
   * The specs that were asked for but no key has, as the user wrote them: some may be mistyped.
   *
   * @param present - the specs of all keys that were described
   */
  readonly absentSpecs: (present: ReadonlySet<string>) => readonly string[];
}

/**
 * Reads the filters. A key needs one of the values of each option; upper and lower case are the same. A key that was not
 * described passes none.
 *
 * @throws KmsxError `bad-usage` for a state or usage that KMS does not have
 */
export function keyFilter({ state, spec, usage, usable }: KeyFilterOptions): KeyFilter {
  const states = known('--state', state, STATES);
  const usages = known('--usage', usage, USAGES);
  const specs = spec.map((text) => text.toLowerCase());
  return {
    passes: ({ KeyState, KeySpec, KeyUsage, Usable }) =>
      fits(states, KeyState) &&
      fits(specs, KeySpec) &&
      fits(usages, KeyUsage) &&
      (!usable || Usable === true),
    absentSpecs: (present) => {
      const lower = new Set([...present].map((each) => each.toLowerCase()));
      return spec.filter((each) => !lower.has(each.toLowerCase()));
    },
  };
}

/** KMS gets new specs every year, but has few states and usages: a mistyped one is refused. */
function known(option: string, values: readonly string[], all: readonly string[]): string[] {
  return values.map((value) => {
    const lower = value.toLowerCase();
    if (all.some((each) => each.toLowerCase() === lower)) return lower;
    throw notAmong(option, value, all);
  });
}

function fits(wanted: readonly string[], value: string | undefined): boolean {
  return wanted.length === 0 || (value !== undefined && wanted.includes(value.toLowerCase()));
}
