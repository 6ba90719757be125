import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import { authorize, authorizeKey } from '../../../../src/local-kms/permissions/authorize.ts';
import type { RequestFacts } from '../../../../src/local-kms/permissions/access-request.ts';
import type { Caller } from '../../../../src/local-kms/permissions/caller.ts';
import type { Policy, PolicyKind } from '../../../../src/local-kms/permissions/policy.ts';
import { parsePolicy } from '../../../../src/local-kms/permissions/policy.ts';
import { KmsRefusal } from '../../../../src/local-kms/refusal.ts';
import type { AccessKey, KmsKey } from '../../../../src/local-kms/state/state.ts';

const OWN = '1234567890123456';
const OTHER = '6543210987654321';
const KEY_ID = '11111111-1111-4111-8111-111111111111';
const ARN = `acs:kms:cn-local:${OWN}:key/${KEY_ID}`;
const FACTS: RequestFacts = {
  requestId: '6433284F-FBBD-505E-81E1-795938961B32',
  time: new Date('2026-03-01T12:00:00.500Z'),
  sourceIp: '127.0.0.1',
  isSecure: false,
};

function policy(kind: PolicyKind, ...statements: JsonObject[]): Policy {
  const result = parsePolicy({ Version: '1', Statement: statements }, kind);
  if (typeof result === 'string') throw new Error(result);
  return result;
}
const ram = (...statements: JsonObject[]): Policy => policy('ram', ...statements);
const allow = (more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: '*',
  ...more,
});
const deny = (more: JsonObject = {}): JsonObject => ({ ...allow(more), Effect: 'Deny' });

function account(accountId = OWN): Caller {
  const accessKey: AccessKey = {
    accountId,
    accessKeyId: 'LTAI5tA',
    accessKeySecret: 'secret',
    status: 'Active',
  };
  return { accountId, accessKey, request: FACTS };
}
function user(policies: readonly Policy[] | undefined, name = 'exporter', accountId = OWN): Caller {
  const caller = account(accountId);
  const named = { ...caller.accessKey, userName: name };
  return { ...caller, accessKey: policies === undefined ? named : { ...named, policies } };
}

function key(more: Partial<KmsKey> = {}): KmsKey {
  return {
    keyId: KEY_ID,
    accountId: OWN,
    keySpec: 'Aliyun_AES_256',
    keyUsage: 'ENCRYPT/DECRYPT',
    keyState: 'Enabled',
    origin: 'Aliyun_KMS',
    protectionLevel: 'SOFTWARE',
    description: '',
    createdAt: FACTS.time,
    versions: [],
    tags: new Map([['Project', 'Apollo']]),
    ...more,
  };
}
const keyPolicy = (effect: 'Allow' | 'Deny', principal: string, action = 'kms:*'): Policy =>
  policy('key', {
    Effect: effect,
    Principal: { RAM: principal },
    Action: action,
    Resource: '*',
  });

function refusalOf(act: () => void): Record<string, unknown> | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof KmsRefusal)) throw error;
    const { AccessDeniedDetail: detail } = error.details;
    return { code: error.code, message: error.message, ...(detail as JsonObject) };
  }
}
const may = (caller: Caller, action = 'kms:Decrypt', target = key()): boolean =>
  refusalOf(() => {
    authorizeKey(caller, action, target);
  }) === undefined;

