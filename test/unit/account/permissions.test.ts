import { describe, expect, it } from 'vitest';
import type { KmsxError } from '../../../src/base/error.ts';
import { permissionsFor, POLICY_COMMANDS } from '../../../src/account/command-permissions.ts';
import type { CommandSubject } from '../../../src/account/permissions.ts';
import { decisionOf } from '../../../src/account/decision.ts';
import { checkPermissions } from '../../../src/account/permissions.ts';
import type { PermissionLine } from '../../../src/commands/account/policy/report.ts';
import { permissionLine } from '../../../src/commands/account/policy/report.ts';
import type { OneTimeKey } from '../../../src/data-key/one-time-export.ts';
import { makeOneTimeKey } from '../../../src/data-key/one-time-export.ts';
import { parseKeyId } from '../../../src/kms/key-id.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { PERMISSION_CODES, refused } from '../../support/kms/refusals.ts';

const KEY = parseKeyId('acs:kms:cn-hangzhou:1:key/key-a');
const NEW_KEY = parseKeyId('acs:kms:cn-hangzhou:1:key/key-b');
const ALL = permissionsFor({
  commands: POLICY_COMMANDS,
  key: KEY,
  newKey: NEW_KEY,
  sourceKey: undefined,
  severalPubkeys: true,
  makesSecrets: true,
  keptSecrets: ['kept'],
  secretPrefixes: [],
});

const BACKUP = { CiphertextBlob: 'AAAA', KeyId: 'key-a', NumberOfBytes: 32 };

function error(kind: 'credentials' | 'kms' | 'unavailable', code: string): KmsxError {
  return refused(code, { kind, message: 'no', requestId: 'R' });
}

/** A client that answers every question in the same way, and notes what it was asked. */
function client(answer: () => Promise<unknown>): { kms: KmsClient; asked: string[] } {
  const asked: string[] = [];
  const method =
    (name: string): (() => Promise<unknown>) =>
    () => {
      asked.push(name);
      return answer();
    };
  const names = ['generateAndExportDataKey', 'exportDataKey', 'decrypt', 'reEncrypt'];
  const kms = {
    keys: {
      describe: method('describe'),
      list: method('list'),
      listAliases: method('listAliases'),
    },
    dryRun: Object.fromEntries(names.map((name) => [name, method(name)])),
  } as unknown as KmsClient;
  return { kms, asked };
}

function subject(kms: KmsClient, more: Partial<CommandSubject> = {}): CommandSubject {
  return {
    kms,
    keyId: 'key-a',
    newKey: NEW_KEY,
    fromRsaKey: false,
    backup: BACKUP,
    newBackup: { ...BACKUP, KeyId: 'key-b' },
    keptSecrets: new Map([['kept', { kind: 'granted', value: undefined }]]),
    isDedicated: false,
    ...more,
  };
}

/** One key for all tests: making it takes longer than they do. */
let oneTimeKey: Promise<OneTimeKey> | undefined;
const makeKey = (): Promise<OneTimeKey> => (oneTimeKey ??= makeOneTimeKey());

/** The answers about all permissions, the lines that `policy --check` prints, and the errors about something else. */
async function ask(asked: CommandSubject): Promise<{
  readonly kinds: ReadonlySet<string>;
  readonly verdicts: readonly PermissionLine[];
  readonly failures: readonly KmsxError[];
}> {
  const decisions = await checkPermissions(ALL, asked, makeKey);
  return {
    kinds: new Set(decisions.map(({ decision }) => decision.kind)),
    verdicts: decisions.map(permissionLine),
    failures: decisions.flatMap(({ decision }) =>
      decision.kind === 'failed' ? [decision.error] : [],
    ),
  };
}

