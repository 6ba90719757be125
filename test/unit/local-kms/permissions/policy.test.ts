import { describe, expect, it } from 'vitest';
import type { Mistake } from '../../../../src/local-kms/mistake.ts';
import type { PolicyKind } from '../../../../src/local-kms/permissions/policy.ts';
import { parsePolicy, readPolicyAt } from '../../../../src/local-kms/permissions/policy.ts';

const GOOD = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' };
const GOOD_IN_KEY = { ...GOOD, Principal: { RAM: 'acs:ram::1234567890123456:user/a' } };

const VPC = { StringNotEquals: { 'acs:SourceVpc': 'vpc-1' } };

function mistakesOf(document: Record<string, unknown>, kind: PolicyKind = 'ram'): string[] {
  const mistakes: Mistake[] = [];
  readPolicyAt(document, kind, '', (path, problem) => mistakes.push({ path, problem }));
  return mistakes.map(({ path }) => path);
}

function inStatement(change: Record<string, unknown>, kind: PolicyKind = 'ram'): string[] {
  const statement = { ...(kind === 'ram' ? GOOD : GOOD_IN_KEY), ...change };
  return mistakesOf({ Version: '1', Statement: [statement] }, kind);
}

describe('a policy that RAM would take', () => {
  it.each<[string, Record<string, unknown>]>([
    ['one value', {}],
    ['lists', { Action: ['kms:*', 'oss:GetObject', '*'], Resource: ['*', 'acs:kms:*:*:key/*'] }],
    ['NotAction', { Action: undefined, NotAction: ['kms:Decrypt'] }],
    ['NotResource', { Resource: undefined, NotResource: 'acs:kms:*:*:key/a' }],
    ['a tag', { Condition: { StringEquals: { 'kms:tag/acs:rds:x': ['a', 'b'] } } }],
    ['a time', { Condition: { DateLessThan: { 'acs:CurrentTime': '2019-08-12T17:00:00+08:00' } } }],
    ['addresses', { Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '2001:db8::1'] } } }],
    ['an encryption context', { Condition: { StringLike: { 'kms:EncryptionContext:a:b': 'x*' } } }],
    ['an algorithm', { Condition: { StringEquals: { 'kms:EncryptionAlgorithm': 'SM2PKE' } } }],
    ['an address in a VPC', { Condition: { IpAddress: { 'acs:VpcSourceIp': '10.0.0.0/8' } } }],
    ['a VPC', { Action: ['kms:*', 'KMS:Decrypt'], Condition: VPC }],
    ['a truth', { Condition: { Bool: { 'acs:SecureTransport': true, 'acs:MFAPresent': 'true' } } }],
  ])('may have %s', (_name, change) => {
    expect(inStatement(change)).toEqual([]);
  });
});

