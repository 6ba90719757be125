import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunResult } from './run-result.ts';
import { PRIVKEY, PUBKEY, testKey } from './wrapping/wrapping-keys.ts';

const ACCOUNT = '1234567890123456';
const KEY_ID = '11111111-1111-4111-8111-111111111111';
const NEW_KEY_ID = '22222222-2222-4222-8222-222222222222';
export const KEY = `acs:kms:cn-local:${ACCOUNT}:key/${KEY_ID}`;
export const NEW_KEY = `acs:kms:cn-local:${ACCOUNT}:key/${NEW_KEY_ID}`;

const RSA_KEY = `acs:kms:cn-local:${ACCOUNT}:key/33333333-3333-4333-8333-333333333333`;
const RSA_VERSION_ID = '33333333-3333-4333-8333-000000000001';

/** Runs kmsx with these arguments as the holder of an access key, in the folder of the stage. */
export type RunAs = (userName: string, args: readonly string[]) => Promise<RunResult>;

export interface RamPolicyDocument {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

export interface PolicyCase {
  readonly command: string;
  /** Where a command has another case. */
  readonly variant?: string;
  /** The options of `policy` that describe what is done, beside `--key-id` and `--for`. */
  readonly policyOptions: readonly string[];
  /** What is done; `unique` makes names of new secrets. */
  readonly work: (unique: string) => readonly string[];
}

/** The cases that one policy covers together: what comes from an RSA key needs another. */
export const usualCases = (): readonly PolicyCase[] =>
  POLICY_CASES.filter(({ variant }) => variant === undefined);

/** Every command that needs a permission, doing all that may need one. */
export const POLICY_CASES: readonly PolicyCase[] = [
  {
    command: 'export-key',
    policyOptions: ['--several-pubkeys', '--backup', 'secret:made/by-export'],
    work: (unique) => [
      ...['export-key', '--key-id', KEY_ID, '--pubkey', PUBKEY, '--pubkey', 'other.pub.pem'],
      ...['--backup', `secret:made/${unique}`],
    ],
  },
  {
    command: 'reexport-key',
    policyOptions: ['--in', 'secret:kept'],
    work: () => ['reexport-key', '--in', 'secret:kept', '--pubkey', PUBKEY],
  },
  {
    command: 'recover-key',
    policyOptions: ['--in', 'secret:kept'],
    work: () => ['recover-key', '--in', 'secret:kept', '--check-value-only'],
  },
  {
    command: 'reencrypt-key',
    policyOptions: [
      ...['--to-key-id', NEW_KEY, '--in', 'secret:kept', '--backup', 'secret:made/anew'],
    ],
    work: (unique) => [
      ...['reencrypt-key', '--in', 'secret:kept', '--to-key-id', NEW_KEY],
      ...['--backup', `secret:made/${unique}`],
    ],
  },
  {
    command: 'reencrypt-key',
    variant: 'from an RSA key',
    policyOptions: ['--to-key-id', NEW_KEY, '--source-key-id', RSA_KEY],
    work: () => [
      ...['reencrypt-key', '--in', 'export.json', '--to-key-id', NEW_KEY],
      ...['--source-key-id', RSA_KEY, '--source-key-version-id', RSA_VERSION_ID],
    ],
  },
  {
    command: 'verify-key',
    policyOptions: ['--in', 'secret:kept'],
    work: () => [
      ...['verify-key', '--in', 'export.json', '--privkey', PRIVKEY],
      ...['--against', 'secret:kept'],
    ],
  },
  { command: 'list-keys', policyOptions: [], work: () => ['list-keys', '--aliases'] },
  { command: 'doctor', policyOptions: [], work: () => ['doctor', '--key-id', KEY] },
];

/** The options of `policy` for several cases together. */
export function policyArguments(cases: readonly PolicyCase[]): string[] {
  const commands = cases.map(({ command }) => command).join(',');
  const pairs: string[] = [];
  for (const { policyOptions } of cases) {
    for (let index = 0; index < policyOptions.length; index += 1) {
      const option = policyOptions[index] ?? '';
      const value = policyOptions[index + 1];
      const takesValue = value !== undefined && !value.startsWith('--');
      if (takesValue) index += 1;
      const isThere = pairs.some(
        (word, at) => word === option && (!takesValue || pairs[at + 1] === value),
      );
      if (!isThere) pairs.push(option, ...(takesValue ? [value] : []));
    }
  }
  return ['policy', '--key-id', KEY, '--for', commands, ...pairs];
}

export function accessKeyOf(userName: string): Readonly<Record<string, string>> {
  return {
    ALIBABA_CLOUD_ACCESS_KEY_ID: `LTAI5t${userName}`,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: `notAnActualSecretOf${userName}`,
  };
}

/** A seed of two KMS keys, the owner of the account, and RAM users with one policy each. */
export function policySeed(users: ReadonlyMap<string, RamPolicyDocument>): string {
  const keyOf = (KeyId: string, alias: string): object => ({ KeyId, Aliases: [alias] });
  const userOf = ([userName, policy]: readonly [string, RamPolicyDocument]): object => ({
    AccessKeyId: `LTAI5t${userName}`,
    AccessKeySecret: `notAnActualSecretOf${userName}`,
    UserName: userName,
    // A policy without a statement is none; a user without a policy may do nothing.
    Policies: policy.Statement.length === 0 ? [] : [policy],
  });
  return JSON.stringify({
    Format: 'kmsx-local-kms-seed/1',
    Accounts: [
      {
        AccountId: ACCOUNT,
        AccessKeys: [
          { AccessKeyId: 'LTAI5towner', AccessKeySecret: 'notAnActualSecretOfowner' },
          ...[...users].map(userOf),
        ],
        Keys: [
          keyOf(KEY_ID, 'alias/old'),
          keyOf(NEW_KEY_ID, 'alias/new'),
          {
            KeyId: RSA_KEY.split('/').at(-1),
            KeySpec: 'RSA_2048',
            KeyUsage: 'ENCRYPT/DECRYPT',
            Versions: [{ KeyVersionId: RSA_VERSION_ID, Material: readFileSync(PRIVKEY, 'utf8') }],
          },
        ],
      },
    ],
  });
}

/** Every action and resource of a policy, and the policy without it. */
export function withoutEach(
  policy: RamPolicyDocument,
): { readonly action: string; readonly resource: string; readonly rest: RamPolicyDocument }[] {
  const pairs = policy.Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
  );
  return pairs.map((left) => ({
    ...left,
    rest: {
      Version: '1',
      Statement: pairs
        .filter((pair) => pair !== left)
        .map(({ action, resource }) => ({
          Effect: 'Allow',
          Action: [action],
          Resource: [resource],
        })),
    },
  }));
}

/** Makes, as the owner, what the cases read: `secret:kept`, `export.json`, `backup.json`, `new.json`, `other.pub.pem`. */
export async function furnish(folder: string, runAs: RunAs): Promise<void> {
  const other = createPublicKey(testKey('other-2048.pem'));
  writeFileSync(join(folder, 'other.pub.pem'), other.export({ type: 'spki', format: 'pem' }));
  const succeed = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await runAs('owner', args);
    expect(code, stderr).toBe(0);
  };
  await succeed(
    ...['export-key', '--key-id', 'alias/old', '--pubkey', PUBKEY, '--out', 'export.json'],
    ...['--backup', 'backup.json', '--backup', 'secret:kept'],
  );
  await succeed(
    'reencrypt-key',
    '--in',
    'backup.json',
    '--to-key-id',
    NEW_KEY,
    '--backup',
    'new.json',
  );
}
