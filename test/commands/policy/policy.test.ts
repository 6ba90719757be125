import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/program/program.ts';
import { run } from '../../../src/program/run.ts';
import { TestKms } from '../../support/local-kms/test-kms.ts';
import type { PolicyCase, RamPolicyDocument, RunAs } from '../../support/policy-stage.ts';
import {
  accessKeyOf,
  furnish,
  KEY,
  NEW_KEY,
  POLICY_CASES,
  policyArguments,
  policySeed,
  usualCases,
  withoutEach,
} from '../../support/policy-stage.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';

interface Verdict {
  readonly Action: string;
  readonly Resource: string;
  readonly Allowed?: boolean;
  readonly Reason?: string;
}

/** The program prints each policy first; the server is then seeded with a user for each, and one for each line less. */
const users = new Map<string, RamPolicyDocument>();
let folder = '';
let server: TestKms;

const runAs: RunAs = async (userName, args) => {
  const argv = [...args, '--endpoint', server.announcement.Endpoint, '--max-attempts', '1'];
  const io = {
    ...testIo({
      cwd: folder,
      env: {
        HOME: folder,
        ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
        ALIBABA_CLOUD_REGION_ID: 'cn-local',
        ...accessKeyOf(userName),
      },
    }),
    now: () => new Date(), // KMS's clock is the real one
  };
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
};