describe('in its own account', () => {
  it('the account itself may do everything', () => {
    expect(may(account())).toBe(true);
  });

  it.each([
    ['no policy at all', undefined],
    ['no policy', []],
    ['a policy for another action', [ram(allow({ Action: 'kms:Encrypt' }))]],
    ['a policy for another key', [ram(allow({ Resource: `${ARN}0` }))]],
    ['a policy for another account', [ram(allow({ Resource: `acs:kms:*:${OTHER}:*` }))]],
    ['a Deny beside an Allow', [ram(allow(), deny())]],
    ['a Deny in another policy, before', [ram(deny({ Action: 'kms:*' })), ram(allow())]],
    ['a Deny in another policy, after', [ram(allow()), ram(deny({ Action: '*' }))]],
  ])('a RAM user may not with %s', (_name, policies) => {
    expect(may(user(policies))).toBe(false);
  });

  it.each([
    ['an Allow', [ram(allow())]],
    ['an Allow in one of several policies', [ram(allow({ Action: 'kms:Encrypt' })), ram(allow())]],
    ['another case of the action', [ram(allow({ Action: 'KMS:decrypT' }))]],
    ['wildcards', [ram(allow({ Action: 'kms:De*yp?', Resource: 'acs:kms:*:*:key/1111*' }))]],
    ['NotAction', [ram(allow({ Action: undefined, NotAction: 'kms:Encrypt' }))]],
    ['NotResource', [ram(allow({ Resource: undefined, NotResource: 'acs:oss:*:*:*' }))]],
    ['a Deny of something else', [ram(allow(), deny({ Action: 'kms:Encrypt' }))]],
  ])('a RAM user may with %s', (_name, policies) => {
    expect(may(user(policies))).toBe(true);
  });

  it('a resource matches in its own case only', () => {
    expect(may(user([ram(allow({ Resource: ARN.replace('key/', 'KEY/') }))]))).toBe(false);
  });

  it('more statements that allow never take anything away, and one Deny takes all', () => {
    const statement = fc.constantFrom(
      allow(),
      allow({ Action: 'kms:*' }),
      allow({ Action: 'kms:Encrypt' }),
      deny({ Action: 'kms:Encrypt' }),
    );
    fc.assert(
      fc.property(fc.array(statement), fc.array(statement), (before, after) => {
        expect(may(user([ram(...before, allow(), ...after)]))).toBe(true);
        expect(may(user([ram(...before, deny(), ...after)]))).toBe(false);
      }),
    );
  });
});

