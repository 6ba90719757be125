import { beforeAll, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/local-kms/operations/operations.ts';
import type { TestGateway } from '../../support/local-kms/test-kms.ts';
import { startTestGateway } from '../../support/local-kms/test-kms.ts';

let kms: TestGateway;
beforeAll(async () => {
  kms = await startTestGateway();
});

const HOST = 'kst-test.cryptoservice.kms.aliyuncs.com';
const actions = [...OPERATIONS.keys()];
const offered = actions.filter((action) => OPERATIONS.get(action)?.onDedicatedGateway);
const others = actions.filter((action) => !offered.includes(action));

it('under the name of a dedicated gateway only cryptographic operations are offered', async () => {
  for (const host of [HOST, `${HOST}:8443`, HOST.toUpperCase()]) {
    for (const action of others) {
      const { status, body } = await kms.call(action, {}, { host });
      expect([action, status, body['Code']]).toEqual([action, 400, 'UnsupportedOperation']);
    }
    for (const action of offered) {
      const { body } = await kms.call(action, {}, { host });
      expect([action, body['Code']]).toEqual([action, 'MissingParameter']);
    }
  }
});

it.each(['kms', `x.${HOST}`, 'key-test.cryptoservice.kms.aliyuncs.com', `${HOST}.example.com`])(
  'under the name %s everything is offered',
  async (host) => {
    const { status } = await kms.call('ListKeys', {}, { host });
    expect(status).toBe(200);
  },
);

it('has both kinds of operations to tell apart', () => {
  expect(others).toContain('ReEncrypt');
  expect(others).toContain('ListKeys');
  expect(offered).toContain('GenerateAndExportDataKey');
});
