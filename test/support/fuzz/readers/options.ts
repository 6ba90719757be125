import { keyFilter } from '../../../../src/commands/account/list-keys/filter.ts';
import { readLimits } from '../../../../src/commands/shared/connection/connection-options.ts';
import { resolveGateway } from '../../../../src/kms/gateway.ts';
import { parseKeyId } from '../../../../src/kms/key-id.ts';
import { parseEndpoint, parseResolveRule } from '../../../../src/network/endpoint.ts';
import { bypassesProxy } from '../../../../src/network/proxy/no-proxy.ts';
import { chooseProxy } from '../../../../src/network/proxy/proxy.ts';
import type { Reader } from '../fuzz.ts';

const KEY_IDS = [
  '1a2b3c4d-0000-4000-8000-00000000000f',
  'key-hzz1',
  'alias/payments',
  'acs:kms:cn-hangzhou:1234:key/1a2b3c4d-0000-4000-8000-00000000000f',
  'acs:kms:cn-hangzhou:1234:alias/payments',
];
const ENDPOINTS = ['https://kms.example:8443', '127.0.0.1:1', 'http://[::1]:80', 'kms.example'];
const LIMITS = { timeout: '10', deadline: '60', maxAttempts: '5', resolve: [] };

/** What reads the values of options and variables. */
export const OPTION_READERS: readonly Reader[] = [
  { name: '--key-id', samples: KEY_IDS, read: (bytes) => parseKeyId(bytes.toString()) },
  {
    name: '--endpoint',
    samples: ENDPOINTS,
    read: (bytes) => parseEndpoint(bytes.toString(), '--endpoint'),
  },
  {
    name: '--resolve',
    samples: ['kms.example:443:127.0.0.1', 'kms.example:443:[::1]:8443'],
    read: (bytes) => parseResolveRule(bytes.toString()),
  },
  {
    name: '--gateway',
    samples: ['public', 'vpc', 'local', 'kst-hzz1'],
    read: (bytes) => resolveGateway({ gateway: bytes.toString(), region: 'cn-hangzhou', env: {} }),
  },
  {
    name: '--region',
    samples: ['cn-hangzhou', 'eu-central-1', 'cn-hangzhou-finance'],
    read: (bytes) => resolveGateway({ region: bytes.toString(), env: {} }),
  },
  {
    name: '--timeout and --deadline',
    samples: ['10', '0.5', '99999', '1e3', '10s'],
    read: (bytes: Buffer): void => {
      const limits = readLimits({
        ...LIMITS,
        timeout: bytes.toString(),
        deadline: bytes.toString(),
      });
      if (!(limits.timeoutMs > 0 && limits.timeoutMs < 2 ** 31)) throw new RangeError('no time');
    },
  },
  {
    name: '--max-attempts',
    samples: ['1', '5', '999'],
    read: (bytes: Buffer): void => {
      const { maxAttempts } = readLimits({ ...LIMITS, maxAttempts: bytes.toString() });
      if (!(maxAttempts >= 1 && maxAttempts <= 999)) throw new RangeError('no number of attempts');
    },
  },
  {
    name: 'list-keys --state',
    samples: ['Enabled', 'pendingdeletion'],
    read: (bytes: Buffer): void => {
      keyFilter({ state: [bytes.toString()], spec: [], usage: [], usable: false });
    },
  },
  {
    name: 'proxy variables',
    samples: ['http://user:pass@proxy.example:3128', 'https://[::1]:1', 'socks5://a:1', 'proxy:80'],
    read: (bytes) =>
      chooseProxy('https', 'kms.example', { HTTPS_PROXY: bytes.toString(), NO_PROXY: '' }),
  },
  {
    name: 'NO_PROXY',
    samples: ['.example, 10.0.0.0/8,*', '::1/128 [::1] 127.0.0.1', 'kms.example:443'],
    read: (bytes) => bypassesProxy('10.1.2.3', bytes.toString()),
  },
];