describe('conditions', () => {
  const meets = (Condition: JsonObject, target = key()): boolean =>
    may(user([ram(allow({ Condition }))]), 'kms:Decrypt', target);

  it.each<[string, JsonObject, boolean]>([
    ['a tag that is there', { StringEquals: { 'kms:tag/Project': 'Apollo' } }, true],
    ['one of several values', { StringEquals: { 'kms:tag/Project': ['x', 'Apollo'] } }, true],
    ['a tag of another value', { StringEquals: { 'kms:tag/Project': 'apollo' } }, false],
    ['any case', { StringEqualsIgnoreCase: { 'kms:tag/Project': 'APOLLO' } }, true],
    ['not, in any case', { StringNotEqualsIgnoreCase: { 'kms:tag/Project': 'APOLLO' } }, false],
    ['a pattern', { StringLike: { 'kms:tag/Project': 'Ap*' } }, true],
    ['no such pattern', { StringNotLike: { 'kms:tag/Project': 'Ap*' } }, false],
    ['none of several', { StringNotEquals: { 'kms:tag/Project': ['x', 'Apollo'] } }, false],
    ['none of others', { StringNotEquals: { 'kms:tag/Project': ['x', 'y'] } }, true],
    ['a tag that is not there', { StringEquals: { 'kms:tag/Other': 'a' } }, false],
    ['not, and it is not there', { StringNotEquals: { 'kms:tag/Other': 'a' } }, false],
    ['loopback', { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } }, true],
    ['another network', { IpAddress: { 'acs:SourceIp': '203.0.113.0/24' } }, false],
    ['not in another network', { NotIpAddress: { 'acs:SourceIp': '203.0.113.0/24' } }, true],
    ['an IPv6 network', { IpAddress: { 'acs:SourceIp': '::/0' } }, false],
    ['no TLS', { Bool: { 'acs:SecureTransport': 'false' } }, true],
    ['TLS', { Bool: { 'acs:SecureTransport': 'true' } }, false],
    ['MFA', { Bool: { 'acs:MFAPresent': 'true' } }, false],
    ['no MFA: an access key has neither', { Bool: { 'acs:MFAPresent': 'false' } }, false],
    ['a VPC', { StringEquals: { 'acs:SourceVpc': 'vpc-1' } }, false],
    ['a network in a VPC', { IpAddress: { 'acs:VpcSourceIp': '0.0.0.0/0' } }, false],
    ['no cryptography', { StringLike: { 'kms:EncryptionAlgorithm': '*' } }, false],
    ['no context', { StringLike: { 'kms:EncryptionContext:purpose': '*' } }, false],
    ['who asks', { StringLike: { 'acs:PrincipalARN': 'acs:ram:*:*:user/exporter' } }, true],
    ['before', { DateLessThan: { 'acs:CurrentTime': '2026-03-01T20:00:01+08:00' } }, true],
    ['not before', { DateLessThan: { 'acs:CurrentTime': '2026-03-01T20:00:00+08:00' } }, false],
    ['at that second', { DateEquals: { 'acs:CurrentTime': '2026-03-01T12:00:00Z' } }, true],
    ['not at that second', { DateNotEquals: { 'acs:CurrentTime': '2026-03-01T12:00:00Z' } }, false],
    ['until', { DateLessThanEquals: { 'acs:CurrentTime': '2026-03-01T12:00:00Z' } }, true],
    ['from', { DateGreaterThanEquals: { 'acs:CurrentTime': '2026-03-01T12:00:00Z' } }, true],
    ['after', { DateGreaterThan: { 'acs:CurrentTime': '2026-03-01T12:00:00Z' } }, false],
    [
      'all operators must hold',
      {
        StringEquals: { 'kms:tag/Project': 'Apollo' },
        Bool: { 'acs:SecureTransport': 'true' },
      },
      false,
    ],
    [
      'all keys must hold',
      { StringEquals: { 'kms:tag/Project': 'Apollo', 'kms:tag/Other': 'a' } },
      false,
    ],
  ])('%s', (_name, condition, holds) => {
    expect(meets(condition)).toBe(holds);
  });

  it('a Deny with a Not… operator strikes what has no such tag', () => {
    const guarded = deny({ Condition: { StringNotEquals: { 'kms:tag/Project': 'Apollo' } } });
    const caller = user([ram(allow(), guarded)]);
    expect(may(caller)).toBe(true);
    expect(may(caller, 'kms:Decrypt', key({ tags: new Map() }))).toBe(false);
  });
});

describe('a key policy', () => {
  const named = `acs:ram::${OWN}:user/exporter`;

  it.each<[string, Caller, Policy, boolean]>([
    ['lets a user without a RAM policy in', user([]), keyPolicy('Allow', named), true],
    ['lets nobody else in', user([], 'somebody'), keyPolicy('Allow', named), false],
    ['lets all of an account in', user([]), keyPolicy('Allow', `acs:ram::${OWN}:*`), true],
    [
      'takes root for the account itself',
      user([]),
      keyPolicy('Allow', `acs:ram::${OWN}:root`),
      false,
    ],
    ['denies what RAM allows', user([ram(allow())]), keyPolicy('Deny', named), false],
    ['is denied by RAM', user([ram(deny())]), keyPolicy('Allow', named), false],
    ['leaves RAM alone', user([ram(allow())]), keyPolicy('Allow', named, 'kms:Encrypt'), true],
    ['can deny the account', account(), keyPolicy('Deny', `acs:ram::${OWN}:root`), false],
    ['lets the account in', account(), keyPolicy('Allow', named), true],
    [
      "knows a role's session by the role",
      user([], 'auditor:session'),
      keyPolicy('Allow', `acs:ram::${OWN}:role/auditor`),
      true,
    ],
  ])('%s', (_name, caller, given, allowed) => {
    expect(may(caller, 'kms:Decrypt', key({ policy: given }))).toBe(allowed);
  });

  it.each([
    ['kms:GenerateAndExportDataKey', true],
    ['kms:DescribeKey', true],
    ['kms:ExportDataKey', false],
    ['kms:ReEncryptTo', false],
  ])('of kms:* gives %s: %s, as its page lists them', (action, allowed) => {
    const policyOfKey = keyPolicy('Allow', named);
    expect(may(user([]), action, key({ policy: policyOfKey }))).toBe(allowed);
  });
});

