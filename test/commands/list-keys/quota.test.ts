/* The pace of list-keys against the quota of KMS: both have one clock, which only a sleep moves. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { TestKms } from '../../support/local-kms/test-kms.ts';
import type { RunResult } from '../../support/run-result.ts';
import { testIo } from '../../support/test-io.ts';

const KEYS = 60;
const QUOTA = 'quota:reads=50';
const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [{ AccessKeyId: 'LTAI5towner', AccessKeySecret: 'notAnActualSecret' }],
      Keys: Array.from({ length: KEYS }, () => ({})),
    },
  ],
};

const START = Date.now();
let passed = 0;
let kms: TestKms;

beforeAll(async () => {
  kms = await TestKms.start({
    seed: { text: JSON.stringify(SEED), label: 'the seed' },
    now: () => new Date(START + passed),
  });
});
afterAll(() => kms.close());

async function listKeys(...args: readonly string[]): Promise<RunResult> {
  const { AccessKeyId, AccessKeySecret, Endpoint } = kms.announcement;
  const io = {
    ...testIo({
      env: {
        HOME: '/nonexistent',
        ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
      },
    }),
    now: () => new Date(START + passed),
    monotonicMs: () => passed,
    sleep: (ms: number) => {
      const until = passed + ms;
      return Promise.resolve().then(() => {
        passed = Math.max(passed, until);
      });
    },
  };
  const argv = ['list-keys', '--endpoint', Endpoint, '--max-attempts', '50', ...args];
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
}

/** How many calls were refused since the quota was set. */
async function refusedBy(work: () => Promise<RunResult>): Promise<number> {
  await kms.succeed('KmsxSetFaults', { Faults: QUOTA });
  const { code, stdout, stderr } = await work();
  expect({ code, keys: stdout.trimEnd().split('\n').length }, stderr).toEqual({
    code: 0,
    keys: KEYS,
  });
  const { Faults } = await kms.succeed('KmsxGetFaults');
  const [{ Counted = 0, Struck = 0 } = {}] = Faults as unknown as Record<string, number>[];
  expect(Counted).toBe(KEYS + Struck + 2);
  return Struck;
}

it('stays within it by itself', async () => {
  const before = passed;
  expect(await refusedBy(() => listKeys())).toBe(0);
  expect(passed - before).toBeGreaterThanOrEqual((KEYS / 10 - 1) * 1000);
});

it('is refused beyond it, and lists every key all the same', async () => {
  expect(await refusedBy(() => listKeys('--rate', '1000'))).toBeGreaterThan(0);
});
