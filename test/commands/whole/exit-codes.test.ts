import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ANY_CREDENTIALS, answer, useFakeKms } from '../../support/kms/fake-kms.ts';
import { kmsx, kmsxOk, useLocalKms } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();
const fakeKms = useFakeKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];

async function errorOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; error: Record<string, unknown> }> {
  const result = await kmsx([...args, '--error-format', 'json'], { cwd: folder(), env });
  expect(result.stdout).toBe('');
  const lines = result.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  const { Error } = lines.at(-1) as { Error: Record<string, unknown> };
  return { code: result.code, error: Error };
}

describe('exit code 2', () => {
  it('is for a key id that cannot be right, before any file or network', async () => {
    const { code, error } = await errorOf([
      'export-key',
      '--key-id',
      'no such',
      '--pubkey',
      PUBKEY,
    ]);
    expect(code).toBe(2);
    expect(error).toMatchObject({ Kind: 'usage', Code: 'key-id-malformed', Retryable: false });
  });

  it('is for a missing region', async () => {
    expect(await errorOf(EXPORT, ANY_CREDENTIALS)).toMatchObject({
      code: 2,
      error: { Code: 'region-missing' },
    });
  });
});

describe('exit code 3', () => {
  it('is for no credentials, and lists what was tried', async () => {
    const { code, error } = await errorOf([...EXPORT, '--region', 'cn-hangzhou']);
    expect(code).toBe(3);
    expect(error).toMatchObject({ Kind: 'credentials', Code: 'credentials-missing' });
    for (const source of [
      'environment',
      'OIDC',
      'profile',
      'credentials file',
      'instance metadata',
      'URI',
    ]) {
      expect(error['Message']).toContain(source);
    }
  });

  it('is for credentials that KMS rejects', async () => {
    const { endpoint } = await localKms({ cwd: folder() });
    expect(await errorOf([...EXPORT, ...endpoint], ANY_CREDENTIALS)).toMatchObject({
      code: 3,
      error: { Code: 'InvalidAccessKeyId.NotFound', HttpStatus: 404 },
    });
  });

  it('is for a wrong secret, and its message does not repeat the request', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const wrong = { ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-secret-0000000000000000' };
    const args = [...EXPORT, '--context', 'name=canary-context', ...endpoint];
    const { code, error } = await errorOf(args, wrong);
    expect(code).toBe(3);
    expect(error).toMatchObject({ Code: 'SignatureDoesNotMatch' });
    expect(JSON.stringify(error)).not.toMatch(/canary/);
  });

  it.each(['Forbidden.NoPermission', 'AccessDeniedError'])('is for %s', async (Code) => {
    const url = await fakeKms(answer(403, { Code, Message: 'no', RequestId: 'R-1' }));
    expect(await errorOf([...EXPORT, '--endpoint', url], ANY_CREDENTIALS)).toMatchObject({
      code: 3,
      error: { Code, RequestId: 'R-1', HttpStatus: 403 },
    });
  });
});

describe('exit code 4', () => {
  it('is for a KMS key that is not there', async () => {
    const { endpoint, env } = await localKms({ cwd: folder() });
    const args = ['export-key', '--key-id', 'alias/nobody', '--pubkey', PUBKEY, ...endpoint];
    const { code, error } = await errorOf(args, env);
    expect(code).toBe(4);
    expect(error).toMatchObject({ Kind: 'kms', Code: 'Forbidden.AliasNotFound', Retryable: false });
    expect(error['RequestId']).toMatch(/^[0-9A-F-]{36}$/);
  });

  const good = {
    KeyId: '5c438b18-05be-40ad-b6c2-3be6752c56f2',
    KeyVersionId: '2ab1a983-7072-4bbc-a582-584b5bd8ad01',
    CiphertextBlob: Buffer.alloc(96, 1).toString('base64'),
    ExportedDataKey: Buffer.alloc(256, 2).toString('base64'),
    RequestId: 'R-2',
  };

  it.each([
    ['a field missing', { ...good, KeyVersionId: undefined }],
    ['no base64', { ...good, CiphertextBlob: 'not base64!' }],
    ['an empty blob', { ...good, CiphertextBlob: '' }],
    ['a number where text belongs', { ...good, KeyId: 5 }],
    ['an ExportedDataKey that is not as long as the modulus', { ...good, ExportedDataKey: 'AAAA' }],
  ])('is for an answer with %s, and nothing is written', async (_, body) => {
    const url = await fakeKms(answer(200, body));
    const args = [...EXPORT, '--backup', 'b.json', '--out', 'e.json', '--endpoint', url];
    const { code, error } = await errorOf(args, ANY_CREDENTIALS);
    expect(code).toBe(4);
    expect(error).toMatchObject({ Kind: 'kms', Code: 'answer-malformed' });
    expect(readdirSync(folder())).toEqual([]);
  });

  it('is for a dry run that KMS carried out all the same', async () => {
    const url = await fakeKms(answer(200, good));
    expect(
      await errorOf([...EXPORT, '--dry-run', '--endpoint', url], ANY_CREDENTIALS),
    ).toMatchObject({
      code: 4,
      error: { Code: 'answer-malformed' },
    });
  });
});