describe("another account's key", () => {
  const partner = `acs:ram::${OTHER}:user/exporter`;
  const byRam = [ram(allow({ Resource: `acs:kms:*:${OWN}:key/*` }))];

  it('needs both policies', () => {
    const shared = key({ policy: keyPolicy('Allow', partner) });
    expect(may(user(byRam, 'exporter', OTHER), 'kms:Decrypt', shared)).toBe(true);
    expect(may(user([], 'exporter', OTHER), 'kms:Decrypt', shared)).toBe(false);
    expect(may(user(byRam, 'somebody', OTHER), 'kms:Decrypt', shared)).toBe(false);
    expect(may(account(OTHER), 'kms:Decrypt', shared)).toBe(false);
  });

  it('without a key policy is out of reach', () => {
    expect(may(user(byRam, 'exporter', OTHER))).toBe(false);
    expect(may(account(OTHER))).toBe(false);
  });

  it('can be shared with the account itself', () => {
    const shared = key({ policy: keyPolicy('Allow', `acs:ram::${OTHER}:root`) });
    expect(may(account(OTHER), 'kms:Decrypt', shared)).toBe(true);
  });

  it('is all that can be shared', () => {
    expect(
      refusalOf(() => {
        authorize(account(OTHER), 'kms:ListKeys', { arn: `acs:kms:x:${OWN}:key`, accountId: OWN });
      }),
    ).toMatchObject({ code: 'Forbidden.NoPermission' });
  });
});

describe('the refusal', () => {
  const refused = (caller: Caller, target = key()): Record<string, unknown> | undefined =>
    refusalOf(() => {
      authorizeKey(caller, 'kms:Decrypt', target);
    });

  it('names the resource and says who may not do what, and why', () => {
    const { EncodedDiagnosticMessage: message, ...rest } = refused(user([])) ?? {};
    expect(rest).toEqual({
      code: 'Forbidden.NoPermission',
      message: `This operation for ${ARN} is forbidden by permission system.`,
      AuthAction: 'kms:Decrypt',
      AuthPrincipalType: 'SubUser',
      AuthPrincipalOwnerId: OWN,
      AuthPrincipalDisplayName: 'exporter',
      NoPermissionType: 'ImplicitDeny',
      PolicyType: 'AccountLevelIdentityBasedPolicy',
    });
    const bytes = Buffer.from(message as string, 'base64');
    expect(bytes.subarray(0, 6).toString('hex')).toBe('010100000000');
    expect(bytes.readUInt32BE(6)).toBe(FACTS.time.getTime() / 1000 - 0.5);
    expect(bytes.subarray(10).toString()).toBe(FACTS.requestId);
  });

  it.each<[string, Caller, KmsKey, JsonObject]>([
    [
      'an explicit deny',
      user([ram(allow(), deny())]),
      key(),
      { NoPermissionType: 'ExplicitDeny', PolicyType: 'AccountLevelIdentityBasedPolicy' },
    ],
    [
      'a key policy that denies',
      user([ram(allow())]),
      key({ policy: keyPolicy('Deny', `acs:ram::${OWN}:*`) }),
      { NoPermissionType: 'ExplicitDeny', PolicyType: 'ResourceBasedPolicy' },
    ],
    [
      "another account's key",
      account(OTHER),
      key(),
      { NoPermissionType: 'ImplicitDeny', PolicyType: 'ResourceBasedPolicy' },
    ],
    ["a role's session", user([], 'a:b'), key(), { AuthPrincipalType: 'AssumedRoleUser' }],
  ])('tells %s', (_name, caller, target, detail) => {
    expect(refused(caller, target)).toMatchObject(detail);
  });
});
