import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kmsError } from '../../../src/answers/errors.ts';

const ARN = 'acs:kms:cn-hangzhou:1234567890123456:key/key-hzz1';
const DETAIL = {
  AuthAction: 'kms:ExportDataKey',
  AuthPrincipalType: 'SubUser',
  AuthPrincipalOwnerId: '1234567890123456',
  AuthPrincipalDisplayName: 'exporter',
  NoPermissionType: 'ImplicitDeny',
  PolicyType: 'AccountLevelIdentityBasedPolicy',
};
const REFUSAL = {
  Code: 'Forbidden.NoPermission',
  RequestId: 'id-1',
  Message: `This operation for ${ARN} is forbidden by permission system.`,
};

function hintOf(detail: unknown, more: object = {}): string {
  const body = { ...REFUSAL, AccessDeniedDetail: detail, ...more };
  const answer = { status: 403, headers: {}, body: Buffer.from(JSON.stringify(body)) };
  const error = kmsError(answer, { action: 'Decrypt', host: 'kms', now: new Date(0) });
  return (error.hints ?? []).join('|');
}

const GENERAL = hintOf(undefined);

describe('the hint for want of a permission', () => {
  test.each<[string, object, object, string]>([
    [
      'what to allow, and to whom',
      {},
      {},
      `allow kms:ExportDataKey on ${ARN} for the RAM user exporter in a RAM policy`,
    ],
    [
      'the statement to take away',
      { NoPermissionType: 'ExplicitDeny' },
      {},
      `a Deny statement in a RAM policy forbids kms:ExportDataKey on ${ARN} to the RAM user exporter: remove it`,
    ],
    [
      'the key policy where that decides',
      { PolicyType: 'ResourceBasedPolicy' },
      {},
      `allow kms:ExportDataKey on ${ARN} for the RAM user exporter in the key policy`,
    ],
    [
      'a session of a role, in a policy of a kind that is not known',
      {
        NoPermissionType: 'ExplicitDeny',
        PolicyType: 'toString',
        AuthPrincipalType: 'AssumedRoleUser',
        AuthPrincipalDisplayName: 'ops:alice@example.com',
      },
      {},
      `a Deny statement forbids kms:ExportDataKey on ${ARN} to the role session ops:alice@example.com: remove it`,
    ],
    [
      'the operation where the answer names none',
      { AuthAction: 7, AuthPrincipalDisplayName: undefined },
      { Message: `No permission for ${ARN}.`, Code: 'AccessDeniedError' },
      `allow kms:Decrypt on ${ARN} in a RAM policy`,
    ],
    [
      'no ARN where the message has none',
      {},
      { Message: 'You are not authorized.' },
      'allow kms:ExportDataKey for the RAM user exporter of account 1234567890123456 in a RAM policy',
    ],
    [
      'whose user it is where the key is another account’s',
      { AuthPrincipalOwnerId: '6543210987654321' },
      {},
      `allow kms:ExportDataKey on ${ARN} for the RAM user exporter of account 6543210987654321 in a RAM policy`,
    ],
    [
      'the account where that itself asks',
      {
        AuthPrincipalType: 'Account',
        AuthPrincipalOwnerId: '6543210987654321',
        AuthPrincipalDisplayName: '6543210987654321',
        PolicyType: 'ControlPolicy',
        NoPermissionType: 'ExplicitDeny',
      },
      {},
      `a Deny statement in a control policy of the resource directory forbids kms:ExportDataKey on ${ARN} to the account 6543210987654321: remove it`,
    ],
    [
      'a federated identity, and the session policy',
      {
        AuthPrincipalType: 'Federated',
        AuthPrincipalDisplayName: 'saml-provider/AzureAD',
        PolicyType: 'SessionPolicy',
      },
      {},
      `allow kms:ExportDataKey on ${ARN} for the federated identity saml-provider/AzureAD in the session policy`,
    ],
    [
      'the policy of a resource group',
      { PolicyType: 'ResourceGroupLevelIdentityBasedPolicy' },
      {},
      `allow kms:ExportDataKey on ${ARN} for the RAM user exporter in a RAM policy of the resource group`,
    ],
    [
      'the trust policy, of a role that STS does not give',
      { AuthAction: 'sts:AssumeRole', PolicyType: 'AssumeRolePolicy' },
      {
        Code: 'NoPermission',
        Message: 'No permission for acs:ram::1234567890123456:role/ops.',
      },
      'allow sts:AssumeRole on acs:ram::1234567890123456:role/ops for the RAM user exporter in the trust policy of the role',
    ],
    [
      'how to find a Deny statement that may be anywhere',
      {
        NoPermissionType: 'ExplicitDeny',
        PolicyType: 'NewPolicy',
        EncodedDiagnosticMessage: 'AQEAAAAAZBgx+/A=',
      },
      {},
      `a Deny statement forbids kms:ExportDataKey on ${ARN} to the RAM user exporter: find it with aliyun ram DecodeDiagnosticMessage --EncodedDiagnosticMessage AQEAAAAAZBgx+/A=`,
    ],
    [
      'how to find out where the kind of refusal is not known',
      { NoPermissionType: 'NewDeny', EncodedDiagnosticMessage: 'AQEAAAAAZBgx' },
      {},
      `aliyun ram DecodeDiagnosticMessage --EncodedDiagnosticMessage AQEAAAAAZBgx shows why kms:ExportDataKey on ${ARN} is refused`,
    ],
    [
      'what is missing under a code that is not known',
      {},
      { Code: 'Forbidden.New' },
      `allow kms:ExportDataKey on ${ARN} for the RAM user exporter in a RAM policy`,
    ],
  ])('says %s', (_, detail, more, expected) => {
    expect(hintOf({ ...DETAIL, ...detail }, more)).toBe(expected);
  });

  test.each([[undefined], [null], ['x'], [[]], [{}], [{ ...DETAIL, NoPermissionType: 'Other' }]])(
    'is the general one for the detail %j',
    (detail) => {
      expect(hintOf(detail)).toBe(GENERAL);
    },
  );

  test('is the general one for a code that is about something else', () => {
    expect(hintOf(DETAIL, { Code: 'Forbidden.AccessKey' })).not.toContain('exporter');
  });

  test.each([
    [{ AuthPrincipalDisplayName: 'x\u001b[2J' }, {}],
    [{ AuthPrincipalDisplayName: 'x\nhint: run this' }, {}],
    [{ AuthPrincipalDisplayName: 'x'.repeat(200) }, {}],
    [{ AuthAction: 'kms:x; rm -rf ~' }, {}],
    [{ AuthPrincipalOwnerId: '1; run this' }, {}],
    [{ AuthPrincipalOwnerId: '1'.repeat(200) }, {}],
    [{}, { Message: 'for acs:kms:cn-hangzhou:1:key/\u001b[2J now' }],
    [{}, { Message: `for acs:kms:cn-hangzhou:1:key/${'x'.repeat(500)} now` }],
  ])('leaves out what does not look right: %j %j', (detail, more) => {
    const hint = hintOf({ ...DETAIL, ...detail }, more);
    expect(hint).not.toMatch(/\[2J|\n|rm -rf|x{100}|run this/);
    expect(hint).toMatch(/^allow kms:[A-Za-z]+ .*in a RAM policy$/);
  });

  test.each([
    ['$(run this)'],
    ['AQEA; rm -rf ~'],
    ['AQEA\nhint: run this'],
    ['A'.repeat(2000)],
    ['====='],
    ['--help'],
    [7],
  ])('names no diagnostic message that does not look like one: %j', (EncodedDiagnosticMessage) => {
    const detail = { ...DETAIL, NoPermissionType: 'NewDeny', EncodedDiagnosticMessage };
    expect(hintOf(detail)).toBe(GENERAL);
  });

  test('is one printable line of bounded length, whatever the answer says', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(DETAIL)));
    const kind = fc.constantFrom('ImplicitDeny', 'ExplicitDeny', 'NewDeny');
    const detail = fc.record({
      AuthAction: text,
      AuthPrincipalType: text,
      AuthPrincipalDisplayName: text,
      AuthPrincipalOwnerId: text,
      NoPermissionType: kind,
      PolicyType: text,
      EncodedDiagnosticMessage: text,
    });
    const message = text.map((part) => `for acs:kms:cn-hangzhou:1:key/${part} is forbidden`);
    fc.assert(
      fc.property(detail, message, (given, Message) => {
        expect(hintOf(given, { Message })).toMatch(/^[ -~]{1,700}$/);
      }),
    );
  });
});
