import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OwnError } from '../../../src/base/error.ts';
import { hasCode, KmsxError } from '../../../src/base/error.ts';
import { isAnswerAbout, parseKeyId } from '../../../src/kms/key-id.ts';

const UUID = '08c33a6f-4e0a-4a1b-a3fa-7ddfa1d4fb73';

function refusal(text: string, option?: string): OwnError<'key-id-malformed'> {
  try {
    parseKeyId(text, option);
  } catch (error) {
    if (hasCode(error, 'key-id-malformed')) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('parseKeyId', () => {
  test.each([
    [UUID, { kind: 'id', id: UUID }],
    ['key-hzz62f1cb66fa42qo8abc', { kind: 'id', id: 'key-hzz62f1cb66fa42qo8abc' }],
    ['alias/payments', { kind: 'alias', alias: 'alias/payments' }],
    ['alias/acs/ecs', { kind: 'alias', alias: 'alias/acs/ecs' }],
    ['alias/Zahlungen_ü', { kind: 'alias', alias: 'alias/Zahlungen_ü' }],
    [
      `acs:kms:cn-hangzhou:1234567890123456:key/${UUID}`,
      { kind: 'key-arn', region: 'cn-hangzhou', account: '1234567890123456', id: UUID },
    ],
    [
      'acs:kms:eu-central-1:1234567890123456:key/key-phz65a8f',
      {
        kind: 'key-arn',
        region: 'eu-central-1',
        account: '1234567890123456',
        id: 'key-phz65a8f',
      },
    ],
    [
      'acs:kms:cn-beijing:1234567890123456:alias/payments',
      {
        kind: 'alias-arn',
        region: 'cn-beijing',
        account: '1234567890123456',
        alias: 'alias/payments',
      },
    ],
  ])('reads %s and keeps its text', (text, expected) => {
    expect(parseKeyId(text)).toEqual({ text, ...expected });
  });

  test.each([
    ['', 'empty', undefined],
    [`${UUID} `, 'invisible', UUID],
    [`${UUID}\n`, 'invisible', UUID],
    ['alias/pay\u200bments', 'invisible', 'alias/payments'],
    ['\ufeffalias/payments', 'invisible', 'alias/payments'],
    ['alias/\u0000', 'invisible', undefined],
    ['alias/', 'alias', undefined],
    [`alias/${'n'.repeat(250)}`, 'alias', undefined],
    ['payments', 'alias-prefix', 'alias/payments'],
    [`key/${UUID}`, 'form', UUID],
    [UUID.slice(1), 'form', undefined],
    [
      `acs:kms:cn-hangzhou:1234567890123456:${UUID}`,
      'arn',
      `acs:kms:cn-hangzhou:1234567890123456:key/${UUID}`,
    ],
    ['acs:kms:CN_HANGZHOU:1234:key/key-1', 'arn', 'acs:kms:cn-hangzhou:1234:key/key-1'],
    ['acs:kms:evil.example/#:1234:key/key-1', 'arn', undefined],
    ['acs:kms:cn-hangzhou:me:key/key-1', 'arn', undefined],
    ['acs:ram::1234:role/x', 'arn', undefined],
  ])('refuses %j', (text, reason, suggestion) => {
    const error = refusal(text);
    expect(error.code).toBe('key-id-malformed');
    expect(error.kind).toBe('usage');
    expect(error.details.reason).toBe(reason);
    expect(error.details.suggestion).toBe(suggestion);
  });

  test.each(['', 'payments', 'alias/', 'acs:ram::1234:role/x', 'acs:kms:r:1:alias/'])(
    'names the option that %j came from',
    (text) => {
      expect(refusal(text).details.option).toBe('--key-id');
      expect(refusal(text, '--to-key-id').details.option).toBe('--to-key-id');
    },
  );

  test('takes an alias of 255 characters with its prefix and no longer one', () => {
    expect(parseKeyId(`alias/${'n'.repeat(249)}`).kind).toBe('alias');
    expect(refusal(`alias/${'n'.repeat(250)}`).code).toBe('key-id-malformed');
  });

  test('throws nothing but key-id-malformed, and passes no invisible character', () => {
    const pieces = fc.constantFrom(
      'acs:kms:',
      'cn-hangzhou',
      ':',
      '1234',
      'key/',
      'alias/',
      UUID,
      'key-1',
      ' ',
      '\u0000',
      '\u2028',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 8 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        try {
          expect(parseKeyId(candidate).text).toBe(candidate);
          expect(candidate).toMatch(/^[^\s\p{C}]+$/u);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
          expect(error).toHaveProperty('code', 'key-id-malformed');
        }
      }),
    );
  });
});

describe('isAnswerAbout', () => {
  const ID = '1a2b3c4d-0000-4000-8000-00000000000f';
  const OTHER = '1a2b3c4d-0000-4000-8000-000000000000';
  const arn = (resource: string, account = '1234', region = 'cn-hangzhou') =>
    `acs:kms:${region}:${account}:${resource}`;

  test.each([
    [ID, ID, true],
    [ID.toUpperCase(), ID, true],
    [ID, arn(`key/${ID}`), true],
    [ID, OTHER, false],
    [ID, arn(`key/${OTHER}`), false],
    [ID, `${ID}0`, false],
    ['key-hzz1', 'key-hzz1', true],
    ['key-hzz1', 'key-HZZ1', false],
    [arn(`key/${ID}`), ID, true],
    [arn(`key/${ID}`), OTHER, false],
    [arn(`key/${ID}`), arn(`key/${ID}`), true],
    [arn(`key/${ID}`), arn(`key/${ID}`, '5678'), false],
    ['alias/a', ID, true],
    ['alias/a', arn(`key/${ID}`), true],
    [arn('alias/a'), ID, true],
    [arn('alias/a'), arn(`key/${ID}`), true],
    [arn('alias/a'), arn(`key/${ID}`, '5678'), false],
  ])('of %s by %s is %s', (asked, answered, expected) => {
    expect(isAnswerAbout(asked, answered)).toBe(expected);
  });
});