describe('what RAM would not take is reported with its place', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no Effect', { Effect: undefined }, 'Effect'],
    ['another Effect', { Effect: 'allow' }, 'Effect'],
    ['no Action', { Action: undefined }, 'Action'],
    ['an empty list', { Action: [] }, 'Action'],
    ['no action of a product', { Action: ['kms:Decrypt', 'Decrypt'] }, 'Action/1'],
    ['a number', { Action: 1 }, 'Action'],
    ['Action and NotAction', { NotAction: 'kms:*' }, ''],
    ['no Resource', { Resource: undefined }, 'Resource'],
    ['no ARN', { Resource: ['key/a'] }, 'Resource/0'],
    ['a Principal', { Principal: '*' }, 'Principal'],
    ['an unknown element', { Resources: '*' }, 'Resources'],
    ['no condition', { Condition: {} }, 'Condition'],
    ['a VPC, with all actions of all', { Action: '*', Condition: VPC }, 'Action'],
    ['a VPC, with more', { Action: ['kms:Decrypt', 'oss:GetObject'], Condition: VPC }, 'Action'],
    ['a VPC and NotAction', { Action: undefined, NotAction: 'kms:Get*', Condition: VPC }, 'Action'],
    [
      'no name of a context',
      { Condition: { StringEquals: { 'kms:EncryptionContext:': 'a' } } },
      'Condition/StringEquals/kms:EncryptionContext:',
    ],
    [
      'a context that is an address',
      { Condition: { IpAddress: { 'kms:EncryptionContext:a': '10.0.0.1' } } },
      'Condition/IpAddress/kms:EncryptionContext:a',
    ],
    [
      'IfExists',
      { Condition: { BoolIfExists: { 'acs:MFAPresent': 'true' } } },
      'Condition/BoolIfExists',
    ],
    [
      '__proto__',
      { Condition: JSON.parse('{"__proto__":{"a":"b"}}') as unknown },
      'Condition/__proto__',
    ],
    [
      'an unknown key',
      { Condition: { StringEquals: { 'kms:tags/a': 'b' } } },
      'Condition/StringEquals/kms:tags~1a',
    ],
    [
      'a name of every object',
      { Condition: { Bool: { constructor: 'true' } } },
      'Condition/Bool/constructor',
    ],
    [
      'a key of another type',
      { Condition: { Bool: { 'acs:SourceIp': 'true' } } },
      'Condition/Bool/acs:SourceIp',
    ],
    [
      'a number operator',
      { Condition: { NumericEquals: { 'acs:CurrentTime': '1' } } },
      'Condition/NumericEquals/acs:CurrentTime',
    ],
    [
      'a time without a zone',
      { Condition: { DateLessThan: { 'acs:CurrentTime': '2019-08-12T17:00:00' } } },
      'Condition/DateLessThan/acs:CurrentTime',
    ],
    [
      'an address with a wildcard',
      { Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.1', '10.0.0.*'] } } },
      'Condition/IpAddress/acs:SourceIp/1',
    ],
    [
      'a prefix that is too long',
      { Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/33' } } },
      'Condition/IpAddress/acs:SourceIp',
    ],
  ])('%s', (_name, change, place) => {
    const path = place === '' ? '/Statement/0' : `/Statement/0/${place}`;
    expect(inStatement(change)).toEqual([path]);
  });

  it('all mistakes at once', () => {
    const document = { Version: '2', Statement: [{ ...GOOD, Effect: '' }, 'x'], Id: '' };
    expect(mistakesOf(document)).toEqual([
      '/Id',
      '/Version',
      '/Statement/0/Effect',
      '/Statement/1',
    ]);
  });

  it.each([
    [{ Version: '1' }],
    [{ Version: '1', Statement: [] }],
    [{ Version: '1', Statement: GOOD }],
  ])('no list of statements', (document) => {
    expect(mistakesOf(document)).toEqual(['/Statement']);
  });

  it('in words', () => {
    expect(parsePolicy({ Version: '1', Statement: [{ ...GOOD, Action: 'x' }] })).toMatch(
      /^\/Statement\/0\/Action must be an action/,
    );
  });
});

describe('a key policy', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a Sid', { Sid: 'kms default key policy' }],
    ['everybody', { Principal: '*' }],
    [
      'an account, its users and roles',
      {
        Principal: {
          RAM: ['acs:ram::1:*', 'acs:ram::1:root', 'acs:ram::1:role/a-b', 'acs:ram::1:user/a.b@c'],
        },
      },
    ],
  ])('may have %s', (_name, change) => {
    expect(inStatement(change, 'key')).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no Principal', { Principal: undefined }, 'Principal'],
    ['a service', { Principal: { Service: 'ecs.aliyuncs.com' } }, 'Principal'],
    ['a wildcard in a name', { Principal: { RAM: 'acs:ram::1:user/*' } }, 'Principal/RAM'],
    ['a resource of its own', { Resource: 'acs:kms:*:*:key/*' }, 'Resource'],
    ['an action of another product', { Action: ['oss:GetObject'] }, 'Action/0'],
    ['NotResource', { NotResource: '*' }, 'NotResource'],
    ['a long Sid', { Sid: 'a'.repeat(129) }, 'Sid'],
  ])('may not have %s', (_name, change, place) => {
    expect(inStatement(change, 'key')).toEqual([`/Statement/0/${place}`]);
  });

  it('has at most 32,768 bytes', () => {
    const statements = Array.from({ length: 400 }, () => GOOD_IN_KEY);
    expect(mistakesOf({ Version: '1', Statement: statements }, 'key')).toEqual(['']);
    expect(mistakesOf({ Version: '1', Statement: statements.map(() => GOOD) }, 'ram')).toEqual([]);
  });
});
