import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useKmsStage } from '../../support/kms/stage.ts';
import type { RunResult } from '../../support/run-result.ts';
import type { Server } from '../../support/kmsx.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { runInProcess } from '../../support/test-io.ts';

const stage = useKmsStage();

const ACCOUNT = '1234567890123456';
const PLAIN_KEYS = 205;
const plainId = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const DISABLED = 'key-disabled';
const DELETED = 'key-deleted';
const AWAITING = '33333333-3333-4333-8333-333333333333';
const EXPIRING = '44444444-4444-4444-8444-444444444444';
const RSA = '55555555-5555-4555-8555-555555555555';
const EC = '66666666-6666-4666-8666-666666666666';

const SPECIAL_KEYS = [
  { KeyId: DISABLED, KeyState: 'Disabled', DKMSInstanceId: 'kst-x', ProtectionLevel: 'HSM' },
  { KeyId: DELETED, KeyState: 'PendingDeletion', DeleteDate: '+7d', DKMSInstanceId: 'kst-x' },
  { KeyId: AWAITING, Origin: 'EXTERNAL' },
  {
    KeyId: EXPIRING,
    Origin: 'EXTERNAL',
    MaterialExpireTime: '+30d',
    Versions: [{ Material: Buffer.alloc(32, 7).toString('base64') }],
  },
  { KeyId: RSA, KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT', Aliases: ['alias/rsa'] },
  { KeyId: EC, KeySpec: 'EC_P256' },
  { KeyId: 'key-instance', DKMSInstanceId: 'kst-x', Aliases: ['alias/a', 'alias/b'] },
];

const TOTAL = PLAIN_KEYS + SPECIAL_KEYS.length;

/** What takes no time here: the pace is another test's. */
const FAST = ['--rate', '100000'];

interface Line {
  readonly KeyId: string;
  readonly Aliases?: readonly string[];
  readonly KeyState?: string;
  readonly Usable?: boolean;
  readonly Reason?: string;
  readonly Note?: string;
}

const user = (userName: string, ...actions: (readonly [string, string])[]): object => ({
  AccessKeyId: `LTAI5t${userName}`,
  AccessKeySecret: 'notAnActualSecret',
  UserName: userName,
  Policies: actions.map(([Action, resource]) => ({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action, Resource: `acs:kms:cn-local:${ACCOUNT}:${resource}` }],
  })),
});

const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  Accounts: [
    {
      AccountId: ACCOUNT,
      AccessKeys: [
        {},
        user('noaliases', ['kms:ListKeys', 'key'], ['kms:DescribeKey', 'key/*']),
        user('onekey', ['kms:List*', '*'], ['kms:DescribeKey', `key/${plainId(7)}`]),
        user('nokey', ['kms:List*', '*']),
        user('nolist', ['kms:DescribeKey', 'key/*'], ['kms:ListAliases', 'alias']),
      ],
      Keys: [
        ...Array.from({ length: PLAIN_KEYS }, (_, index) => ({
          KeyId: plainId(index),
          // More than a page of aliases too.
          Aliases: index < 150 ? [`alias/plain-${index}`] : [],
        })),
        ...SPECIAL_KEYS,
      ],
    },
  ],
};

let server: Server;

beforeAll(async () => {
  const { folder, start } = stage();
  writeFileSync(join(folder, 'seed.json'), JSON.stringify(SEED));
  server = await start(['--seed', 'seed.json']);
});

function as(userName: string): Readonly<Record<string, string>> {
  return {
    ...server.env,
    ALIBABA_CLOUD_ACCESS_KEY_ID: `LTAI5t${userName}`,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecret',
  };
}

function listAs(userName: string, ...args: readonly string[]): Promise<RunResult> {
  const { folder } = stage();
  return kmsx(['list-keys', ...FAST, ...server.endpoint, ...args], {
    cwd: folder,
    env: as(userName),
  });
}

