import { describe, expect, it } from 'vitest';
import { reencryptHints } from '../../../../src/commands/shared/backup/reencrypt-hints.ts';
import { parseKeyId } from '../../../../src/kms/key-id.ts';
import { PERMISSION_CODES, refused } from '../../../support/kms/refusals.ts';

const REQUEST = {
  source: { CiphertextBlob: 'AAAA' },
  asymmetricSource: undefined,
  destination: parseKeyId('alias/new'),
  destinationContext: undefined,
  expected: [],
};

describe('the hints after ReEncrypt', () => {
  it.each(PERMISSION_CODES)('name both permissions: %s', (code) => {
    const error = refused(code, { action: 'ReEncrypt' });
    expect(reencryptHints(error, REQUEST)).toEqual([
      expect.stringMatching(/^allow kms:ReEncryptFrom on the old key and kms:ReEncryptTo/),
    ]);
  });

  it('say whose permission is missing where KMS does', () => {
    const denial = {
      kind: 'implicit',
      action: 'kms:ReEncryptTo',
      resource: undefined,
      principal: undefined,
      policy: undefined,
      encoded: undefined,
    } as const;
    const error = refused('Forbidden.RAM', { action: 'ReEncrypt', denial, hints: ['allow it'] });
    expect(reencryptHints(error, REQUEST)).toEqual([
      'allow it',
      expect.stringContaining('kms:ReEncryptFrom on the old key'),
    ]);
  });

  it('are no others where the old backup was refused', () => {
    expect(reencryptHints(refused('Forbidden.RAM'), REQUEST)).toBeUndefined();
  });
});