async function printedPolicy(args: readonly string[]): Promise<RamPolicyDocument> {
  const { code, stdout, stderr } = await runInProcess(args, { cwd: '/nonexistent' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as RamPolicyDocument;
}

const nameOf = ({ command, variant = '' }: PolicyCase): string =>
  `${command}${variant}`.replaceAll(/[- ]/g, '');

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
  for (const one of POLICY_CASES) {
    const policy = await printedPolicy(policyArguments([one]));
    const name = nameOf(one);
    users.set(name, policy);
    for (const [index, { rest }] of withoutEach(policy).entries()) {
      users.set(`${name}${index}`, rest);
    }
  }
  const all = await printedPolicy(policyArguments(usualCases()));
  users.set('all', all);
  const everything = { Action: ['kms:*'], Resource: ['*'] };
  users.set('denied', {
    Version: '1',
    Statement: [
      { Effect: 'Allow', ...everything },
      { Effect: 'Deny', ...everything, Action: ['kms:GenerateAndExportDataKey'] },
    ],
  });
  for (const [index, { rest }] of withoutEach(all).entries()) users.set(`less${index}`, rest);
  server = await TestKms.start({ seed: { text: policySeed(users), label: 'the seed' } });
  await furnish(folder, runAs);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function check(
  userName: string,
  args: readonly string[],
): Promise<{ code: number | null; verdicts: Verdict[]; stderr: string }> {
  const { code, stdout, stderr } = await runAs(userName, args);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, verdicts: lines.map((line) => JSON.parse(line) as Verdict) };
}

describe.each(
  POLICY_CASES.map((one) => [`${one.command} ${one.variant ?? ''}`.trim(), one] as const),
)('the policy for %s', (title, one) => {
  const { work } = one;
  const name = nameOf(one);

  it('lets it run', async () => {
    const { code, stderr } = await runAs(name, work(`${name}-whole`));
    expect(code, stderr).toBe(0);
  });

  it('lets it run no more without any one of its lines', async () => {
    const lines = withoutEach(users.get(name) ?? { Version: '1', Statement: [] });
    expect(lines.length).toBeGreaterThan(0);
    await Promise.all(
      lines.map(async ({ action, resource }, index) => {
        const { code, stderr } = await runAs(`${name}${index}`, work(`${name}-${index}`));
        expect(code, `${title} without ${action} on ${resource}: ${stderr}`).toBe(3);
      }),
    );
  });
});

/** What no dry run tells, with the reason. */
const UNCHECKED = new Map([
  ['kms:CreateSecret', 'not asked: CreateSecret has no dry run'],
  ['kms:DescribeKey key/*', 'allowed for this key'],
]);

function uncheckedReason({ Action, Resource }: Verdict): string | undefined {
  return UNCHECKED.get(Action) ?? UNCHECKED.get(`${Action} ${Resource.split(':').at(-1) ?? ''}`);
}

const CHECK_ALL = [
  ...policyArguments(usualCases()),
  ...['--check', '--in', 'backup.json', '--in', 'new.json'],
];

describe('kmsx policy --check', () => {
  it('finds every permission of the printed policy', async () => {
    const { verdicts, code, stderr } = await check('all', CHECK_ALL);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/warning: kms:CreateSecret was not asked: CreateSecret has no dry run/);
    for (const verdict of verdicts) {
      const reason = uncheckedReason(verdict);
      if (reason === undefined) expect(verdict).toMatchObject({ Allowed: true });
      else expect(verdict.Reason).toContain(reason);
    }
    const names = verdicts.map(({ Action, Resource }) => `${Action} ${Resource}`);
    const lines = withoutEach(users.get('all') ?? { Version: '1', Statement: [] });
    expect(names.sort()).toEqual(lines.map((line) => `${line.action} ${line.resource}`).sort());
  });

  it('names the one line that is missing, and no other', async () => {
    const lines = withoutEach(users.get('all') ?? { Version: '1', Statement: [] });
    await Promise.all(
      lines.map(async ({ action, resource }, index) => {
        const { verdicts, code, stderr } = await check(`less${index}`, CHECK_ALL);
        const missing = verdicts.filter(({ Allowed }) => Allowed === false);
        if (action === 'kms:CreateSecret') {
          expect({ code, missing }).toEqual({ code: 0, missing: [] });
          return;
        }
        expect(missing, action).toMatchObject([{ Action: action, Resource: resource }]);
        expect(missing[0]?.Reason).toContain(action);
        expect({ code, stderr }).toEqual({
          code: 3,
          stderr: expect.stringContaining(
            `these credentials lack ${action} on ${resource}\n`,
          ) as string,
        });
      }),
    );
  });

  it('makes nothing and opens nothing: it asks by dry runs and for names', async () => {
    server.log.length = 0;
    await runAs('owner', CHECK_ALL);
    const ended = server.log.join('\n');
    expect(ended).not.toMatch(/(?:GenerateAndExportDataKey|ExportDataKey|Decrypt|ReEncrypt) 200/);
    expect(ended).not.toMatch(/CreateSecret/);
  });

  it('without a backup asks what needs none, says what it needs, and is exit 8', async () => {
    const { code, verdicts, stderr } = await check('all', [
      ...['policy', '--check', '--key-id', KEY, '--for', 'export-key,recover-key'],
    ]);
    expect(code).toBe(8);
    expect(stderr).toContain(`error: not asked: kms:Decrypt on ${KEY}\n`);
    expect(stderr).toContain('hint: give --in BACKUP');
    expect(verdicts).toMatchObject([
      { Action: 'kms:GenerateAndExportDataKey', Allowed: true },
      { Action: 'kms:Decrypt', Reason: expect.stringMatching(/^not asked: /) as string },
    ]);
    expect(verdicts[1]).not.toHaveProperty('Allowed');
  });

  it('asks KMS for the key behind an alias', async () => {
    const { verdicts } = await check('all', ['policy', '--check', '--key-id', 'alias/old']);
    expect(verdicts).toMatchObject([{ Resource: KEY, Allowed: true }]);
  });

  it('goes by the alias where DescribeKey is not allowed, and says what it then cannot know', async () => {
    const alias = ['policy', '--check', '--key-id', 'alias/old'];
    expect(await check('exportkey', alias)).toMatchObject({
      code: 0,
      verdicts: [{ Resource: 'alias/old', Allowed: true }],
    });
    expect(await check('listkeys', alias)).toMatchObject({ code: 3 });
    const input = ['--for', 'recover-key', '--in', 'backup.json'];
    const opened = await check('recoverkey', [...alias, ...input]);
    expect(opened).toMatchObject({
      code: 0,
      verdicts: [{ Action: 'kms:Decrypt', Resource: 'alias/old', Allowed: true }],
    });
    expect(opened.stderr).toContain('whether that is the key behind alias/old is not known');
    const twoKeys = ['--for', 'reencrypt-key', '--to-key-id', 'alias/new', '--in', 'backup.json'];
    expect(await check('reencryptkey', [...alias, ...twoKeys])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('hint: give the ARN of the key') as string,
    });
  });

  it('asks for list-keys without a key, and says what a key would tell', async () => {
    const { code, verdicts, stderr } = await check('listkeys', [
      ...['policy', '--check', '--for', 'list-keys'],
    ]);
    expect(code).toBe(8);
    expect(stderr).toContain('hint: give --key-id');
    expect(verdicts.map(({ Allowed }) => Allowed)).toEqual([true, undefined, true]);
  });

  it('says of a Deny statement that no Allow mends it', async () => {
    const { code, verdicts, stderr } = await check('denied', [
      'policy',
      '--check',
      '--key-id',
      KEY,
    ]);
    expect(code).toBe(3);
    expect(verdicts[0]?.Reason).toMatch(/^a Deny statement/);
    expect(stderr).toContain('hint: a Deny statement overrides every Allow statement');
    expect(stderr).not.toContain('prints the RAM policy');
  });

  it('refuses a backup under another key, and ends as KMS does where the key is none', async () => {
    const other = [...policyArguments([POLICY_CASES[2] as never]), '--check', '--in', 'new.json'];
    expect(await check('all', other)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('new.json is under another KMS key') as string,
    });
    const none = KEY.replace('11111111-', '99999999-');
    const gone = await check('owner', ['policy', '--check', '--key-id', none]);
    expect(gone).toMatchObject({
      code: 4,
      verdicts: [
        { Reason: expect.stringMatching(/not found out: .*Forbidden.KeyNotFound/) as string },
      ],
    });
  });
});