function linesOf(stdout: string): Line[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('kmsx list-keys', () => {
  it('lists every key of all pages once, in order, with its aliases and whether it can be used', async () => {
    const { folder } = stage();
    const stdout = await kmsxOk(['list-keys', ...FAST, ...server.endpoint], {
      cwd: folder,
      env: server.env,
    });
    const lines = linesOf(stdout);
    expect(lines.map(({ KeyId }) => KeyId)).toEqual([
      ...Array.from({ length: PLAIN_KEYS }, (_, index) => plainId(index)),
      ...SPECIAL_KEYS.map(({ KeyId }) => KeyId),
    ]);
    expect(lines[149]).toEqual({
      KeyId: plainId(149),
      KeyArn: `acs:kms:cn-local:${ACCOUNT}:key/${plainId(149)}`,
      Aliases: ['alias/plain-149'],
      KeyState: 'Enabled',
      KeySpec: 'Aliyun_AES_256',
      KeyUsage: 'ENCRYPT/DECRYPT',
      Origin: 'Aliyun_KMS',
      ProtectionLevel: 'SOFTWARE',
      CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      Usable: true,
      Note: expect.stringMatching(
        /^a default key: documented for server-side encryption/,
      ) as string,
      Rehearsal: true,
    });
    expect(lines[150]?.Aliases).toEqual([]);
    const found = new Map(lines.map((line) => [line.KeyId, line]));
    const reason = (keyId: string): string | undefined => {
      const { Usable, Reason } = found.get(keyId) ?? {};
      return Usable === false ? Reason : undefined;
    };
    expect(reason(DISABLED)).toMatch(/^it is disabled: enable the key with EnableKey/);
    expect(reason(DELETED)).toMatch(/^it will be deleted on \d{4}-/);
    expect(reason(AWAITING)).toBe('its key material is not imported');
    expect(reason(RSA)).toContain('RSA_2048 is asymmetric');
    expect(reason(EC)).toContain('EC_P256 is asymmetric');
    expect(found.get(EXPIRING)).toMatchObject({
      Usable: true,
      Note: expect.stringContaining('its key material expires on') as string,
    });
    expect(found.get('key-instance')).toMatchObject({
      Aliases: ['alias/a', 'alias/b'],
      DKMSInstanceId: 'kst-x',
      Usable: true,
      Note: expect.stringContaining('a key of the instance kst-x') as string,
    });
  });

  it('prints a table on a terminal, and JSON Lines there with --json', async () => {
    const args = [
      'list-keys',
      ...FAST,
      ...server.endpoint,
      '--spec',
      'RSA_2048',
      '--spec',
      'ec_p256',
    ];
    const env = { ...server.env, HOME: stage().folder };
    const options = { env, stdoutIsTerminal: true, columns: 240 };
    const [asTable, asJson] = await Promise.all([
      runInProcess(args, options),
      runInProcess([...args, '--json'], options),
    ]);
    expect({ code: asTable.code, code2: asJson.code }).toEqual({ code: 0, code2: 0 });
    const [headings, rsa, ec, ...rest] = asTable.stdout.trimEnd().split('\n');
    expect(headings).toMatch(/^KEY ID +USABLE +ALIASES +STATE +SPEC +USAGE +REASON OR NOTE$/);
    expect(rsa).toMatch(
      /^5{8}-\S+ +no +alias\/rsa +Enabled +RSA_2048 +ENCRYPT\/DECRYPT +RSA_2048 is asymmetric/,
    );
    expect(ec).toMatch(/^6{8}-\S+ +no +Enabled +EC_P256 +SIGN\/VERIFY +EC_P256 is/);
    expect(rest).toEqual([]);
    expect(linesOf(asJson.stdout).map(({ KeyId }) => KeyId)).toEqual([RSA, EC]);
  });

  it.each<[string, string[], string[]]>([
    ['--state', ['--state', 'disabled', '--state', 'PendingDeletion'], [DISABLED, DELETED]],
    ['--usable with others', ['--usable', '--spec', 'RSA_2048'], []],
  ])('chooses by %s', async (_, filters, expected) => {
    const args = ['list-keys', ...FAST, ...server.endpoint, ...filters];
    const { code, stdout, stderr } = await runInProcess(args, {
      env: { ...server.env, HOME: stage().folder },
    });
    expect({ code, ids: linesOf(stdout).map(({ KeyId }) => KeyId) }).toEqual({
      code: 0,
      ids: expected,
    });
    const note = `none of ${TOTAL} KMS keys passes the filters`;
    expect(stderr.includes(note)).toBe(expected.length === 0);
  });

  it('warns where aliases may not be listed, and with --aliases fails', async () => {
    const [without, strict] = await Promise.all([
      listAs('noaliases', '--usable'),
      listAs('noaliases', '--aliases'),
    ]);
    expect(without.code).toBe(0);
    expect(without.stderr).toContain('warning: no permission for ListAliases');
    const lines = linesOf(without.stdout);
    expect(lines).toHaveLength(PLAIN_KEYS + 2);
    expect(lines.every((line) => line.Usable === true && !('Aliases' in line))).toBe(true);
    expect(strict).toMatchObject({ code: 3, stdout: '' });
    expect(strict.stderr).toContain('allow kms:ListAliases');
  });

  it('lists a key that may not be described with the reason, and is exit 8; 3 where none may be', async () => {
    const [some, none, unlisted] = await Promise.all([
      listAs('onekey'),
      listAs('nokey'),
      listAs('nolist'),
    ]);
    expect(some.code).toBe(8);
    expect(some.stderr).toContain(`error: ${TOTAL - 1} of ${TOTAL} KMS keys may not be described`);
    const lines = linesOf(some.stdout);
    expect(lines).toHaveLength(TOTAL);
    expect(lines[7]).toMatchObject({ KeyId: plainId(7), Usable: true });
    expect(lines[8]).toEqual({
      KeyId: plainId(8),
      KeyArn: `acs:kms:cn-local:${ACCOUNT}:key/${plainId(8)}`,
      Aliases: ['alias/plain-8'],
      Reason: expect.stringMatching(
        /^KMS does not describe it: .+\(Forbidden\.NoPermission\)$/,
      ) as string,
      Rehearsal: true,
    });
    expect(none.code).toBe(3);
    expect(linesOf(none.stdout)).toHaveLength(TOTAL);
    expect(unlisted).toMatchObject({ code: 3, stdout: '' });
    expect(unlisted.stderr).toMatch(
      /error: these credentials have no permission for ListKeys \(Code Forbidden\.NoPermission, RequestId .*\n.*hint: allow kms:ListKeys/,
    );
  });

  it.each<[string, string[], string]>([
    ['a dedicated gateway', ['--gateway', 'kst-x'], 'a dedicated gateway does not have ListKeys'],
    [
      'a state that KMS does not have',
      ['--state', 'Active', '--gateway', 'local'],
      '--state takes Enabled,',
    ],
    [
      'a usage that KMS does not have',
      ['--usage', 'WRAP', '--gateway', 'local'],
      '--usage takes ENCRYPT/',
    ],
  ])('refuses %s, with exit 2 and a hint', async (_, args, text) => {
    const { code, stdout, stderr } = await runInProcess(['list-keys', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).toContain('hint:');
  });
});
