import { kmsxError } from '../base/error.ts';
import type { Env } from '../base/env.ts';
import { envFlag, envValue } from '../base/env.ts';
import type { Warn } from './secret-file.ts';

/** What an option of the command line decides, whatever the environment says. */
export interface Decided {
  /** `--profile` */
  readonly profile?: boolean;
  /** `--region` */
  readonly region?: boolean;
  /** `--gateway` or `--endpoint`, or their variables */
  readonly address?: boolean;
}

/** Names of a variable in the order in which `aliyun` reads them: the first that is set counts. */
interface AliyunVariable {
  readonly names: readonly string[];
  /** The one of `names` that kmsx reads too. */
  readonly own?: string;
  /** What to use with kmsx, if that is not a variable. */
  readonly instead?: string;
  /** Not looked at if the command line decides this. */
  readonly decides: keyof Decided;
}

/** The names of the variable that selects a profile, in the order in which `aliyun` reads them. */
export const PROFILE_VARIABLES = [
  'ALIBABACLOUD_PROFILE',
  'ALIBABA_CLOUD_PROFILE',
  'ALICLOUD_PROFILE',
] as const;

/** The names of the variable with which `aliyun` leaves its profiles unread, if it is `TRUE`. */
export const IGNORE_PROFILE_VARIABLES = [
  'ALIBABA_CLOUD_IGNORE_PROFILE',
  'ALIBABACLOUD_IGNORE_PROFILE',
] as const;

/** Every other variable that decides as whom, and where, `aliyun` 3.4 asks (its `config/profile.go`). */
export const ALIYUN_VARIABLES: readonly AliyunVariable[] = [
  {
    names: [
      'ALIBABA_CLOUD_ACCESS_KEY_ID',
      'ALIBABACLOUD_ACCESS_KEY_ID',
      'ALICLOUD_ACCESS_KEY_ID',
      'ACCESS_KEY_ID',
    ],
    own: 'ALIBABA_CLOUD_ACCESS_KEY_ID',
    decides: 'profile',
  },
  {
    names: [
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      'ALIBABACLOUD_ACCESS_KEY_SECRET',
      'ALICLOUD_ACCESS_KEY_SECRET',
      'ACCESS_KEY_SECRET',
    ],
    own: 'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    decides: 'profile',
  },
  {
    names: [
      'ALIBABA_CLOUD_SECURITY_TOKEN',
      'ALIBABACLOUD_SECURITY_TOKEN',
      'ALICLOUD_SECURITY_TOKEN',
      'SECURITY_TOKEN',
    ],
    own: 'ALIBABA_CLOUD_SECURITY_TOKEN',
    decides: 'profile',
  },
  {
    names: ['ALIBABACLOUD_ROLE_ARN', 'ALIBABA_CLOUD_ROLE_ARN'],
    own: 'ALIBABA_CLOUD_ROLE_ARN',
    decides: 'profile',
  },
  {
    names: ['ALIBABACLOUD_OIDC_PROVIDER_ARN', 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN'],
    own: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
    decides: 'profile',
  },
  {
    names: ['ALIBABACLOUD_OIDC_TOKEN_FILE', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'],
    own: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
    decides: 'profile',
  },
  {
    names: ['ALIBABACLOUD_EXTERNAL_ID', 'ALIBABA_CLOUD_EXTERNAL_ID'],
    instead: 'external_id of a profile',
    decides: 'profile',
  },
  {
    names: ['ALIBABA_CLOUD_BEARER_TOKEN'],
    instead: 'an access key or a role, because KMS takes signed requests',
    decides: 'profile',
  },
  {
    names: ['ALIBABA_CLOUD_PROFILE_MODE'],
    instead: 'mode of a profile',
    decides: 'profile',
  },
  {
    names: ['ALIBABA_CLOUD_STS_ENDPOINT'],
    instead: 'sts_endpoint of a profile, or ALIBABA_CLOUD_STS_REGION',
    decides: 'profile',
  },
  {
    names: [
      'ALIBABA_CLOUD_REGION_ID',
      'ALIBABACLOUD_REGION_ID',
      'ALICLOUD_REGION_ID',
      'REGION_ID',
      'REGION',
    ],
    own: 'ALIBABA_CLOUD_REGION_ID',
    decides: 'region',
  },
  {
    names: [
      'ALIBABA_CLOUD_ENDPOINT_TYPE',
      'ALIBABACLOUD_ENDPOINT_TYPE',
      'ALICLOUD_ENDPOINT_TYPE',
      'ENDPOINT_TYPE',
    ],
    instead: '--gateway vpc',
    decides: 'address',
  },
  { names: ['ALIBABA_CLOUD_ENDPOINT'], instead: '--endpoint', decides: 'address' },
];

/** Warns of each variable with which `aliyun` would ask as somebody else, or elsewhere, and kmsx does not. */
export function warnOfAliyunVariables(env: Env, decided: Decided, warn: Warn): void {
  for (const { names, own, instead, decides } of ALIYUN_VARIABLES) {
    const read = names.find((name) => envValue(env, name) !== undefined);
    if (read === undefined || read === own || decided[decides] === true) continue;
    if (own !== undefined && env[own] === env[read]) continue;
    const use = instead ?? own ?? '';
    warn(`${read} is set, which aliyun reads and kmsx does not: use ${use}, or unset it`);
  }
}

/**
 * The value of a variable that credentials depend on; an empty one is unset.
 *
 * @throws KmsxError `credentials-failed` for one that begins or ends with a quote or white space, which belong to the
 * syntax of a file or shell that did not remove them
 */
export function variable(env: Env, name: string): string | undefined {
  const value = envValue(env, name);
  if (value !== undefined && /^[\s"'`“”‘’]|[\s"'`“”‘’]$/.test(value)) {
    throw kmsxError(
      'credentials-failed',
      `${name} begins or ends with a quote or white space, which is not part of its value`,
      {
        details: { reason: 'characters' },
        hints: [
          `set ${name} again without them; docker run --env-file keeps quotes, and a file with CRLF line ends keeps a carriage return`,
        ],
      },
    );
  }
  return value;
}

/**
 * Whether a switch is on: `true`, case-insensitive.
 *
 * @throws KmsxError `credentials-failed` as `variable`
 */
export function isOn(env: Env, name: string): boolean {
  variable(env, name);
  return envFlag(env, name);
}

/**
 * The profile that the environment names, by any of the names that `aliyun` reads.
 *
 * @throws KmsxError `credentials-failed` if two of them name different profiles: `aliyun` and the SDKs disagree on which
 * one counts
 */
export function profileVariable(
  env: Env,
): { readonly name: string; readonly value: string } | undefined {
  const set = PROFILE_VARIABLES.flatMap((name) => {
    const value = variable(env, name);
    return value === undefined ? [] : [{ name, value }];
  });
  const [first] = set;
  const other = set.find(({ value }) => value !== first?.value);
  if (first === undefined || other === undefined) return first;
  throw kmsxError(
    'credentials-failed',
    `${first.name} names the profile ${JSON.stringify(first.value)} and ${other.name} names ${JSON.stringify(other.value)}`,
    { hints: [`unset one of them, or give --profile NAME`] },
  );
}

/** The variable that switches off the profiles of `~/.aliyun/config.json`, if one does. */
export function profilesOffVariable(env: Env): string | undefined {
  return ['ALIBABA_CLOUD_CLI_PROFILE_DISABLED', ...IGNORE_PROFILE_VARIABLES].find((name) =>
    isOn(env, name),
  );
}
