import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '../../../../src/base/json.ts';
import { parseFault, parseFaults } from '../../../../src/local-kms/faults/parse-fault.ts';
import { parsePolicy } from '../../../../src/local-kms/permissions/policy.ts';
import { KmsRefusal } from '../../../../src/local-kms/refusal.ts';
import { parseParameters } from '../../../../src/local-kms/request/parameters.ts';
import { percentDecode } from '../../../../src/local-kms/request/percent-encoding.ts';
import { readRpcRequest } from '../../../../src/local-kms/request/rpc-request.ts';
import { parseArn } from '../../../../src/local-kms/resource-name.ts';
import { readSeed } from '../../../../src/local-kms/seed/read-seed.ts';
import { parseState } from '../../../../src/local-kms/state/document/parse-state.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import { TEST_NOW } from '../../test-io.ts';
import type { Reader } from '../fuzz.ts';

const SEEDS = ['../../../../examples/seed.json', '../../../golden/documents/0.1.0/seed.json'].map(
  (path) => readFileSync(new URL(path, import.meta.url), 'utf8'),
);
const SOURCES = { now: TEST_NOW, randomBytes };

const STATES = await Promise.all(
  SEEDS.map(async (seed) => formatState(await readSeed(seed, 'FILE', SOURCES))),
);

const POLICY = {
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['kms:*'],
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8'] } },
    },
  ],
};

const REQUEST = 'KeyId=alias%2Fa&EncryptionContext=%7B%22a%22%3A%22b+c%22%7D&Empty=';
const isRefusal = (error: unknown): boolean => error instanceof KmsRefusal;

/** What the embedded KMS reads: its requests as a whole are fuzzed by `fuzzGateway`. */
export const LOCAL_KMS_READERS: readonly Reader[] = [
  {
    name: 'seeds',
    samples: SEEDS,
    read: (bytes) => readSeed(bytes.toString(), 'FILE', SOURCES),
    perThousand: 100,
  },
  {
    name: 'states',
    samples: STATES,
    read: (bytes) => parseState(bytes.toString(), 'FILE'),
    perThousand: 300,
  },
  {
    name: '--fault',
    samples: [
      'throttle',
      'error:code=InternalFailure:nth=2',
      'delay:ms=100:action=Decrypt',
      'hang',
    ],
    read: (bytes) => [parseFault(bytes.toString()), parseFaults(['hang', bytes.toString()], true)],
  },
  {
    name: 'policies',
    samples: [JSON.stringify(POLICY)],
    read: (bytes: Buffer): unknown => {
      const document = parseJson(bytes.toString(), 'FILE');
      return isJsonObject(document) ? parsePolicy(document) : undefined;
    },
  },
  {
    name: 'parameters',
    samples: [REQUEST],
    read: (bytes) => parseParameters(bytes.toString()),
    throws: isRefusal,
  },
  {
    name: 'percent-encoding',
    samples: [REQUEST],
    read: (bytes) => percentDecode(bytes.toString()),
  },
  {
    name: 'requests',
    samples: [`/?${REQUEST}`, '/?Action=Decrypt&Version=2016-01-20'],
    read: (bytes) =>
      readRpcRequest({
        method: 'POST',
        target: bytes.toString(),
        rawHeaders: ['Host', 'kms.example', 'Content-Type', 'application/x-www-form-urlencoded'],
        body: bytes,
      }),
    throws: isRefusal,
  },
  {
    name: 'ARNs',
    samples: ['acs:kms:cn-local:1234:key/a', 'acs:kms:*:1234:secret/a/b'],
    read: (bytes) => parseArn(bytes.toString()),
  },
];
