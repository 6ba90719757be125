import { kmsxError } from '../base/error.ts';
import type { CliProfile } from './cli-profile.ts';
import { CLI_CONFIG } from './cli-profile.ts';
import type { AccessKey, CredentialSource, RoleSettings } from './credential-sources.ts';
import {
  accessKeySource,
  metadataSource,
  oidcSource,
  roleSource,
  uriSource,
} from './credential-sources.ts';
import { parseEndpoint } from './endpoint.ts';
import type { Env } from './env.ts';
import { envFlag, envValue } from './env.ts';
import { isRegion } from './region.ts';

/** Reads one setting of a profile or file; undefined if it is not there. */
type Setting = (name: string) => string | undefined;

/** What STS takes at least (API page "AssumeRole"). */
const SHORTEST_SESSION_SECONDS = 900;

/**
 * The source that a profile of the aliyun command-line tool describes: modes AK, StsToken, RamRoleArn,
 * EcsRamRole, OIDC and CredentialsURI, in any letter case.
 *
 * @throws KmsxError `credentials-unsupported` for another mode; `credentials-file-malformed` for a setting
 * that is missing or can't be right
 */
export function profileSource(profile: CliProfile, env: Env): CredentialSource {
  const label = `profile ${profile.name}`;
  const name = `${label} (${profile.mode})`;
  const needed = (setting: string): string => {
    const value = profile.setting(setting);
    if (value !== undefined) return value;
    throw incomplete(`${label} of ${CLI_CONFIG} has no ${setting}`);
  };
  const role = (): RoleSettings => ({
    roleArn: needed('ram_role_arn'),
    sessionName:
      profile.setting('ram_session_name') ?? envValue(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
    durationSeconds: durationOf(profile.setting('expired_seconds'), `${label} of ${CLI_CONFIG}`),
    stsEndpoint: stsEndpoint((setting) => profile.setting(setting), env, label),
  });
  switch (profile.mode.toLowerCase()) {
    case 'ak':
      return accessKeySource(name, keyOf(needed));
    case 'ststoken':
      return accessKeySource(name, { ...keyOf(needed), securityToken: needed('sts_token') });
    case 'ramrolearn':
      return roleSource(name, keyOf(needed), {
        ...role(),
        externalId: profile.setting('external_id'),
      });
    case 'ecsramrole':
      return metadataSource(name, profile.setting('ram_role_name'), env);
    case 'oidc':
      return oidcSource(
        name,
        { providerArn: needed('oidc_provider_arn'), tokenFile: needed('oidc_token_file') },
        role(),
      );
    case 'credentialsuri':
      return uriSource(name, needed('credentials_uri'));
    default:
      throw kmsxError(
        'credentials-unsupported',
        `${label} has the mode ${JSON.stringify(profile.mode)}, which kmsx does not offer`,
        { profile: profile.name, mode: profile.mode },
      );
  }
}

/**
 * The source that a section of the SDKs' credentials file describes: types access_key, sts, ecs_ram_role and
 * ram_role_arn.
 *
 * @param where - the section and file, for messages
 * @throws KmsxError as `profileSource`
 */
export function sectionSource(
  section: ReadonlyMap<string, string>,
  where: string,
  env: Env,
): CredentialSource {
  const setting: Setting = (name) => {
    const value = section.get(name);
    return value === '' ? undefined : value;
  };
  const needed = (name: string): string => {
    const value = setting(name);
    if (value !== undefined) return value;
    throw incomplete(`${where} has no ${name}`);
  };
  const type = needed('type');
  switch (type) {
    case 'access_key':
      return accessKeySource(where, keyOf(needed));
    case 'sts':
      return accessKeySource(where, { ...keyOf(needed), securityToken: needed('security_token') });
    case 'ecs_ram_role':
      return metadataSource(where, setting('role_name'), env);
    case 'ram_role_arn':
      return roleSource(where, keyOf(needed), {
        roleArn: needed('role_arn'),
        sessionName:
          setting('role_session_name') ?? envValue(env, 'ALIBABA_CLOUD_ROLE_SESSION_NAME'),
        stsEndpoint: stsEndpoint(setting, env, where),
        policy: setting('policy'),
      });
    default:
      throw kmsxError(
        'credentials-unsupported',
        `${where} has the type ${JSON.stringify(type)}, which kmsx does not offer`,
        { profile: where, mode: type },
      );
  }
}

/**
 * Where STS is asked: `sts_endpoint`, else `sts.REGION.aliyuncs.com` for `sts_region` or
 * `ALIBABA_CLOUD_STS_REGION` (`sts-vpc.` with `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true`), else
 * `sts.aliyuncs.com`.
 *
 * @returns HOST[:PORT]
 */
export function stsEndpoint(setting: Setting, env: Env, label: string): string {
  const endpoint = setting('sts_endpoint');
  if (endpoint !== undefined) {
    const { protocol, url } = parseEndpoint(endpoint, `sts_endpoint of ${label}`);
    return url.slice(`${protocol}://`.length);
  }
  const region = setting('sts_region') ?? envValue(env, 'ALIBABA_CLOUD_STS_REGION');
  if (region === undefined) return 'sts.aliyuncs.com';
  if (!isRegion(region)) {
    throw kmsxError('region-malformed', `the STS region of ${label} is no region`, { label });
  }
  const service = envFlag(env, 'ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED') ? 'sts-vpc' : 'sts';
  return `${service}.${region}.aliyuncs.com`;
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

function incomplete(message: string): Error {
  return kmsxError('credentials-file-malformed', message);
}