describe('kmsx policy', () => {
  it.each<[string, string[], string]>([
    [
      'an alias, which no policy names',
      ['--key-id', 'alias/payments'],
      'aliyun kms DescribeKey --KeyId alias/payments | jq -r .KeyMetadata.Arn',
    ],
    ['a command that does not ask KMS', ['--key-id', KEY, '--for', 'unwrap-key'], '"unwrap-key"'],
    [
      'a key that nothing goes to',
      ['--key-id', KEY, '--to-key-id', NEW_KEY],
      '--to-key-id goes with --for reencrypt-key only',
    ],
    [
      'nothing to go to',
      ['--key-id', KEY, '--for', 'reencrypt-key'],
      '--for reencrypt-key needs --to-key-id',
    ],
    [
      'a backup in a file, which needs no permission',
      ['--key-id', KEY, '--backup', 'b.json'],
      '--backup takes secret:NAME here',
    ],
    [
      'another region than the ARN says',
      ['--key-id', KEY, '--region', 'cn-hangzhou'],
      '--region says cn-hangzhou and the ARN of the key cn-local\nkmsx: hint: leave out --region',
    ],
    [
      'keys of two regions',
      [
        ...['--key-id', KEY, '--for', 'reencrypt-key'],
        ...['--to-key-id', NEW_KEY.replace('cn-local', 'cn-hangzhou')],
      ],
      'the backup or another key in cn-',
    ],
    [
      'a dedicated gateway, which does not know what is behind an alias',
      ['--check', '--key-id', 'alias/x', '--gateway', 'kst-x'],
      'a dedicated gateway does not have DescribeKey',
    ],
  ])('refuses %s, with exit 2', async (_, args, text) => {
    const { code, stdout, stderr } = await runInProcess(['policy', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
  });
});
