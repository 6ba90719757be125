import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { ANY_CREDENTIALS } from '../../support/kms/fake-kms.ts';
import type { RunResult } from '../../support/run-result.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import type { RecordedRequest } from '../../support/network/servers.ts';
import { json, startServer } from '../../support/network/servers.ts';

const KEY_ID = '11111111-2222-3333-4444-555555555555';

interface Behaviour {
  readonly metadata?: object;
  readonly isEmbedded?: boolean;
  /** What each page of keys has, and the count of all. */
  readonly page?: (pageNumber: number) => readonly [keyIds: readonly string[], totalCount: number];
  readonly aliasCount?: number;
}

/** Runs list-keys against a server that answers as KMS, except for what is given. */
async function listKeys(
  { metadata, isEmbedded = false, page = () => [[KEY_ID], 1], aliasCount = 1 }: Behaviour,
  args: readonly string[] = [],
  stdoutIsTerminal = false,
): Promise<RunResult> {
  const headers = isEmbedded ? { 'x-kmsx-embedded-kms': '1' } : {};
  const answerTo = ({ headers: sent, parameters }: RecordedRequest): object => {
    switch (sent['x-acs-action']) {
      case 'ListAliases':
        return {
          TotalCount: aliasCount,
          Aliases: { Alias: [{ AliasName: 'alias/a', KeyId: KEY_ID }] },
        };
      case 'ListKeys': {
        const [keyIds, TotalCount] = page(Number(parameters.get('PageNumber')));
        return { TotalCount, Keys: { Key: keyIds.map((KeyId) => ({ KeyId })) } };
      }
      default: {
        const told = { KeyState: 'Enabled', KeyUsage: 'ENCRYPT/DECRYPT', ...metadata };
        return {
          KeyMetadata: { KeyId: parameters.get('KeyId'), KeySpec: 'Aliyun_AES_256', ...told },
        };
      }
    }
  };
  const { url } = await startServer((request, response) => {
    json(response, { RequestId: 'R-1', ...answerTo(request) }, 200, headers);
  });
  return await runInProcess(['list-keys', '--endpoint', url, ...args], {
    env: { ...ANY_CREDENTIALS, HOME: '/nonexistent' },
    stdoutIsTerminal,
  });
}

const ids = (pageNumber: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `k-${pageNumber}-${index}`);

describe('list-keys', () => {
  it('prints nothing of a server that puts a command in place of an id', async () => {
    const metadata = { KeyId: 'x; touch F #', KeyState: 'Disabled' };
    const { code, stdout, stderr } = await listKeys({ metadata });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('KeyId is malformed');
    expect(stderr).not.toContain('touch');
  });

  it('says how a disabled key is enabled, but no aliyun command where the embedded KMS answered', async () => {
    const metadata = { KeyState: 'Disabled' };
    const real = await listKeys({ metadata });
    expect(real.stdout).toContain(`aliyun kms EnableKey --KeyId ${KEY_ID}`);
    const rehearsed = await listKeys({ metadata, isEmbedded: true });
    expect(rehearsed.stdout).toContain('enable the key with EnableKey');
    expect(rehearsed.stdout).not.toContain('aliyun ');
  });

  it('with --json on a terminal prints nothing that the terminal would act upon', async () => {
    const metadata = { Description: 'a\u009b2J\u007f\u202eb' };
    const { stdout } = await listKeys({ metadata }, ['--json'], true);
    expect(stdout).toContain(String.raw`a\u009b2J\u007f\u202eb`);
    expect(JSON.parse(stdout)).toMatchObject(metadata);
  });

  it('lists all keys of a server with smaller pages', async () => {
    const { code, stdout } = await listKeys({ page: (number) => [ids(number, 5), 10] });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
  });

  it.each<[string, Behaviour, string]>([
    ['keys', { page: (number) => [number === 1 ? ids(1, 5) : [], 10] }, 'list of keys:'],
    ['aliases', { aliasCount: 2 }, 'list of aliases:'],
  ])('is exit 8 where %s are missing, after what there is', async (_, behaviour, words) => {
    const { code, stdout, stderr } = await listKeys(behaviour);
    expect(code).toBe(8);
    expect(stdout).not.toBe('');
    expect(stderr).toContain(`error: KMS did not give the whole ${words} some may be missing`);
    expect(stderr).toContain('hint: ');
  });

  it('warns of a spec that no key has, and names those there are', async () => {
    const typed = await listKeys({}, ['--spec', 'AES_256', '--spec', 'aliyun_aes_256']);
    expect(typed).toMatchObject({ code: 0, stdout: expect.stringContaining(KEY_ID) as string });
    expect(typed.stderr).toContain(
      'warning: no KMS key here has the spec AES_256: there are Aliyun_AES_256\n',
    );
    expect((await listKeys({}, ['--spec', 'aliyun_aes_256'])).stderr).not.toContain('warning');
  });

  it('refuses a list without end', async () => {
    const { code, stderr } = await listKeys({ page: (number) => [ids(number, 3), 9e15] });
    expect(code).toBe(4);
    expect(stderr).toContain('malformed answer to ListKeys: there is no end of it');
  });

  it.each([
    [[], '200 KMS keys at 10 calls a second take about 20 s: --rate sets the pace'],
    [['--rate', '0.5'], '200 KMS keys at 0.5 calls a second take about 400 s'],
    [['--rate', '40'], undefined],
  ])('says once how long a long list takes: %j', async (args, note) => {
    const behaviour = { page: (number: number) => [ids(number, 100), 200] as const };
    const { code, stdout, stderr } = await listKeys(behaviour, args);
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 200 });
    expect(stderr.split('calls a second').length - 1).toBe(note === undefined ? 0 : 1);
    expect(stderr).toContain(note ?? '');
  });

  it('spreads its calls over time', async () => {
    const slept: number[] = [];
    const { url } = await startServer(({ headers, parameters }, response) => {
      const action = headers['x-acs-action'];
      const all = { TotalCount: 3, Keys: { Key: ids(1, 3).map((KeyId) => ({ KeyId })) } };
      const KeyMetadata = { KeyId: parameters.get('KeyId'), KeyState: 'Enabled' };
      const none = { TotalCount: 0, Aliases: { Alias: [] } };
      const answer =
        action === 'ListKeys' ? all : action === 'ListAliases' ? none : { KeyMetadata };
      json(response, { RequestId: 'R-1', ...answer });
    });
    const io = {
      ...testIo({ env: { ...ANY_CREDENTIALS, HOME: '/nonexistent' } }),
      monotonicMs: () => 0,
      sleep: (ms: number) => Promise.resolve(void slept.push(ms)),
    };
    const argv = ['list-keys', '--endpoint', url, '--rate', '2'];
    expect(await run(createProgram(io, argv), argv, io)).toBe(0);
    expect(slept).toEqual([1000, 1000, 2000]);
  });

  it.each(['0', '-1', 'fast', ''])('takes no --rate %j', async (rate) => {
    const { code, stderr } = await listKeys({}, ['--rate', rate]);
    expect(code).toBe(2);
    expect(stderr).toContain('--rate takes calls a second, more than 0');
  });
});
