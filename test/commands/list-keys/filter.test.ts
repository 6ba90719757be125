import { describe, expect, it } from 'vitest';
import type { KeyFilterOptions } from '../../../src/commands/account/list-keys/filter.ts';
import { keyFilter } from '../../../src/commands/account/list-keys/filter.ts';
import type { ListedKey } from '../../../src/account/list-keys.ts';

const KEYS: readonly ListedKey[] = [
  key('aes', 'Enabled', 'Aliyun_AES_256', 'ENCRYPT/DECRYPT', true),
  key('off', 'Disabled', 'Aliyun_AES_256', 'ENCRYPT/DECRYPT', false),
  key('rsa', 'Enabled', 'RSA_2048', 'ENCRYPT/DECRYPT', false),
  key('sign', 'Enabled', 'RSA_2048', 'SIGN/VERIFY', false),
  { KeyId: 'undescribed', Reason: 'no permission' },
];

function key(
  KeyId: string,
  KeyState: string,
  KeySpec: string,
  KeyUsage: string,
  Usable: boolean,
): ListedKey {
  return { KeyId, KeyState, KeySpec, KeyUsage, Usable };
}

function chosen(options: Partial<KeyFilterOptions>): string {
  const none = { state: [], spec: [], usage: [], usable: false };
  return KEYS.filter(keyFilter({ ...none, ...options }).passes)
    .map(({ KeyId }) => KeyId)
    .join(' ');
}

describe('the filters of list-keys', () => {
  it.each<[Partial<KeyFilterOptions>, string]>([
    [{}, 'aes off rsa sign undescribed'],
    [{ state: ['disabled'] }, 'off'],
    [{ state: ['Disabled', 'ENABLED'] }, 'aes off rsa sign'],
    [{ spec: ['rsa_2048'] }, 'rsa sign'],
    [{ spec: ['A_LATER_SPEC'] }, ''],
    [{ usage: ['SIGN/VERIFY'] }, 'sign'],
    [{ spec: ['RSA_2048'], usage: ['encrypt/decrypt'] }, 'rsa'],
    [{ usable: true }, 'aes'],
    [{ usable: true, spec: ['RSA_2048'] }, ''],
  ])('%j choose %j', (options, expected) => {
    expect(chosen(options)).toBe(expected);
  });

  it.each<Partial<KeyFilterOptions>>([{ state: ['Active'] }, { usage: ['WRAP'] }])(
    'tell %j, which KMS does not have',
    (options) => {
      expect(() => chosen(options)).toThrow(/^--(?:state|usage) takes /);
    },
  );
});
