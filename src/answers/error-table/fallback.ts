import type { KmsErrorFacts } from './facts.ts';

/** Codes that begin with a known word and a dot, or are that word alone. */
interface ErrorFamily extends KmsErrorFacts {
  readonly prefix: string;
  /** The HTTP statuses for which it holds; any other is judged by the status alone. */
  readonly statuses?: readonly number[];
}

const REFUSALS = [400, 403, 404, 409];

/** The first that fits counts. */
export const ERROR_FAMILIES: readonly ErrorFamily[] = [
  {
    prefix: 'Throttling',
    about: 'throttled',
    kind: 'unavailable',
    message: 'a quota of calls is used up at the moment',
    hint: 'run fewer calls at a time, or give a larger --max-attempts and --deadline',
  },
  {
    prefix: 'InvalidSecurityToken',
    kind: 'credentials',
    message: 'the STS token is not accepted',
    hint: 'get new temporary credentials, all three values at once: access key, secret and token',
  },
  {
    prefix: 'InvalidAccessKeyId',
    kind: 'credentials',
    message: 'the access key is not accepted',
    hint: 'aliyun sts GetCallerIdentity shows whether it works at all; --verbose shows where kmsx got it',
  },
  {
    prefix: 'NoPermission',
    kind: 'credentials',
    about: 'permission',
    message: 'these credentials lack a permission',
    hint: 'aliyun sts GetCallerIdentity shows the caller: that RAM user or role needs a policy that allows the call',
  },
  {
    prefix: 'AuthenticationFail',
    kind: 'credentials',
    message: 'STS does not accept the caller that asks for the role',
    hint: 'check the token file, the ARN of the identity provider and the trust policy of the role',
  },
  {
    prefix: 'EntityNotExist',
    statuses: REFUSALS,
    kind: 'credentials',
    message: 'RAM does not know what the credentials refer to',
    hint: 'check the ARNs of the role and of the identity provider in the profile or the environment',
  },
  {
    prefix: 'InvalidParameter',
    statuses: REFUSALS,
    kind: 'kms',
    message: 'a parameter of the request is not accepted',
    hint: 'the Code names the parameter: check the option, file or profile that it comes from',
  },
  {
    prefix: 'MissingParameter',
    statuses: REFUSALS,
    kind: 'kms',
    message: 'a parameter of the request is missing',
    hint: 'the Code names the parameter: a newer kmsx, or another gateway, may be needed for it',
  },
  {
    prefix: 'InvalidTimeStamp',
    statuses: REFUSALS,
    kind: 'kms',
    message: 'the time of the request is not accepted',
    hint: 'set the clock of this machine: timedatectl set-ntp true; check it with date -u',
  },
  {
    prefix: 'Forbidden',
    statuses: [404],
    kind: 'kms',
    message: 'KMS does not find what the request names',
    hint: 'the Code says what is missing: check the id, --region and the account (aliyun sts GetCallerIdentity)',
    mayBeClosedInstance: true,
  },
  {
    prefix: 'Forbidden',
    statuses: [400, 403],
    kind: 'credentials',
    message: 'KMS does not allow this call with these credentials',
    hint: 'the Code says why: check the RAM policy for kms:ACTION, the key policy and the state of the account',
    mayBeClosedInstance: true,
  },
  {
    prefix: 'Rejected',
    statuses: REFUSALS,
    kind: 'kms',
    message: 'KMS rejects the call in the current state of the key or instance',
    hint: 'the Code says why; kmsx list-keys shows the state of each key',
    mayBeClosedInstance: true,
  },
  {
    prefix: 'Unsupported',
    statuses: REFUSALS,
    kind: 'kms',
    message: 'KMS does not support what the request asks for',
    hint: 'the Code says what; another key, or --gateway public instead of a dedicated one, may support it',
    mayBeClosedInstance: true,
  },
];

interface StatusFacts extends KmsErrorFacts {
  /** For people. */
  readonly statuses: string;
}

const REFUSED_CREDENTIALS: StatusFacts = {
  statuses: '401, 403',
  kind: 'credentials',
  message: 'KMS refuses these credentials',
  hint: 'check the credentials and the RAM policy for kms:ACTION; the Code says more',
};

const NOT_NOW: StatusFacts = {
  statuses: '408, 429, 500 and above',
  kind: 'unavailable',
  message: 'KMS cannot answer the request at the moment',
  hint: 'try again later, or with a larger --max-attempts',
};

const REFUSED: StatusFacts = {
  statuses: 'any other',
  kind: 'kms',
  message: 'KMS refuses the request',
  hint: 'https://api.aliyun.com/troubleshoot explains Code and RequestId',
};

/** The classes of HTTP statuses that `factsByStatus` tells apart. */
export const STATUS_CLASSES: readonly StatusFacts[] = [REFUSED_CREDENTIALS, NOT_NOW, REFUSED];

/** What an unknown code means, by the HTTP status that it came with. */
export function factsByStatus(status: number): KmsErrorFacts {
  if (status === 401 || status === 403) return REFUSED_CREDENTIALS;
  if (status === 408 || status === 429 || status >= 500) return NOT_NOW;
  return REFUSED;
}

/** What an unknown code means, by the known word that it begins with. */
export function factsByFamily(code: string, status: number): KmsErrorFacts | undefined {
  return ERROR_FAMILIES.find(
    ({ prefix, statuses }) =>
      (code === prefix || code.startsWith(`${prefix}.`)) && (statuses?.includes(status) ?? true),
  );
}
