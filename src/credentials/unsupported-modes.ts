import { kmsxError } from '../base/error.ts';
import { shellWord } from '../base/text/shell-word.ts';

/** Profile modes that kmsx refuses, in lower case: why, and what to do instead. */
const REFUSED_MODES: Readonly<Record<string, { readonly why: string; readonly instead: string }>> =
  {
    rsakeypair: {
      why: 'Alibaba Cloud is retiring key pairs',
      instead: 'aliyun configure --mode RamRoleArn --profile NAME, or --mode AK',
    },
    bearertoken: {
      why: 'KMS takes signed requests, not bearer tokens',
      instead:
        'aliyun configure --mode OIDC --profile NAME turns a token into credentials; or --mode AK',
    },
    anonymous: {
      why: 'KMS takes signed requests only',
      instead: 'aliyun configure --mode AK --profile NAME, or another profile with --profile',
    },
  };

/** The equivalent types in the SDKs' credentials file. */
const REFUSED_TYPES: Readonly<Record<string, keyof typeof REFUSED_MODES>> = {
  rsa_key_pair: 'rsakeypair',
  bearer: 'bearertoken',
};

/** The error for a profile mode that kmsx does not support. */
export function unsupportedMode(label: string, profile: string, mode: string): Error {
  const refused = Object.hasOwn(REFUSED_MODES, mode.toLowerCase())
    ? REFUSED_MODES[mode.toLowerCase()]
    : undefined;
  const why = refused === undefined ? '' : `: ${refused.why}`;
  return kmsxError(
    'credentials-unsupported',
    `${label} has ${quoted('mode', mode)}, which kmsx does not support${why}`,
    {
      hints: [
        refused?.instead.replace('NAME', shellWord(profile)) ??
          'modes: AK, StsToken, RamRoleArn, ChainableRamRoleArn, RamRoleArnWithRoleName, EcsRamRole, OIDC, CredentialsURI, External, CloudSSO, OAuth',
      ],
    },
  );
}

/** The error for a type in the SDKs' credentials file that kmsx does not support. */
export function unsupportedType(where: string, type: string): Error {
  const mode = Object.hasOwn(REFUSED_TYPES, type.toLowerCase())
    ? REFUSED_TYPES[type.toLowerCase()]
    : undefined;
  const why = mode === undefined ? '' : `: ${REFUSED_MODES[mode]?.why ?? ''}`;
  return kmsxError(
    'credentials-unsupported',
    `${where} has ${quoted('type', type)}, which kmsx does not support${why}`,
    {
      hints: ['types: access_key, sts, ram_role_arn, ecs_ram_role, oidc_role_arn, credentials_uri'],
    },
  );
}

/** A value that is not a plain word may be a secret in the wrong field, so it is not quoted. */
function quoted(what: string, value: string): string {
  return /^[A-Za-z_]{1,25}$/.test(value) ? `the ${what} "${value}"` : `a ${what}`;
}
