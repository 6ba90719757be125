import { columns } from './columns.ts';

const VARIABLES: readonly (readonly [string, string])[] = [
  ['KMSX_KEY_ID', 'as --key-id'],
  ['KMSX_GATEWAY', 'as --gateway; local is refused here: a rehearsal is asked for by the flag'],
  ['KMSX_ENDPOINT', 'as --endpoint'],
  ['KMSX_CA_FILE', 'as --ca-file'],
  ['KMSX_DEBUG', '1 adds a stack trace to an error; nothing secret'],
  [
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'with …_ACCESS_KEY_SECRET, and …_SECURITY_TOKEN for a temporary one',
  ],
  ['ALIBABA_CLOUD_ROLE_ARN', 'with …_OIDC_PROVIDER_ARN and …_OIDC_TOKEN_FILE: a role by OIDC'],
  ['ALIBABA_CLOUD_ROLE_SESSION_NAME', 'the name of a session of a role'],
  ['ALIBABA_CLOUD_STS_REGION', 'where STS is asked; with …_VPC_ENDPOINT_ENABLED=true inside a VPC'],
  [
    'ALIBABA_CLOUD_PROFILE',
    'the profile or section where the environment has no access key; --profile beats that too',
  ],
  ['ALIBABA_CLOUD_REGION_ID', 'as --region'],
  ['ALIBABA_CLOUD_CREDENTIALS_FILE', 'another place for ~/.alibabacloud/credentials'],
  ['ALIBABA_CLOUD_CREDENTIALS_URI', 'a service that gives credentials'],
  ['ALIBABA_CLOUD_ECS_METADATA', 'the role of the instance'],
  ['ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true: instance metadata is not asked'],
  ['ALIBABA_CLOUD_IMDSV1_DISABLED', 'true: instance metadata with a token only'],
  [
    'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS',
    'true: no process_command of a profile, and no credentials URI',
  ],
  ['ALIBABA_CLOUD_CLI_PROFILE_DISABLED', 'true: ~/.aliyun/config.json is not read'],
  [
    'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY',
    'a proxy, as http://HOST:PORT or HOST:PORT; loopback never goes through it',
  ],
  ['NO_PROXY', 'what is reached directly: names, suffixes, addresses, CIDR, *'],
  ['NODE_EXTRA_CA_CERTS', 'more certificate authorities, as for every Node.js program'],
  ['NO_COLOR, FORCE_COLOR, TERM', 'colour off, colour on for stderr, dumb for off'],
  ['XDG_STATE_HOME', 'where --gateway local keeps its state; ~/.local/state by default'],
  ['NODE_DEBUG', 'refused: Node.js would print requests and signatures'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0 is refused: TLS is verified, always'],
];

export function environmentTopic(): string {
  return `Environment\n\n${columns(VARIABLES)}
An option wins over its variable, a variable over the profile. An empty variable is unset.
There is none for a public key: what a data key is sealed for is said each time.
`;
}
