import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVKEY } from '../wrapping/wrapping-keys.ts';

export const OLD_KEY = '11111111-1111-4111-8111-111111111111';
export const NEW_KEY = '22222222-2222-4222-8222-222222222222';
export const RSA_KEY = '33333333-3333-4333-8333-333333333333';
export const RSA_VERSION = '33333333-3333-4333-8333-000000000001';
export const OTHER_RSA_KEY = '44444444-4444-4444-8444-444444444444';
export const OTHER_RSA_VERSION = '44444444-4444-4444-8444-000000000001';

/** The account that has the keys, and another one. */
export const ACCOUNT = '1234567890123456';
export const OTHER_ACCOUNT = '6543210987654321';

/** An access key of another account. */
export const STRANGER = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tStranger',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfStranger',
};

/** A RAM user of the account who may open the old key and nothing else. */
export const READER = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tReader',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfReader',
};

/** A RAM user of the account who may do nothing. */
export const NOBODY = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfNobody',
};

interface KeyStates {
  readonly old?: object;
  readonly new?: object;
}

/**
 * Writes a seed of two symmetric KMS keys, `alias/old` and `alias/new`, and `alias/rsa`, whose private key is that of
 * the test's wrapping key. What one server encrypted another opens, whatever the state of its keys.
 *
 * @returns the arguments of `local-kms`
 */
export function seedKeys(folder: string, states: KeyStates = {}): string[] {
  const seed = {
    Format: 'kmsx-local-kms-seed/1',
    DeriveFrom: 'the rest of the data key’s life',
    Accounts: [
      {
        AccountId: ACCOUNT,
        AccessKeys: [
          { AccessKeyId: 'LTAI5tAccountItself' },
          {
            AccessKeyId: NOBODY.ALIBABA_CLOUD_ACCESS_KEY_ID,
            AccessKeySecret: NOBODY.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
            UserName: 'nobody',
          },
          {
            AccessKeyId: READER.ALIBABA_CLOUD_ACCESS_KEY_ID,
            AccessKeySecret: READER.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
            UserName: 'reader',
            Policies: [
              {
                Version: '1',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['kms:Decrypt', 'kms:ExportDataKey'],
                    Resource: `acs:kms:*:${ACCOUNT}:key/${OLD_KEY}`,
                  },
                ],
              },
            ],
          },
        ],
        Keys: [
          keyOf(OLD_KEY, 'alias/old', states.old),
          keyOf(NEW_KEY, 'alias/new', states.new),
          {
            ...keyOf(RSA_KEY, 'alias/rsa', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT/DECRYPT' }),
            Versions: [{ KeyVersionId: RSA_VERSION, Material: readFileSync(PRIVKEY, 'utf8') }],
          },
          keyOf(OTHER_RSA_KEY, 'alias/other-rsa', {
            KeySpec: 'RSA_2048',
            KeyUsage: 'ENCRYPT/DECRYPT',
          }),
        ],
      },
      {
        AccountId: OTHER_ACCOUNT,
        AccessKeys: [
          {
            AccessKeyId: STRANGER.ALIBABA_CLOUD_ACCESS_KEY_ID,
            AccessKeySecret: STRANGER.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
          },
        ],
      },
    ],
  };
  const file = join(folder, 'seed.json');
  writeFileSync(file, JSON.stringify(seed));
  return ['--seed', file];
}

function keyOf(KeyId: string, alias: string, state: object = {}): object {
  const KeyVersionId = KeyId.replace(/.{12}$/, '000000000001');
  return { KeyId, Aliases: [alias], Versions: [{ KeyVersionId }], ...state };
}
