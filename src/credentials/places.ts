import { join } from 'node:path';
import { kmsxError } from '../base/error.ts';
import type { CliProfile } from './cli-profile.ts';
import { ambientProfile, CLI_CONFIG, namedProfile } from './cli-profile.ts';
import type { CredentialSource } from './sources/sources.ts';
import {
  accessKeySource,
  areExternalSourcesOff,
  oidcSource,
  uriSource,
} from './sources/sources.ts';
import type { Env } from '../base/env.ts';
import { profileSource } from './sources/profile.ts';
import type { KillGroup } from './sources/run-command.ts';
import type { Warn } from './secret-file.ts';
import { readSecretFile } from './secret-file.ts';
import { parseCredentialsFile, sectionSource, settingOf } from './sources/credentials-file.ts';
import type { Setting } from './sts-endpoint.ts';
import { stsEndpoint } from './sts-endpoint.ts';
import { profileVariable, variable } from './variables.ts';

/** What looking for credentials needs. */
export interface Places {
  readonly env: Env;
  /** The home folder (HOME). */
  readonly home: string | undefined;
  /** Called for each file with secrets that other users can access. */
  readonly warn: Warn | undefined;
  readonly now: () => Date;
  /** The effective user; undefined on systems without one. */
  readonly userId: number | undefined;
  readonly killGroup: KillGroup;
}

/** Where credentials were found, so that another program can be told to take the same. */
export type Origin =
  | { readonly kind: 'key variables' | 'OIDC variables' | 'URI variable' | 'metadata' }
  | {
      readonly kind: 'profile';
      readonly name: string;
      /** It assumes a role under the session name that kmsx has for it. */
      readonly lacksSessionName: boolean;
    }
  | { readonly kind: 'section'; readonly name: string; readonly file: string };

/** A source, and the region given with it. */
export interface Found {
  readonly source: CredentialSource;
  readonly origin: Origin;
  readonly region?: string | undefined;
  /** Read for the STS endpoint. */
  readonly settings?: Setting | undefined;
}

/** The result of looking in one place: a source, or the reason why there is none. */
export type Look = Found | { readonly nothing: string };

const CREDENTIALS_FILE = '~/.alibabacloud/credentials';

/**
 * The access key in the environment.
 *
 * @throws KmsxError `credentials-failed` if half of it is missing or it is malformed
 */
export function fromEnvironment(env: Env): Look {
  const accessKeyId = variable(env, 'ALIBABA_CLOUD_ACCESS_KEY_ID');
  const accessKeySecret = variable(env, 'ALIBABA_CLOUD_ACCESS_KEY_SECRET');
  if (accessKeyId === undefined && accessKeySecret === undefined) {
    return { nothing: 'ALIBABA_CLOUD_ACCESS_KEY_ID is not set' };
  }
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    // Continuing would use other credentials than the user meant.
    const missing = accessKeyId === undefined ? 'ID' : 'SECRET';
    throw kmsxError(
      'credentials-failed',
      `half of the access key in the environment is missing: ALIBABA_CLOUD_ACCESS_KEY_${missing}`,
    );
  }
  const securityToken = variable(env, 'ALIBABA_CLOUD_SECURITY_TOKEN');
  const key = { accessKeyId, accessKeySecret, securityToken };
  return { source: accessKeySource('environment', key), origin: { kind: 'key variables' } };
}

/**
 * The OIDC role in the environment, if all three variables are set.
 *
 * @throws KmsxError `region-malformed` for `ALIBABA_CLOUD_STS_REGION`
 */
