import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withOperationsTable } from '../../../../scripts/operations-table.ts';
import { PublicKeyCache } from '../../../../src/local-kms/encryption/public-key-cache.ts';
import { KeyPairQueue } from '../../../../src/local-kms/keys/key-pair-queue.ts';
import type { OperationContext } from '../../../../src/local-kms/operations/operation.ts';
import {
  NOT_OFFERED,
  OPERATION_NOTES,
} from '../../../../src/local-kms/operations/operation-notes.ts';
import { OPERATIONS } from '../../../../src/local-kms/operations/operations.ts';
import { refusalOf, validCalls } from '../../../support/local-kms/calls.ts';
import type { TestGateway } from '../../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../../support/local-kms/test-kms.ts';

type Fields = Readonly<Record<string, string>>;

const page = readFileSync(new URL('../../../../docs/embedded-kms.md', import.meta.url), 'utf8');

test('the table of docs/embedded-kms.md is what the code gives: npm run operations', async () => {
  expect(await withOperationsTable(page)).toBe(page);
});

test('every operation has its notes, and those that are not offered answer as unknown ones', async () => {
  expect(Object.keys(OPERATION_NOTES).sort()).toEqual([...OPERATIONS.keys()].sort());
  const kms = await startTestGateway();
  // ListKeyPolicies is no operation of KMS: no SDK of its and no page has it.
  for (const action of [...NOT_OFFERED, 'ListKeyPolicies']) {
    expect([action, await refusalOf(kms, action)]).toEqual([action, '404 InvalidAction.NotFound']);
  }
});

/** Parameters that say which names were asked for; of repeated ones any part. */
class Recorded extends Map<string, string> {
  readonly names = new Set<string>();

  override get(name: string): string | undefined {
    this.names.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.names.add(name);
    return super.has(name);
  }

  /** Whoever goes through all of them looks for those that are repeated. */
  override *[Symbol.iterator](): MapIterator<[string, string]> {
    for (const [name, value] of super[Symbol.iterator]()) {
      if (/\.\d+(?:\.|$)/.test(name)) this.names.add(name.replace(/\.\d+/, '.N'));
      yield [name, value];
    }
    return undefined;
  }
}

/** The parameters that an operation reads in a call that succeeds. */
async function readsOf(kms: TestGateway, action: string, query: Fields): Promise<Set<string>> {
  const [accessKey] = kms.store.state.accessKeys.values();
  if (accessKey === undefined) throw new Error('no access key');
  const context: OperationContext = {
    store: kms.store,
    randomBytes,
    now: () => new Date(),
    publicKeys: new PublicKeyCache(),
    keyPairs: new KeyPairQueue(),
    exportsSm2InDer: false,
    caller: {
      accountId: accessKey.accountId,
      accessKey,
      request: { requestId: '', time: new Date(), sourceIp: '127.0.0.1', isSecure: false },
    },
    instanceId: undefined,
  };
  const parameters = new Recorded(Object.entries(query));
  await OPERATIONS.get(action)?.run(parameters, context);
  return parameters.names;
}

/** What makes an operation read the rest of its parameters. */
const MORE: Readonly<Record<string, Fields>> = {
  CreateKey: {
    DKMSInstanceId: 'kst-1',
    EnableAutomaticRotation: 'true',
    RotationInterval: '7d',
  },
  ListTagResources: { 'Tag.1.Key': 'c', 'Tag.1.Value': 'd' },
};

describe('the notes of an operation', () => {
  test('name the parameters that it reads, and no others', async () => {
    const kms = await startTestGateway();
    const calls = new Map(await validCalls(kms));
    for (const [action, query] of calls) {
      const { parameters = [], refuses = [] } = OPERATION_NOTES[action] ?? {};
      const reads = await readsOf(kms, action, { ...query, ...MORE[action] });
      expect([action, ...[...reads].sort()]).toEqual([
        action,
        ...[...parameters, ...refuses].sort(),
      ]);
    }
  });

  test('name the parameters that it refuses', async () => {
    const kms = await startTestGateway();
    const calls = await validCalls(kms);
    for (const [action, { refuses = [] }] of Object.entries(OPERATION_NOTES)) {
      for (const name of refuses) {
        const query = { ...calls.get(action), [name]: '{}' };
        expect([action, name, await refusalOf(kms, action, query)]).toEqual([
          action,
          name,
          '400 UnsupportedOperation',
        ]);
      }
    }
  });
});
