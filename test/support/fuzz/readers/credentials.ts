import { parseCliConfig } from '../../../../src/credentials/cli-profile.ts';
import { parseCredentialsFile } from '../../../../src/credentials/sources/credentials-file.ts';
import { splitCommand } from '../../../../src/credentials/sources/external.ts';
import { stsEndpoint } from '../../../../src/credentials/sts-endpoint.ts';
import type { Reader } from '../fuzz.ts';

const PROFILE = {
  name: 'default',
  mode: 'AK',
  access_key_id: 'id',
  access_key_secret: 'secret',
  region_id: 'cn-hangzhou',
};

/** What reads credentials files and what stands in them. */
export const CREDENTIAL_READERS: readonly Reader[] = [
  {
    name: '~/.aliyun/config.json',
    samples: [
      JSON.stringify({ current: 'default', profiles: [PROFILE] }),
      JSON.stringify({
        current: 'b',
        profiles: [
          PROFILE,
          { ...PROFILE, name: 'b', mode: 'ChainableRamRoleArn', source_profile: 'default' },
        ],
        meta_path: '',
      }),
    ],
    read: (bytes) => parseCliConfig(bytes.toString()),
  },
  {
    name: '~/.alibabacloud/credentials',
    samples: [
      '[default]\ntype = access_key\naccess_key_id = id\naccess_key_secret = "s e c"\n',
      '# comment\r\n[a]\r\nenable = true ; comment\r\n[b]\r\ntype=ecs_ram_role\r\n',
    ],
    read: (bytes) => parseCredentialsFile(bytes.toString(), 'FILE'),
  },
  {
    name: 'process_command',
    samples: ['/usr/bin/program --flag "a b" \'c\' d\\ e', 'program'],
    read: (bytes) => splitCommand(bytes.toString(), 'profile default'),
  },
  {
    name: 'sts_endpoint',
    samples: ['sts.cn-hangzhou.aliyuncs.com', 'sts.example:8443'],
    read: (bytes) =>
      stsEndpoint(
        (name) => (name === 'sts_endpoint' ? bytes.toString() : undefined),
        {},
        'a profile',
      ),
  },
];
