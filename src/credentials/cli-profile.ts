import { join } from 'node:path';
import { KmsxError, kmsxError } from '../base/error.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import type { Env } from '../base/env.ts';
import { nearestName } from '../base/text/nearly-right.ts';
import { shellWord } from '../base/text/shell-word.ts';
import type { Warn } from './secret-file.ts';
import { readSecretFile } from './secret-file.ts';
import { profilesOffVariable, profileVariable } from './variables.ts';

/** The configuration file of the aliyun command-line tool, as messages name it. */
export const CLI_CONFIG = '~/.aliyun/config.json';

/** A profile of the aliyun command-line tool. Its settings contain secrets. */
export interface CliProfile {
  readonly name: string;
  /** As written in the file, case-insensitive; empty if there is none. */
  readonly mode: string;
  /** Whether a user other than this one and root could change the file. */
  readonly isWritableByOthers: boolean;
  /** The value of a setting that is a number or a non-empty string. */
  setting(name: string): string | undefined;
  /** Another profile in the same file. */
  sibling(name: string): CliProfile | undefined;
}

export interface CliConfig {
  /** The name of the default profile. */
  readonly current: string | undefined;
  readonly profiles: readonly CliProfile[];
}

export interface ProfileOptions {
  /** The value of `--profile`. */
  readonly profile?: string | undefined;
  readonly env: Env;
  /** The home folder (HOME). */
  readonly home: string | undefined;
  /** Called if other users can read the file. */
  readonly warn?: Warn | undefined;
  /** The effective user; undefined: ownership is not checked. */
  readonly userId?: number | undefined;
}

/**
 * The `region_id` of the profile selected by `--profile`, the environment or `current` in the configuration. Reads
 * one file; makes no network call.
 *
 * @returns undefined if no profile is selected, or it has no region
 * @throws KmsxError `profile-missing` (for `--profile` only); `credentials-file-malformed`, `file-unreadable`
 */
export async function profileRegion(options: ProfileOptions): Promise<string | undefined> {
  const profile =
    options.profile === undefined
      ? (await ambientProfile(options)).profile
      : await namedProfile(options.profile, options);
  return profile?.setting('region_id');
}

/**
 * The profile of `--profile`.
 *
 * @throws KmsxError `profile-missing`, `credentials-file-malformed`, `file-unreadable`
 */
export async function namedProfile(
  name: string,
  options: Pick<ProfileOptions, 'home' | 'warn' | 'userId'>,
): Promise<CliProfile> {
  const config = await readCliConfig(options);
  const profile = config?.profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  const where =
    config === undefined ? `${CLI_CONFIG} does not exist` : `it is not in ${CLI_CONFIG}`;
  const meant = nearestName(name, config?.profiles.map((each) => each.name) ?? []);
  throw kmsxError('profile-missing', `no profile ${JSON.stringify(name)}: ${where}`, {
    hints: meant === undefined ? undefined : [`did you mean --profile ${shellWord(meant)}?`],
  });
}

/**
 * The profile used without `--profile`: the one that the environment names (`profileVariable`), otherwise `current`
 * in the configuration; none if the environment switches profiles off (`profilesOffVariable`).
 *
 * @returns the profile, or the reason why there is none
 * @throws KmsxError `credentials-file-malformed`, `credentials-failed`, `file-unreadable`
 */
export async function ambientProfile(
  options: Pick<ProfileOptions, 'env' | 'home' | 'warn' | 'userId'>,
): Promise<{ readonly profile?: CliProfile; readonly reason: string }> {
  const off = profilesOffVariable(options.env);
  if (off !== undefined) return { reason: `${off} is true` };
  const config = await readCliConfig(options);
  if (config === undefined) return { reason: `${CLI_CONFIG} does not exist` };
  const name = profileVariable(options.env)?.value ?? config.current;
  if (name === undefined) return { reason: `${CLI_CONFIG} has no current profile` };
  const profile = config.profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return { profile, reason: '' };
  return { reason: `${CLI_CONFIG} has no profile ${JSON.stringify(name)}` };
}

/**
 * Parses the text of the configuration file.
 *
 * @throws KmsxError `credentials-file-malformed`, without quoting the text: it contains secrets
 */
export function parseCliConfig(text: string, isWritableByOthers = false): CliConfig {
  const config = parseObject(text);
  const { current, profiles } = config;
  if (current !== undefined && typeof current !== 'string')
    throw malformed('current is not a string');
  if (!Array.isArray(profiles)) throw malformed('profiles is missing or not a list');
  const parsed: readonly CliProfile[] = profiles.map((profile: unknown) =>
    parseProfile(profile, isWritableByOthers, (name) =>
      parsed.find((other) => other.name === name),
    ),
  );
  return { current: current === '' ? undefined : current, profiles: parsed };
}

function parseProfile(
  value: unknown,
  isWritableByOthers: boolean,
  sibling: CliProfile['sibling'],
): CliProfile {
  if (!isJsonObject(value)) throw malformed('a profile is not an object');
  const { name, mode } = value;
  if (typeof name !== 'string' || name === '') throw malformed('a profile has no name');
  if (mode !== undefined && typeof mode !== 'string') {
    throw malformed(`the profile ${JSON.stringify(name)} has a mode that is not a string`);
  }
  return {
    name,
    mode: mode ?? '',
    isWritableByOthers,
    sibling,
    setting: (key) => {
      const setting = Object.hasOwn(value, key) ? value[key] : undefined;
      if (typeof setting === 'number') return String(setting);
      return typeof setting === 'string' && setting !== '' ? setting : undefined;
    },
  };
}

async function readCliConfig({
  home,
  warn,
  userId,
}: Pick<ProfileOptions, 'home' | 'warn' | 'userId'>): Promise<CliConfig | undefined> {
  if (home === undefined || home === '') return undefined;
  const file = await readSecretFile(join(home, '.aliyun', 'config.json'), CLI_CONFIG, warn, userId);
  return file && parseCliConfig(file.text, file.isWritableByOthers);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(text, CLI_CONFIG);
  } catch (error) {
    // The message may quote a name from the file.
    if (error instanceof KmsxError) throw malformed('it is not JSON, or has a duplicate name');
    throw error;
  }
  if (!isJsonObject(value)) throw malformed('it is not a JSON object');
  return value;
}

function malformed(what: string): Error {
  return kmsxError('credentials-file-malformed', `${CLI_CONFIG} cannot be used: ${what}`);
}
