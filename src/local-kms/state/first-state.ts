import type { RandomBytes } from '../identifiers.ts';
import { randomAlphanumeric, randomDigits } from '../identifiers.ts';
import { aliasArn } from '../resource-name.ts';
import { newKey } from './new-key.ts';
import type { KmsState } from './state.ts';

/** The alias of the KMS key in every new state. */
const REHEARSAL_ALIAS = 'alias/rehearsal';

/** A new account with one access key and one symmetric KMS key, `alias/rehearsal`. */
export async function firstState(createdAt: Date, randomBytes: RandomBytes): Promise<KmsState> {
  const accountId = randomDigits(randomBytes, 16);
  const accessKey = {
    accountId,
    status: 'Active',
    accessKeyId: `LTAI5t${randomAlphanumeric(randomBytes, 18)}`,
    accessKeySecret: randomAlphanumeric(randomBytes, 30),
  } as const;
  const key = await newKey({
    accountId,
    keySpec: 'Aliyun_AES_256',
    description: 'made by kmsx for rehearsals',
    createdAt,
    randomBytes,
  });
  return {
    accessKeys: new Map([[accessKey.accessKeyId, accessKey]]),
    keys: new Map([[key.keyId, key]]),
    aliases: new Map([
      [
        aliasArn(accountId, REHEARSAL_ALIAS),
        { accountId, aliasName: REHEARSAL_ALIAS, keyId: key.keyId },
      ],
    ]),
    secrets: new Map(),
    importTokenKey: randomBytes(32),
  };
}
