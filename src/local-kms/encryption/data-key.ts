import { sealBlob } from './ciphertext-blob.ts';
import { readEncryptionContext } from './encryption-context.ts';
import { findKey } from '../keys/key-lookup.ts';
import type { OperationContext } from '../operations/operation.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalChoice, optionalInteger, requiredText } from '../request/read-parameter.ts';
import { primaryVersion } from '../state/state.ts';

/** A data key just made. The caller overwrites it. */
export interface NewDataKey {
  readonly dataKey: Buffer;
  /** What every operation that makes a data key answers. */
  readonly fields: {
    readonly CiphertextBlob: string;
    readonly KeyId: string;
    readonly KeyVersionId: string;
  };
}

/**
 * Makes a data key as `KeyId`, `NumberOfBytes`, `KeySpec` and `EncryptionContext` ask.
 *
 * @param action - what the caller must be allowed to do to the KMS key: `kms:GenerateDataKey`
 * @throws KmsRefusal what reading the parameters, `findKey` and `sealBlob` throw
 */
export function newDataKey(
  parameters: Parameters,
  context: OperationContext,
  action: string,
): NewDataKey {
  const keyId = requiredText(parameters, 'KeyId');
  const length = readLength(parameters);
  const encryptionContext = readEncryptionContext(parameters);
  const key = findKey(context, keyId, action);
  const dataKey = context.randomBytes(length);
  try {
    const fields = {
      CiphertextBlob: sealBlob(key, dataKey, encryptionContext, context.randomBytes),
      KeyId: key.keyId,
      KeyVersionId: primaryVersion(key).keyVersionId,
    };
    return { dataKey, fields };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/** In bytes: NumberOfBytes (1–1024) wins over KeySpec (which must be right all the same); neither means 32. */
function readLength(parameters: Parameters): number {
  const numberOfBytes = optionalInteger(parameters, 'NumberOfBytes', 1, 1024);
  const keySpec = optionalChoice(parameters, 'KeySpec', ['AES_256', 'AES_128']);
  return numberOfBytes ?? (keySpec === 'AES_128' ? 16 : 32);
}