describe('the check of permissions', () => {
  it('asks each question once, by dry run or for names, and never for the work itself', async () => {
    // Anything but a dry run or a list would be no method of this client.
    const { kms, asked } = client(() => Promise.resolve({}));
    const { kinds, verdicts, failures } = await ask(subject(kms));
    expect(failures).toEqual([]);
    expect(kinds).toEqual(new Set(['granted', 'not-asked']));
    expect(verdicts).toHaveLength(ALL.length);
    expect(asked.toSorted()).toEqual([
      'decrypt',
      'describe',
      'exportDataKey',
      'exportDataKey',
      'generateAndExportDataKey',
      'list',
      'listAliases',
      'reEncrypt',
    ]);
  });

  it.each(PERMISSION_CODES)('takes %s for a missing permission', async (code) => {
    const { kms } = client(() => Promise.reject(error('credentials', code)));
    const { verdicts, failures } = await ask(subject(kms));
    expect(failures).toEqual([]);
    expect(verdicts[0]).toMatchObject({ Allowed: false, Reason: `no (${code})` });
  });

  it('blames both permissions of ReEncrypt where KMS does not say which is missing', async () => {
    const { kms } = client(() => Promise.reject(error('credentials', 'AccessDeniedError')));
    const { verdicts } = await ask(subject(kms));
    const ofReEncrypt = verdicts.filter(({ Action }) => Action.startsWith('kms:ReEncrypt'));
    expect(ofReEncrypt).toHaveLength(2);
    for (const { Allowed, Reason } of ofReEncrypt) {
      expect({ Allowed, Reason }).toEqual({
        Allowed: false,
        Reason: expect.stringContaining('or both') as string,
      });
    }
  });

  it('does not take another refusal for a missing permission, and goes on', async () => {
    const { kms } = client(() => Promise.reject(error('kms', 'Rejected.Disabled')));
    const { kinds, verdicts, failures } = await ask(subject(kms));
    expect(kinds).not.toContain('denied');
    expect(failures[0]?.code).toBe('Rejected.Disabled');
    for (const verdict of verdicts) expect(verdict.Allowed).not.toBe(false);
    expect(verdicts[0]).toEqual({
      Action: 'kms:GenerateAndExportDataKey',
      Resource: 'acs:kms:cn-hangzhou:1:key/key-a',
      Reason: 'not found out: no (Rejected.Disabled)',
      RequestId: 'R',
    });
  });

  it.each([
    ['unavailable', 'network-failed'],
    ['credentials', 'InvalidAccessKeyId.NotFound'],
  ] as const)('ends where nothing can be asked: %s, %s', async (kind, code) => {
    const { kms, asked } = client(() => Promise.reject(error(kind, code)));
    await expect(checkPermissions(ALL, subject(kms), makeKey)).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(1);
  });

  it('asks a dedicated gateway for cryptographic operations only', async () => {
    const { kms, asked } = client(() => Promise.resolve({}));
    const { verdicts } = await ask(subject(kms, { isDedicated: true }));
    expect(new Set(asked)).toEqual(
      new Set(['generateAndExportDataKey', 'exportDataKey', 'decrypt']),
    );
    const reasons = verdicts.filter(({ Allowed }) => Allowed === undefined);
    expect(reasons.map(({ Action }) => Action).toSorted()).toEqual([
      'kms:CreateSecret',
      'kms:DescribeKey',
      'kms:ListAliases',
      'kms:ListKeys',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]);
  });

  it('says what it does not reach, and why the backup in KMS was not read', async () => {
    const { kms } = client(() => Promise.resolve({}));
    const denied = await decisionOf(() =>
      Promise.reject(error('credentials', 'Forbidden.NoPermission')),
    );
    const keptSecrets = new Map([['kept', denied]]);
    const { verdicts } = await ask(
      subject(kms, { backup: undefined, newBackup: undefined, keptSecrets }),
    );
    const of = (action: string): unknown[] => verdicts.filter(({ Action }) => Action === action);
    expect(of('kms:GetSecretValue')).toMatchObject([
      { Allowed: false, Reason: 'no (Forbidden.NoPermission)' },
    ]);
    for (const action of ['kms:Decrypt', 'kms:ReEncryptTo', 'kms:ExportDataKey']) {
      for (const verdict of of(action)) {
        expect(verdict).toMatchObject({
          Reason: expect.stringMatching(/^(?:not asked|not found out): /) as string,
        });
        expect(verdict).not.toHaveProperty('Allowed');
      }
    }
  });
});
