import { shellWord } from '../../base/text/shell-word.ts';
import type { Origin } from '../../credentials/places.ts';
import { ALIYUN_VARIABLES, IGNORE_PROFILE_VARIABLES } from '../../credentials/variables.ts';

/** How the `aliyun` program reaches the KMS that kmsx asked, as the same caller. */
export interface WitnessGateway {
  /** A URL without a path. */
  readonly endpoint: string;
  readonly region: string | undefined;
  /** Where kmsx found its credentials; undefined: `aliyun` finds its own. */
  readonly origin: Origin | undefined;
  readonly route: WitnessRoute;
  /** `--ca-file`. */
  readonly caFile: string | undefined;
  /** The authorities of `caFile` were the only ones. */
  readonly onlyCaFile: boolean;
  /** The rule of `--resolve` that was followed. */
  readonly resolve:
    { readonly host: string; readonly port: number; readonly address: string } | undefined;
}

/** How kmsx reached KMS: through the proxy of a variable, or directly though there may be one. */
export type WitnessRoute =
  | { readonly kind: 'proxy'; readonly variable: string }
  | { readonly kind: 'direct'; readonly host: string }
  | { readonly kind: 'no proxy is set' };

/** `aliyun` refuses to run without a region, also where `--endpoint` decides who is asked. */
const ANY_REGION = 'cn-hangzhou';

/** `aliyun` requires one where a role is assumed, and kmsx has one. */
const SESSION_NAME = '--role-session-name "${ALIBABA_CLOUD_ROLE_SESSION_NAME:-kmsx}"';

const KEY_VARIABLES = [
  'ALIBABA_CLOUD_ACCESS_KEY_ID',
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'ALIBABA_CLOUD_SECURITY_TOKEN',
];

interface Caller {
  /** The variables that stay; undefined: a profile is read. */
  readonly keeps: readonly string[] | undefined;
  readonly options: readonly string[];
}

/**
 * The part of `aliyun` 3.4 that decides as whom it asks: a profile comes before variables unless
 * `ALIBABA_CLOUD_IGNORE_PROFILE` is `TRUE`, and then `--profile` is ignored too; what a profile lacks is taken from
 * variables; without a profile, the variables that are set choose the mode unless `--mode` does.
 */
const CALLERS: Readonly<Record<Origin['kind'], Caller>> = {
  profile: { keeps: undefined, options: [] },
  'key variables': { keeps: KEY_VARIABLES, options: [] },
  'OIDC variables': {
    keeps: [
      'ALIBABA_CLOUD_ROLE_ARN',
      'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
      'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
    ],
    options: ['--mode OIDC', SESSION_NAME],
  },
  'URI variable': { keeps: [], options: ['--mode CredentialsURI'] },
  metadata: { keeps: [], options: ['--mode EcsRamRole'] },
  // aliyun does not read that file: a note asks for its access key in variables.
  section: { keeps: KEY_VARIABLES, options: [] },
};

/** Shell lines after which `aliyun` asks as the caller that kmsx was, or not at all. */
export function asSameCaller(origin: Origin | undefined): string[] {
  if (origin === undefined) return [];
  const { keeps } = CALLERS[origin.kind];
  const names = ALIYUN_VARIABLES.filter(({ decides }) => decides === 'profile').flatMap(
    (variable) => variable.names,
  );
  if (keeps === undefined) return [`unset ${[...IGNORE_PROFILE_VARIABLES, ...names].join(' ')}`];
  return [
    `unset ${names.filter((name) => !keeps.includes(name)).join(' ')}`,
    'export ALIBABA_CLOUD_IGNORE_PROFILE=TRUE',
  ];
}

/** One call of Alibaba Cloud's own command line, as the caller, to the address and by the route of kmsx. */
export function aliyun(
  { endpoint, region, origin, route, caFile, onlyCaFile }: WitnessGateway,
  action: string,
  parameters: readonly string[],
): string {
  const [scheme = '', address = ''] = endpoint.split('://');
  return [
    ...(caFile === undefined ? [] : [`SSL_CERT_FILE=${shellWord(caFile)}`]),
    ...(caFile !== undefined && onlyCaFile ? ['SSL_CERT_DIR="$folder/none"'] : []),
    ...proxyVariables(route, scheme),
    `aliyun kms ${action}`,
    ...parameters,
    ...(origin === undefined ? [] : callerOptions(origin)),
    option('--region', region ?? ANY_REGION),
    `--endpoint ${shellWord(address)}`,
    scheme === 'http' ? '--insecure' : '--secure',
  ].join(' ');
}

function callerOptions(origin: Origin): readonly string[] {
  if (origin.kind !== 'profile') return CALLERS[origin.kind].options;
  const profile = option('--profile', origin.name);
  return origin.lacksSessionName ? [profile, SESSION_NAME] : [profile];
}

/** An option with a value; one that begins with a hyphen has to be joined to its option. */
export function option(name: string, value: string): string {
  return value.startsWith('-') ? shellWord(`${name}=${value}`) : `${name} ${shellWord(value)}`;
}

/**
 * `aliyun` reads `HTTPS_PROXY` and `https_proxy` (or those for http) in this order, `ALL_PROXY` never, and goes through
 * a proxy to loopback addresses too, unless `NO_PROXY` or `no_proxy` names them.
 */
function proxyVariables(route: WitnessRoute, scheme: string): string[] {
  if (route.kind === 'proxy') {
    const first = `${scheme.toUpperCase()}_PROXY`;
    return route.variable === first ? [] : [`${first}="$${route.variable}"`];
  }
  if (route.kind !== 'direct') return [];
  return ['NO_PROXY', 'no_proxy'].map((name) => `${name}="${route.host}\${${name}:+,$${name}}"`);
}
