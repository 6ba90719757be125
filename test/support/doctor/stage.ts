import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { RunResult } from '../run-result.ts';
import { localKmsOptions, TestKms } from '../local-kms/test-kms.ts';
import { PRIVKEY, PUBKEY } from '../wrapping/wrapping-keys.ts';

/** How a test runs kmsx: in this process, or the real program. */
export type Runner = (args: readonly string[], options: RunnerOptions) => Promise<RunResult>;

export interface RunnerOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const INSTANCE = 'kst-x.cryptoservice.kms.aliyuncs.com';

/** KMS keys of the stage, by what is the matter with them. */
export const KEYS = {
  good: '11111111-1111-4111-8111-111111111111',
  disabled: '22222222-2222-4222-8222-222222222222',
  pendingDeletion: '33333333-3333-4333-8333-333333333333',
  pendingImport: '44444444-4444-4444-8444-444444444444',
  signs: '55555555-5555-4555-8555-555555555555',
  rsa: '66666666-6666-4666-8666-666666666666',
  ofInstance: 'key-ofinstance0000000000001',
} as const;

const ACCOUNT = '1234567890123456';
const ALL_ACTIONS = [
  'DescribeKey',
  'ListKeys',
  'GenerateAndExportDataKey',
  'ExportDataKey',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** An access key of the stage, as environment variables. */
export function keyEnv(name: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    ALIBABA_CLOUD_ACCESS_KEY_ID: `LTAI5t${name}`,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: `notAnActualSecretOf${name}`,
    ...more,
  };
}

/** A session of the stage: its access key begins with `STS.`. */
export function sessionEnv(name: string, token?: string): Record<string, string> {
  return keyEnv(name, {
    ALIBABA_CLOUD_ACCESS_KEY_ID: `STS.${name}`,
    ...(token !== undefined && { ALIBABA_CLOUD_SECURITY_TOKEN: token }),
  });
}

/** A folder with a backup, an export and public keys, and two embedded KMS with the same keys: one of them with TLS. */
export interface DoctorStage {
  readonly folder: string;
  readonly kms: TestKms;
  readonly tls: TestKms;
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<RunResult>;
}

/** Sets the stage for all tests of a file. */
export function useDoctorStage(runner: Runner): () => DoctorStage {
  const servers: TestKms[] = [];
  let stage: DoctorStage | undefined;
  let folder = '';
  const start = async (options: Parameters<typeof TestKms.start>[0]): Promise<TestKms> => {
    const server = await TestKms.start(localKmsOptions({ seed: seedOf(), ...options }));
    servers.push(server);
    return server;
  };
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
    const [kms, tls] = await Promise.all([start({}), start({ tls: true })]);
    stage = {
      folder,
      kms,
      tls,
      run: (args, env = {}) =>
        runner(args, {
          cwd: folder,
          env: { HOME: folder, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true', ...env },
        }),
    };
    await furnish(stage);
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (stage === undefined) throw new Error('no stage');
    return stage;
  };
}

async function furnish({ folder, kms, run }: DoctorStage): Promise<void> {
  writeFileSync(join(folder, 'pub.pem'), readFileSync(PUBKEY));
  writeFileSync(join(folder, 'priv.pem'), readFileSync(PRIVKEY));
  writeFileSync(join(folder, 'garbage.pem'), 'no key');
  const { code, stderr } = await run(
    [
      ...['export-key', '--endpoint', kms.announcement.Endpoint, '--key-id', 'alias/good'],
      ...['--pubkey', 'pub.pem', '--context', 'purpose=test'],
      ...['--backup', 'backup.json', '--out', 'export.json'],
    ],
    keyEnv('Account'),
  );
  if (code !== 0) throw new Error(stderr);
  const backup = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')) as {
    CiphertextBlob: string;
  };
  writeFileSync(join(folder, 'backup.blob'), `${backup.CiphertextBlob}\n`);
}

function seedOf(): { text: string; label: string } {
  const user = (name: string, actions: readonly string[]): object => ({
    AccessKeyId: `LTAI5t${name}`,
    AccessKeySecret: `notAnActualSecretOf${name}`,
    UserName: name.toLowerCase(),
    Policies: [
      {
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: actions.map((action) => `kms:${action}`), Resource: '*' },
        ],
      },
    ],
  });
  const key = (KeyId: string, alias: string, more: object): object => ({
    KeyId,
    Aliases: [`alias/${alias}`],
    ...more,
  });
  const versions = [
    {
      KeyVersionId: '11111111-1111-4111-8111-000000000001',
      Material: Buffer.alloc(32, 1).toString('base64'),
    },
  ];
  const seed = {
    Format: 'kmsx-local-kms-seed/1',
    DeriveFrom: 'the tests of doctor',
    Accounts: [
      {
        AccountId: ACCOUNT,
        AccessKeys: [
          { AccessKeyId: 'LTAI5tAccount', AccessKeySecret: 'notAnActualSecretOfAccount' },
          { ...user('Inactive', ALL_ACTIONS), Status: 'Inactive' },
          user('Exporter', ['GenerateAndExportDataKey']),
          user('Nobody', ['ListAliases']),
          ...ALL_ACTIONS.map((missing) =>
            user(
              `Not${missing}`,
              ALL_ACTIONS.filter((action) => action !== missing),
            ),
          ),
          {
            ...user('Session', ALL_ACTIONS),
            AccessKeyId: 'STS.Session',
            UserName: 'role:session',
            SecurityToken: 'CAISnotAnActualToken',
            SecurityTokenExpiration: '2020-01-01T00:00:00Z',
          },
        ],
        Keys: [
          key(KEYS.good, 'good', { Versions: versions }),
          key(KEYS.disabled, 'disabled', { KeyState: 'Disabled' }),
          key(KEYS.pendingDeletion, 'doomed', { KeyState: 'PendingDeletion', DeleteDate: '+7d' }),
          key(KEYS.pendingImport, 'empty', { Origin: 'EXTERNAL' }),
          key(KEYS.signs, 'signs', { KeySpec: 'EC_P256' }),
          key(KEYS.rsa, 'rsa', {
            KeySpec: 'RSA_2048',
            KeyUsage: 'ENCRYPT/DECRYPT',
            Versions: [
              {
                KeyVersionId: '66666666-6666-4666-8666-000000000001',
                Material: readFileSync(PRIVKEY, 'utf8'),
              },
            ],
          }),
          key(KEYS.ofInstance, 'of-instance', { DKMSInstanceId: 'kst-x' }),
        ],
      },
    ],
  };
  return { text: JSON.stringify(seed), label: 'the seed of the tests' };
}
