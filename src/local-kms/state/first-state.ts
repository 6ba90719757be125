import type { RandomBytes } from '../identifiers.ts';
import { randomAlphanumeric, randomDigits } from '../identifiers.ts';
import { newKey } from './new-key.ts';
import type { KmsState } from './state.ts';

/** The alias of the KMS key that every new state has. */
const REHEARSAL_ALIAS = 'alias/rehearsal';

/** A new account with one access key and one symmetric KMS key, `alias/rehearsal`. */
export async function firstState(createdAt: Date, randomBytes: RandomBytes): Promise<KmsState> {
  const accessKey = {
    accessKeyId: `LTAI5t${randomAlphanumeric(randomBytes, 18)}`,
    accessKeySecret: randomAlphanumeric(randomBytes, 30),
  };
  const key = await newKey({
    keySpec: 'Aliyun_AES_256',
    description: 'made by kmsx for rehearsals',
    createdAt,
    randomBytes,
  });
  return {
    accountId: randomDigits(randomBytes, 16),
    accessKeys: new Map([[accessKey.accessKeyId, accessKey]]),
    keys: new Map([[key.keyId, key]]),
    aliases: new Map([[REHEARSAL_ALIAS, key.keyId]]),
  };
}
