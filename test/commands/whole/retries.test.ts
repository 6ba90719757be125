import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { answer, ANY_CREDENTIALS, useFakeKms } from '../../support/kms/fake-kms.ts';
import { useKmsStage } from '../../support/kms/stage.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx } from '../../support/kmsx.ts';
import { signedCall } from '../../support/local-kms/signed-call.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

/* Retries under a budget, on the real program: against the embedded KMS and its faults, and against what it never does. */

const stage = useKmsStage();
const fakeKms = useFakeKms();

const EXPORT = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
const ACTION = 'GenerateAndExportDataKey';

/** One line of `--verbose`, as it is documented: attempt, outcome, time, RequestId, wait. */
const ATTEMPT =
  /^kmsx: (?<action>\w+) attempt (?<number>\d+): (?<outcome>[\w.-]+), (?<ms>\d+) ms(?:, RequestId (?<id>[\w-]+))?(?:, next in (?<wait>\d+) ms)?$/;

type Attempt = Readonly<
  Partial<Record<'action' | 'number' | 'outcome' | 'ms' | 'id' | 'wait', string>>
>;

let server: Server;
let log = '';
let backup: { readonly CiphertextBlob: string };

beforeAll(async () => {
  server = await stage().start();
  server.onLog((text) => (log += text));
  await run([...EXPORT, '--backup', 'backup.json', '--out', 'first.json']);
  backup = JSON.parse(readFileSync(join(stage().folder, 'backup.json'), 'utf8')) as typeof backup;
});

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return await kmsx([...args, ...server.endpoint], {
    cwd: stage().folder,
    env: { ...server.env, ...env },
  });
}

/** Makes the server fail from now on, and counts from now on. */
async function faults(...specs: string[]): Promise<void> {
  const [action, query] =
    specs.length === 0 ? ['KmsxClearFaults', {}] : ['KmsxSetFaults', { Faults: specs.join('\n') }];
  await signedCall(server.announcement, action, query);
  log = '';
}

/** How often the server was asked for an operation since its faults were set, by its own log. */
function calls(action: string): number {
  return log.split('\n').filter((line) => line.includes(` ${action} `)).length;
}

function attemptsIn(stderr: string): Attempt[] {
  return stderr
    .split('\n')
    .filter((line) => line.includes(' attempt '))
    .map((line) => {
      expect(line).toMatch(ATTEMPT);
      return ATTEMPT.exec(line)?.groups ?? {};
    });
}

function errorIn({ stderr }: RunResult): Record<string, unknown> {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.find((line) => 'Error' in line)?.['Error'] as Record<string, unknown>;
}

/** What the summary of a failure says: `(3 attempts, 0.4 s)`. */
function effortIn(message: unknown): { attempts: number; seconds: number } {
  const [, attempts, seconds] = /\((\d+) attempts?, (\d+\.\d) s\)/.exec(String(message)) ?? [];
  return { attempts: Number(attempts), seconds: Number(seconds) };
}