export function fromOidc(env: Env): Look {
  const variables = [
    'ALIBABA_CLOUD_ROLE_ARN',
    'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
    'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
  ];
  const [roleArn, providerArn, tokenFile] = variables.map((name) => variable(env, name));
  if (roleArn === undefined || providerArn === undefined || tokenFile === undefined) {
    const missing = variables.find((name) => variable(env, name) === undefined) ?? '';
    return { nothing: `${missing} is not set` };
  }
  const role = {
    roleArn,
    sessionName: variable(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
    stsEndpoint: stsEndpoint(() => undefined, env, 'the environment'),
  };
  const token = { providerArn, tokenFile, setting: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE' };
  const source = oidcSource('OIDC in the environment', token, role);
  return { source, origin: { kind: 'OIDC variables' } };
}

/**
 * The profile of the aliyun command-line tool used without `--profile`.
 *
 * @throws KmsxError `credentials-file-malformed`, `credentials-unsupported`, `file-unreadable`
 */
export async function fromAmbientProfile(places: Places): Promise<Look> {
  const { profile, reason } = await ambientProfile(places);
  if (profile === undefined) return { nothing: reason };
  // Left behind by an `aliyun configure` that was not completed.
  const isBlank = ['', 'ak'].includes(profile.mode.toLowerCase()) && !hasAccessKey(profile);
  if (isBlank) return { nothing: `profile ${profile.name} of ${CLI_CONFIG} is blank` };
  return ofProfile(profile, places);
}

function hasAccessKey(profile: CliProfile): boolean {
  return ['access_key_id', 'access_key_secret'].some((name) => profile.setting(name) !== undefined);
}

/**
 * The credentials file of the SDKs: `ALIBABA_CLOUD_CREDENTIALS_FILE` or `~/.alibabacloud/credentials`.
 *
 * @throws KmsxError `credentials-file-malformed`, `credentials-unsupported`, `file-unreadable`
 */
export async function fromCredentialsFile({ env, home, warn }: Places): Promise<Look> {
  const named = variable(env, 'ALIBABA_CLOUD_CREDENTIALS_FILE');
  const label = named ?? CREDENTIALS_FILE;
  const path = named ?? (home && join(home, '.alibabacloud', 'credentials'));
  if (path === undefined || path === '') return { nothing: 'HOME is not set' };
  const file = await readSecretFile(path, label, warn);
  if (file === undefined) return { nothing: `${label} does not exist` };
  const name = profileVariable(env)?.value ?? 'default';
  const section = parseCredentialsFile(file.text, label).get(name);
  if (section === undefined) return { nothing: `${label} has no section ${JSON.stringify(name)}` };
  return {
    source: sectionSource(section, `section ${name} of ${label}`, env),
    origin: { kind: 'section', name, file: label },
    settings: settingOf(section),
  };
}

/**
 * The URI in `ALIBABA_CLOUD_CREDENTIALS_URI`.
 *
 * @throws KmsxError `credentials-failed` as `uriSource`
 */
export function fromUri(env: Env): Look {
  const uri = variable(env, 'ALIBABA_CLOUD_CREDENTIALS_URI');
  if (uri === undefined) return { nothing: 'ALIBABA_CLOUD_CREDENTIALS_URI is not set' };
  if (areExternalSourcesOff(env)) {
    return { nothing: 'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set' };
  }
  const source = uriSource('ALIBABA_CLOUD_CREDENTIALS_URI', uri, env);
  return { source, origin: { kind: 'URI variable' } };
}

/**
 * The source that a profile of the aliyun command-line tool describes.
 *
 * @throws KmsxError as `profileSource`
 */
export function ofProfile(profile: CliProfile, places: Places): Found {
  const { env, home, now, killGroup } = places;
  const settings: Setting = (name) => profile.setting(name);
  const readAgain = (name: string): Promise<CliProfile> => namedProfile(name, { home });
  const source = profileSource(profile, { env, now, readAgain, killGroup });
  const lacksSessionName =
    settings('ram_role_arn') !== undefined && settings('ram_session_name') === undefined;
  const origin = { kind: 'profile', name: profile.name, lacksSessionName } as const;
  return { source, origin, region: settings('region_id'), settings };
}