describe('exit code 5', () => {
  const twice = ['--max-attempts', '2'];

  it('is for a port where nobody listens', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    const args = [...EXPORT, ...twice, '--endpoint', `http://127.0.0.1:${port}`];
    expect(await errorOf(args, ANY_CREDENTIALS)).toMatchObject({
      code: 5,
      error: { Kind: 'unavailable', Code: 'network-failed', Retryable: true },
    });
  });

  it('is for a KMS that hangs', async () => {
    const url = await fakeKms(() => undefined);
    expect(
      await errorOf([...EXPORT, ...twice, '--timeout', '0.3', '--endpoint', url], ANY_CREDENTIALS),
    ).toMatchObject({
      code: 5,
      error: { Code: 'timed-out' },
    });
  });

  it('is for throttling, after all attempts', async () => {
    let calls = 0;
    const url = await fakeKms((request, response) => {
      calls += 1;
      answer(503, { Code: 'Rejected.Throttling', Message: 'QPS Limit Exceeded', RequestId: 'R' })(
        request,
        response,
      );
    });
    const args = [...EXPORT, '--max-attempts', '3', '--endpoint', url];
    expect(await errorOf(args, ANY_CREDENTIALS)).toMatchObject({
      code: 5,
      error: { Code: 'Rejected.Throttling', Retryable: true },
    });
    expect(calls).toBe(3);
  });

  it.each([
    ['HTML', 200, '<html>captive portal</html>'],
    ['broken JSON', 200, '{"KeyId":'],
    ['a redirect', 302, ''],
  ])('is for %s', async (_, status, body) => {
    const url = await fakeKms(answer(status, body));
    expect(await errorOf([...EXPORT, ...twice, '--endpoint', url], ANY_CREDENTIALS)).toMatchObject({
      code: 5,
      error: { Code: 'not-kms' },
    });
  });
});

describe('exit code 6', () => {
  it('is for a fingerprint that is not the expected one, before KMS is called', async () => {
    let calls = 0;
    const url = await fakeKms(() => (calls += 1));
    const args = [...EXPORT, '--expect-fingerprint', `SHA256:${'0'.repeat(64)}`, '--endpoint', url];
    expect(await errorOf(args, ANY_CREDENTIALS)).toMatchObject({
      code: 6,
      error: { Kind: 'crypto', Code: 'fingerprint-mismatch' },
    });
    expect(calls).toBe(0);
  });

  it('is for a private key that the export is not for', async () => {
    const cwd = folder();
    await kmsxOk([...EXPORT, '--gateway', 'local', '--out', 'e.json'], { cwd });
    const args = ['unwrap-key', '--privkey', testKeyPath('other-2048.pem'), '--in', 'e.json'];
    expect(await errorOf(args)).toMatchObject({
      code: 6,
      error: { Code: 'privkey-not-recipient' },
    });
  });
});

describe('exit code 7', () => {
  it('is for a file that is not there', async () => {
    expect(await errorOf(['inspect', 'missing.pem'])).toMatchObject({
      code: 7,
      error: { Kind: 'io', Code: 'file-missing' },
    });
  });

  it('is for a folder that is not there', async () => {
    expect(
      await errorOf([...EXPORT, '--gateway', 'local', '--backup', 'missing/b.json']),
    ).toMatchObject({ code: 7, error: { Code: 'file-unwritable' } });
  });

  it('is for a folder where none can be', async () => {
    for (const args of [
      ['local-kms', '--state', '/proc/kmsx-x'],
      ['rehearse', '--keep', '/proc/kmsx-x/y'],
    ]) {
      expect(await errorOf(args)).toMatchObject({
        code: 7,
        error: {
          Code: 'file-unwritable',
          Message: expect.stringContaining('cannot be made') as string,
        },
      });
    }
  });
});
