import type { Block, Rows } from '../../../terminal/help/layout.ts';

export const VARIABLES: Rows = [
  ['KMSX_KEY_ID', 'same as --key-id'],
  ['KMSX_GATEWAY', 'same as --gateway, except local: a rehearsal needs the option itself'],
  ['KMSX_ENDPOINT', 'same as --endpoint'],
  ['KMSX_CA_FILE', 'same as --ca-file'],
  ['KMSX_PKCS11_MODULE', 'same as --module'],
  ['KMSX_STORE', 'same as --store'],
  [
    'PGUSER, PGPASSWORD, PGPASSFILE',
    'the login to a store in PostgreSQL: the user, its password, the file in place of ~/.pgpass',
  ],
  ['PGSSLMODE', 'verify-full asks for TLS on loopback too; what is less is refused elsewhere'],
  ['MYSQL_PWD', 'the password of a store in MySQL, where ~/.my.cnf has none'],
  ['KMSX_DEBUG', '1 adds a stack trace to errors; nothing secret'],
  [
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'with …_ACCESS_KEY_SECRET, and …_SECURITY_TOKEN for a temporary access key',
  ],
  ['ALIBABA_CLOUD_ROLE_ARN', 'with …_OIDC_PROVIDER_ARN and …_OIDC_TOKEN_FILE: a role by OIDC'],
  ['ALIBABA_CLOUD_ROLE_SESSION_NAME', 'the session name when a role is assumed'],
  ['ALIBABA_CLOUD_STS_REGION', 'the region of STS; with …_VPC_ENDPOINT_ENABLED=true inside a VPC'],
  [
    'ALIBABA_CLOUD_PROFILE',
    'the profile or section, unless the environment has an access key; --profile overrides both; ALIBABACLOUD_PROFILE and ALICLOUD_PROFILE mean the same',
  ],
  ['ALIBABA_CLOUD_REGION_ID', 'same as --region'],
  ['ALIBABA_CLOUD_CREDENTIALS_FILE', 'the path used instead of ~/.alibabacloud/credentials'],
  ['ALIBABA_CLOUD_CREDENTIALS_URI', 'a URI that responds with credentials'],
  ['ALIBABA_CLOUD_ECS_METADATA', 'the role of the instance'],
  ['ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true: instance metadata is not used'],
  ['ALIBABA_CLOUD_IMDSV1_DISABLED', 'true: instance metadata only with a token (IMDSv2)'],
  [
    'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS',
    'true: no process_command of a profile, and no credentials URI',
  ],
  [
    'ALIBABA_CLOUD_CLI_PROFILE_DISABLED',
    'true: ~/.aliyun/config.json is not read; ALIBABA_CLOUD_IGNORE_PROFILE=TRUE means the same',
  ],
  [
    'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY',
    'a proxy, as http://HOST:PORT or HOST:PORT; never used for loopback',
  ],
  ['NO_PROXY', 'destinations reached directly: names, suffixes, addresses, CIDR, *'],
  ['NODE_EXTRA_CA_CERTS', 'additional certificate authorities, as for every Node.js program'],
  ['NO_COLOR, FORCE_COLOR, TERM', 'colour off; colour on for stderr; dumb turns it off'],
  ['COLUMNS', 'how wide help is on a terminal, from 40 to 100; the terminal itself by default'],
  ['XDG_STATE_HOME', 'where --gateway local keeps its state; ~/.local/state by default'],
  ['NODE_DEBUG', 'refused: Node.js would print requests and signatures'],
  [
    'NODE_OPTIONS',
    'refused with options that reveal memory, TLS keys or the environment, such as --report-on-signal',
  ],
  ['NODE_COMPILE_CACHE', 'refused: Node.js would run code from a cache, whoever wrote it'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0 is refused: TLS is always verified'],
];

/** `kmsx help environment`. */
export const ENVIRONMENT: readonly Block[] = [
  'Environment',
  { rows: VARIABLES },
  'An option overrides its variable, and a variable overrides the profile. An empty variable counts as unset. There is no variable for a public key: it must be given explicitly each time.',
];