describe('what may pass', () => {
  it('is tried again, and --verbose shows each attempt with its RequestId and nothing secret', async () => {
    await faults(
      `throttle:action=${ACTION},first=1`,
      `cut:when=before,action=${ACTION},after=1,first=1`,
      `garbage:form=html,action=${ACTION},after=2,first=1`,
      'error:action=ExportDataKey,first=1',
      'cut-body:action=ExportDataKey,after=1,first=1',
      'garbage:form=json,action=ExportDataKey,after=2,first=1',
    );
    const [made, again] = await Promise.all([
      run([...EXPORT, '--verbose', '--backup', 'new.json']),
      run(['reexport-key', '--in', 'backup.json', '--pubkey', PUBKEY, '--verbose']),
    ]);
    expect(made.code, made.stderr).toBe(0);
    expect(again.code, again.stderr).toBe(0);
    const documents = [made, again].map(
      ({ stdout }) => JSON.parse(stdout) as Record<string, string>,
    );
    const expected = [
      [ACTION, ['Rejected.Throttling', 'network-failed', 'not-kms', 'ok']],
      ['ExportDataKey', ['InternalFailure', 'network-failed', 'not-kms', 'ok']],
    ] as const;
    for (const [index, [action, outcomes]] of expected.entries()) {
      const attempts = attemptsIn([made, again][index]?.stderr ?? '');
      expect(attempts.map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(attempts.map(({ number }) => number)).toEqual(['1', '2', '3', '4']);
      expect(new Set(attempts.map((attempt) => attempt.action))).toEqual(new Set([action]));
      expect(attempts.map(({ wait }) => wait === undefined)).toEqual([false, false, false, true]);
      expect(attempts[0]?.id).toMatch(/^[0-9A-F-]{36}$/);
      expect(attempts[3]?.id).toBe(documents[index]?.['RequestId']);
      await expect.poll(() => calls(action)).toBe(4);
      expect(log).toContain(attempts[0]?.id);
    }
    const secrets = [
      server.announcement.AccessKeySecret,
      backup.CiphertextBlob,
      ...documents.flatMap(({ CiphertextBlob = '', ExportedDataKey = '' }) => [
        CiphertextBlob,
        ExportedDataKey,
      ]),
    ].filter((secret) => secret !== '');
    expect(secrets.length).toBeGreaterThan(4);
    for (const text of [made.stderr, again.stderr, log]) {
      for (const secret of secrets) expect(text).not.toContain(secret.slice(0, 24));
      expect(text).not.toMatch(/signature|ciphertextblob|publickeyblob|[?&]\w+=/i);
    }
  });

  it('is waited for as long as Retry-After asks, where that is longer', async () => {
    await faults(`throttle:action=${ACTION},first=1,retry-after=1`);
    const begun = performance.now();
    const result = await run([...EXPORT, '--verbose', '--out', 'waited.json']);
    expect(result.code, result.stderr).toBe(0);
    expect(performance.now() - begun).toBeGreaterThan(1000);
    expect(attemptsIn(result.stderr)[0]).toMatchObject({
      outcome: 'Rejected.Throttling',
      wait: '1000',
    });
  });
});

describe('--max-attempts', () => {
  it('of 1 makes one call, of 3 three, and the error says so', async () => {
    await faults(
      `throttle:code=Throttling.User,action=${ACTION}`,
      'error:code=ServiceUnavailableTemporary,action=ExportDataKey',
    );
    const json = ['--error-format', 'json'];
    const [one, three] = await Promise.all([
      run([...EXPORT, '--max-attempts', '1', ...json]),
      run([
        'reexport-key',
        '--in',
        'backup.json',
        '--pubkey',
        PUBKEY,
        '--max-attempts',
        '3',
        ...json,
      ]),
    ]);
    expect([one.code, three.code]).toEqual([5, 5]);
    expect([one.stdout, three.stdout]).toEqual(['', '']);
    await expect.poll(() => calls(ACTION)).toBe(1);
    await expect.poll(() => calls('ExportDataKey')).toBe(3);
    const [first, third] = [errorIn(one), errorIn(three)];
    expect(first).toMatchObject({
      Kind: 'unavailable',
      Code: 'Throttling.User',
      HttpStatus: 400,
      Retryable: true,
    });
    expect(third).toMatchObject({
      Code: 'ServiceUnavailableTemporary',
      HttpStatus: 503,
      Retryable: true,
    });
    expect(log).toContain(first['RequestId']);
    expect(effortIn(first['Message'])).toMatchObject({ attempts: 1 });
    expect(effortIn(third['Message'])).toMatchObject({ attempts: 3 });
  });

  it('counts nothing again that cannot pass', async () => {
    await faults();
    const key = ['--key-id', '00000000-0000-4000-8000-000000000000'];
    const result = await run(['export-key', ...key, '--pubkey', PUBKEY, '--verbose']);
    expect(result.code).toBe(4);
    expect(result.stderr).not.toMatch(/\d attempts?,/);
    expect(attemptsIn(result.stderr)).toMatchObject([{ outcome: 'Forbidden.KeyNotFound' }]);
    await expect.poll(() => calls(ACTION)).toBe(1);
  });
});

describe('--timeout and --deadline', () => {
  it('end an attempt that hangs or is late, and all of them', async () => {
    await faults(`hang:action=${ACTION}`, 'delay:ms=60000,action=ExportDataKey,first=1');
    const json = ['--error-format', 'json'];
    const [attempt, whole, late] = await Promise.all([
      run([...EXPORT, '--timeout', '0.3', '--max-attempts', '2', '--deadline', '600', ...json]),
      run([...EXPORT, '--timeout', '600', '--max-attempts', '9', '--deadline', '1', ...json]),
      run([
        'reexport-key',
        '--in',
        'backup.json',
        '--pubkey',
        PUBKEY,
        '--timeout',
        '4',
        '--verbose',
      ]),
    ]);
    expect([attempt.code, whole.code]).toEqual([5, 5]);
    const [short, long] = [errorIn(attempt), errorIn(whole)];
    expect(short).toMatchObject({ Code: 'timed-out', Retryable: true });
    expect(short['Message']).toMatch(
      /^no answer from 127\.0\.0\.1:\d+ within 0\.3 s \(2 attempts, /,
    );
    expect(long).toMatchObject({ Code: 'timed-out', Retryable: true });
    expect(effortIn(long['Message'])).toMatchObject({ attempts: 1 });
    expect(effortIn(long['Message']).seconds).toBeGreaterThanOrEqual(0.9);
    expect(late.code, late.stderr).toBe(0);
    expect(attemptsIn(late.stderr).map(({ outcome }) => outcome)).toEqual(['timed-out', 'ok']);
  });

  it.each([
    ['seconds', () => ({ 'retry-after': '86400' }), '86400 s'],
    ['more seconds than there are', () => ({ 'retry-after': '9'.repeat(40) }), '999999999999999 s'],
    [
      'a date',
      () => ({
        date: new Date(0).toUTCString(),
        'retry-after': new Date(86_400_000).toUTCString(),
      }),
      '86400 s',
    ],
    [
      'milliseconds of Alibaba Cloud',
      () => ({ 'x-acs-retry-after': '9'.repeat(12) }),
      '1000000000 s',
    ],
  ])(
    'are not outwaited where the answer asks for a long wait in %s',
    async (_, headersNow, wait) => {
      let count = 0;
      const url = await fakeKms((request, response) => {
        count += 1;
        for (const [name, value] of Object.entries(headersNow())) response.setHeader(name, value);
        answer(503, { Code: 'ServiceUnavailableTemporary', RequestId: 'R' })(request, response);
      });
      const args = [...EXPORT, '--endpoint', url, '--deadline', '500', '--error-format', 'json'];
      const result = await kmsx(args, { cwd: stage().folder, env: ANY_CREDENTIALS });
      expect(result.code).toBe(5);
      expect(count).toBe(1);
      const { Message, Hint } = errorIn(result);
      expect(Message).toMatch(wait);
      expect(Message).toContain('longer than --deadline 500 allows');
      expect(Hint).toContain('try again in');
    },
  );
});

it('neither --verbose nor an error shows what an answer repeats of the request', async () => {
  const url = await fakeKms((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      echo(
        response,
        `${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString()}`,
      );
    });
  });
  const token = 'CAISexampleSTStoken0123456789abcdef';
  const env = { ...ANY_CREDENTIALS, ALIBABA_CLOUD_SECURITY_TOKEN: token };
  const args = [
    'recover-key',
    '--in',
    'backup.json',
    '--endpoint',
    url,
    '--verbose',
    '--max-attempts',
    '2',
  ];
  const result = await kmsx(args, {
    cwd: stage().folder,
    env: { ...env, KMSX_DEBUG: '1', DEBUG: '*' },
  });
  expect(result.code).toBe(5);
  expect(attemptsIn(result.stderr)).toHaveLength(2);
  for (const secret of [
    token,
    ANY_CREDENTIALS.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    backup.CiphertextBlob.slice(0, 24),
  ]) {
    expect(result.stderr).not.toContain(secret);
    expect(result.stderr).not.toContain(encodeURIComponent(secret));
  }
  expect(result.stderr).not.toMatch(/Signature=|x-acs-security-token|ciphertextblob=/i);
});

/** As SignatureDoesNotMatch does, with the whole request in its Message. */
function echo(response: ServerResponse, request: string): void {
  const body = { Code: 'Throttling.User', RequestId: 'R-1', Message: request, Recommend: request };
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
