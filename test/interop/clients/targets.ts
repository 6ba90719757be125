/* Where the scenario runs: the embedded KMS, or the real service. */
import { randomBytes } from 'node:crypto';
import type { Configuration, Credentials, SignatureOptions } from './protocol.ts';
import type { Identity, Saved, Step } from './scenario/step.ts';

/** A KMS, and those who call it. */
export interface Target {
  readonly service: Pick<Configuration, 'endpoint' | 'protocol' | 'region'> & {
    readonly caFile?: string;
  };
  readonly callers: Readonly<Partial<Record<Identity, Credentials>>>;
}

/** What the embedded KMS announces with `--tls`. */
export interface TlsAnnouncement {
  readonly Endpoint: string;
  readonly Region: string;
  readonly CaFile: string;
}

const ACCOUNT = {
  accessKeyId: 'LTAI5tInteropAccount',
  accessKeySecret: 'notAnActualSecretOfTheAccount',
};
const INACTIVE = {
  accessKeyId: 'LTAI5tInteropInactive',
  accessKeySecret: 'notAnActualSecretInactive',
};
const LIMITED = {
  accessKeyId: 'LTAI5tInteropLimited',
  accessKeySecret: 'notAnActualSecretOfLimited',
};
const ROLE = {
  accessKeyId: 'STS.InteropRole',
  accessKeySecret: 'notAnActualSecretOfTheRole',
  securityToken: 'CAISnotAnActualToken+/==',
};
const EXPIRED = {
  accessKeyId: 'STS.InteropExpired',
  accessKeySecret: 'notAnActualSecretExpired',
  securityToken: 'CAISnotAnActualTokenAnyMore',
};
const ALL = { Version: '1', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };
const SOME = {
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: ['kms:DescribeKey', 'kms:Encrypt'], Resource: '*' }],
};

/** The accounts and access keys that the scenario asks for: a seed of the embedded KMS. */
export const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [
        seedOf(ACCOUNT),
        { ...seedOf(INACTIVE), Status: 'Inactive' },
        { ...seedOf(LIMITED), UserName: 'limited', Policies: [SOME] },
        {
          ...seedOf(ROLE),
          UserName: 'role:session',
          SecurityToken: ROLE.securityToken,
          SecurityTokenExpiration: '+1h',
          Policies: [ALL],
        },
        {
          ...seedOf(EXPIRED),
          UserName: 'role:earlier',
          SecurityToken: EXPIRED.securityToken,
          SecurityTokenExpiration: '-1d',
          Policies: [ALL],
        },
      ],
    },
  ],
};

function seedOf({ accessKeyId, accessKeySecret }: Credentials): Record<string, string> {
  return { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret };
}

/** The embedded KMS that was started with `--tls` and the seed. */
export function embeddedKms({ Endpoint, Region, CaFile }: TlsAnnouncement): Target {
  const endpoint = new URL(Endpoint).host;
  return {
    service: { endpoint, protocol: 'HTTPS', caFile: CaFile, region: Region },
    callers: {
      ...callersOf(ACCOUNT),
      'inactive access key': INACTIVE,
      'limited user': LIMITED,
      role: ROLE,
      'role with a wrong token': { ...ROLE, securityToken: EXPIRED.securityToken },
      'role without its token': {
        accessKeyId: ROLE.accessKeyId,
        accessKeySecret: ROLE.accessKeySecret,
      },
      'role with an expired token': EXPIRED,
    },
  };
}

/** The shared gateway of a region. */
export function realKms(region: string, credentials: Credentials): Target {
  return {
    service: { endpoint: `kms.${region}.aliyuncs.com`, protocol: 'HTTPS', region },
    callers: callersOf(credentials),
  };
}

function callersOf(credentials: Credentials): Target['callers'] {
  const { accessKeySecret } = credentials;
  return {
    account: credentials,
    'wrong secret': { ...credentials, accessKeySecret: `${accessKeySecret}x` },
    'unknown access key': { accessKeyId: 'LTAI5tNoSuchAccessKeyId', accessKeySecret },
  };
}

/** What a client is made with to call as somebody. */
export function configurationOf(
  { service, callers }: Target,
  as: Identity,
  options: SignatureOptions = {},
): Configuration {
  const credentials = callers[as];
  if (credentials === undefined) throw new Error(`this target has no ${as}`);
  return { ...service, ...credentials, ...options };
}

/** Whether a target can do a step. */
export function isFor(target: Target, step: Step): boolean {
  return step.isLocalOnly !== true || target.callers.role !== undefined;
}

/** What the scenario begins with: a name for all that it makes, and the region. */
export function newSaved({ service }: Target): Saved {
  return new Map([
    ['prefix', `kmsx-interop-${randomBytes(4).toString('hex')}`],
    ['region', service.region],
  ]);
}
