import { kmsxError } from '../../base/error.ts';
import type { CliProfile } from '../cli-profile.ts';
import { CLI_CONFIG } from '../cli-profile.ts';
import type { AccessKey, CredentialSource, RoleSettings } from './sources.ts';
import { accessKeySource, metadataSource, oidcSource, roleSource, uriSource } from './sources.ts';
import type { Env } from '../../base/env.ts';
import { externalSource } from './external.ts';
import type { KillGroup } from './run-command.ts';
import { signedInSource } from './signed-in.ts';
import { stsEndpoint } from '../sts-endpoint.ts';
import { variable } from '../variables.ts';
import { unsupportedMode } from '../unsupported-modes.ts';

/** The minimum that STS accepts (API page "AssumeRole"). */
const SHORTEST_SESSION_SECONDS = 900;

/** The longest chain of roles, each assumed with the credentials of the one before. Each costs one STS call. */
const MOST_CHAINED_PROFILES = 8;

export interface ProfileContext {
  readonly env: Env;
  readonly now: () => Date;
  readonly killGroup: KillGroup;
  /** Reads a profile from the file again. */
  readonly readAgain: (name: string) => Promise<CliProfile | undefined>;
}

/**
 * The source that a profile of the aliyun command-line tool describes: modes AK, StsToken, RamRoleArn,
 * ChainableRamRoleArn, RamRoleArnWithRoleName (also RamRoleArnWithEcs), EcsRamRole, OIDC, CredentialsURI,
 * External, CloudSSO and OAuth, case-insensitive.
 *
 * @throws KmsxError `credentials-unsupported` for another mode; `credentials-file-malformed` for a missing or
 * invalid setting, or a `source_profile` that does not exist or is circular; `credentials-failed` for credentials
 * that have expired or are disabled; `gateway-malformed`, `region-malformed` for the STS endpoint
 */
export function profileSource(profile: CliProfile, context: ProfileContext): CredentialSource {
  return sourceOf(profile, context, []);
}

function sourceOf(
  profile: CliProfile,
  context: ProfileContext,
  outer: readonly string[],
): CredentialSource {
  const { env } = context;
  const label = `profile ${profile.name}`;
  const where = `${label} of ${CLI_CONFIG}`;
  const name = `${label} (${profile.mode})`;
  const needed = (setting: string): string => {
    const value = profile.setting(setting);
    if (value !== undefined) return value;
    throw incomplete(`${where} has no ${setting}`);
  };
  const role = (): RoleSettings & { readonly externalId: string | undefined } => ({
    roleArn: needed('ram_role_arn'),
    sessionName:
      profile.setting('ram_session_name') ?? variable(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
    durationSeconds: durationOf(profile.setting('expired_seconds'), where),
    stsEndpoint: stsEndpoint((setting) => profile.setting(setting), env, label),
    externalId: profile.setting('external_id'),
  });
  switch (profile.mode.toLowerCase()) {
    case '':
      throw incomplete(`${where} has no mode`);
    case 'ak':
      return accessKeySource(name, keyOf(needed));
    case 'ststoken':
      return accessKeySource(name, { ...keyOf(needed), securityToken: needed('sts_token') });
    case 'ramrolearn': {
      const key = { ...keyOf(needed), securityToken: profile.setting('sts_token') };
      return roleSource(name, accessKeySource(name, key), role());
    }
    case 'chainableramrolearn':
      return roleSource(name, sourceProfile(profile, context, outer), role());
    case 'ramrolearnwithrolename':
    case 'ramrolearnwithecs': {
      const instance = `the instance role of ${label}`;
      const previous = metadataSource(instance, profile.setting('ram_role_name'), env);
      return roleSource(name, previous, role());
    }
    case 'ecsramrole':
      return metadataSource(name, profile.setting('ram_role_name'), env);
    case 'oidc':
      return oidcSource(
        name,
        {
          providerArn: needed('oidc_provider_arn'),
          tokenFile: needed('oidc_token_file'),
          setting: 'oidc_token_file',
        },
        role(),
      );
    case 'credentialsuri':
      return uriSource(name, needed('credentials_uri'), env);
    case 'external':
      if (profile.isWritableByOthers) throw changeableCommand(name);
      return externalSource(name, needed('process_command'), where, context);
    case 'cloudsso':
    case 'oauth': {
      const again = (): Promise<CliProfile | undefined> => context.readAgain(profile.name);
      return signedInSource(name, profile, { now: context.now, again });
    }
    default:
      throw unsupportedMode(label, profile.name, profile.mode);
  }
}

/** The source of the profile that `source_profile` names. */
function sourceProfile(
  profile: CliProfile,
  context: ProfileContext,
  outer: readonly string[],
): CredentialSource {
  const where = `profile ${profile.name} of ${CLI_CONFIG}`;
  const next = profile.setting('source_profile');
  if (next === undefined) throw incomplete(`${where} has no source_profile`);
  const path = [...outer, profile.name];
  if (path.includes(next)) {
    throw incomplete(`source_profile is circular: ${[...path, next].join(', ')}`);
  }
  if (path.length === MOST_CHAINED_PROFILES) {
    throw incomplete(`source_profile leads through more than ${MOST_CHAINED_PROFILES} profiles`);
  }
  const source = profile.sibling(next);
  if (source !== undefined) return sourceOf(source, context, path);
  throw incomplete(`${where} names a source_profile that does not exist`);
}

function keyOf(needed: (name: string) => string): AccessKey {
  return {
    accessKeyId: needed('access_key_id'),
    accessKeySecret: needed('access_key_secret'),
  };
}

function durationOf(text: string | undefined, where: string): number | undefined {
  if (text === undefined || text === '0') return undefined;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= SHORTEST_SESSION_SECONDS) return seconds;
  throw incomplete(`${where} has expired_seconds below ${SHORTEST_SESSION_SECONDS}`);
}

/** Anyone who can change the file could make this user run any command. */
function changeableCommand(name: string): Error {
  return kmsxError(
    'credentials-failed',
    `${name} runs a command, but other users can change ${CLI_CONFIG}`,
    {
      hints: [
        `check its process_command, then chmod 600 ${CLI_CONFIG}; the file, its folders and the targets of links must belong to you or root, and no other user may write to them (namei -l ${CLI_CONFIG})`,
      ],
    },
  );
}

function incomplete(message: string): Error {
  return kmsxError('credentials-file-malformed', message);
}
