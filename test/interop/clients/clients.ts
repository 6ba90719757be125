import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SignatureOptions } from './protocol.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..', '..');

/** One way in which a client signs and sends. */
export interface Variant {
  /** The signature scheme, and how it is sent where the client can do more than one. */
  readonly signature: string;
  readonly options?: SignatureOptions;
  /** Arguments of the driver. */
  readonly args?: readonly string[];
}

export interface Client {
  /** Heading of its column. */
  readonly title: string;
  /** Name of the package or program, as it is introduced. */
  readonly what: string;
  /** Builds the driver; absent where there is nothing to build. */
  readonly build?: readonly string[];
  readonly driver: readonly string[];
  readonly variants: readonly Variant[];
}

const ACS3_SHA256 = 'ACS3-HMAC-SHA256';
const ACS3_SM3: Variant = {
  signature: 'ACS3-HMAC-SM3',
  options: { signatureAlgorithm: 'ACS3-HMAC-SM3' },
};

function builtClient(
  title: string,
  what: string,
  [folder = '', ...args]: readonly string[],
  variants: Variant[],
): Client {
  const script = (name: string): string[] => ['sh', join(HERE, folder, name)];
  return {
    title,
    what,
    build: script('build.sh'),
    driver: [...script('run.sh'), ...args],
    variants,
  };
}

function nodeClient(title: string, what: string, file: string, variants: Variant[]): Client {
  const driver = [process.execPath, join(ROOT, 'scripts', 'run-ts.js'), join(HERE, file)];
  return { title, what, driver, variants };
}

const KMS_SH = join(HERE, 'curl-openssl', 'kms.sh');

/** Every client, in the order of the table. */
export const CLIENTS: readonly Client[] = [
  builtClient(
    'Python',
    '`alibabacloud-kms20160120` (PyPI)',
    ['python', 'driver.py'],
    [
      { signature: ACS3_SHA256 },
      { signature: 'ACS4-HMAC-SHA256', options: { signatureVersion: 'v4' } },
    ],
  ),
  builtClient(
    'Python earlier',
    '`aliyun-python-sdk-kms` (PyPI)',
    ['python', 'earlier.py'],
    [{ signature: 'HMAC-SHA1 by POST, parameters in the query' }],
  ),
  builtClient(
    'Go',
    '`github.com/alibabacloud-go/kms-20160120`',
    ['go'],
    [{ signature: ACS3_SHA256 }, ACS3_SM3],
  ),
  builtClient('Java', '`com.aliyun:kms20160120`', ['java'], [{ signature: ACS3_SHA256 }]),
  nodeClient('Node 2020', '`@alicloud/kms20160120`', 'node/kms20160120.ts', [
    { signature: 'HMAC-SHA1, parameters in the query' },
  ]),
  nodeClient('Node pop-core', '`@alicloud/pop-core`', 'node/pop-core.ts', [
    { signature: 'HMAC-SHA1 by POST, parameters in a form', args: ['POST'] },
    { signature: 'HMAC-SHA1 by GET', args: ['GET'] },
  ]),
  nodeClient('Node OpenAPI', '`@alicloud/openapi-client`', 'node/openapi-client.ts', [
    { signature: ACS3_SHA256 },
    ACS3_SM3,
  ]),
  nodeClient('curl', '`curl` and `openssl`, from a shell script', 'curl-openssl/driver.ts', [
    { signature: `${ACS3_SHA256} by POST`, args: [KMS_SH, ACS3_SHA256, 'POST', 'query'] },
    { signature: 'ACS3-HMAC-SM3 in a form', args: [KMS_SH, 'ACS3-HMAC-SM3', 'POST', 'form'] },
    { signature: 'ACS4-HMAC-SHA256 by GET', args: [KMS_SH, 'ACS4-HMAC-SHA256', 'GET', 'query'] },
    { signature: 'HMAC-SHA1 by GET', args: [KMS_SH, 'HMAC-SHA1', 'GET', 'query'] },
  ]),
];
