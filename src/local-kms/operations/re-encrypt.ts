import type { OpenedBlob } from '../encryption/ciphertext-blob.ts';
import { openBlob, sealBlob } from '../encryption/ciphertext-blob.ts';
import { readEncryptionContext } from '../encryption/encryption-context.ts';
import { findKey } from '../keys/key-lookup.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredText } from '../request/read-parameter.ts';
import { invalidParameter } from '../refusal.ts';
import { decryptOaep, findRsaVersion, readOaepHash } from '../encryption/rsa-oaep.ts';
import type { Operation, OperationContext } from './operation.ts';

/** Where the ciphertext of an asymmetric key comes from: all three, or it is of a symmetric key. */
const ASYMMETRIC_SOURCE = [
  'SourceKeyId',
  'SourceKeyVersionId',
  'SourceEncryptionAlgorithm',
] as const;

/**
 * Decrypts a ciphertext of a symmetric or asymmetric KMS key and encrypts it under a symmetric one. The answer names
 * the key that decrypted.
 */
export const reEncrypt: Operation = {
  action: 'ReEncrypt',
  takesDryRun: true,
  onDedicatedGateway: false,
  run: (parameters, context) => {
    const destinationKeyId = requiredText(parameters, 'DestinationKeyId');
    const destinationContext = readEncryptionContext(parameters, 'DestinationEncryptionContext');
    const source = readSource(parameters);
    // Nothing is decrypted for a caller who may not have it encrypted again.
    const destination = findKey(context, destinationKeyId, 'kms:ReEncryptTo');
    const opened = source(context);
    try {
      return {
        CiphertextBlob: sealBlob(
          destination,
          opened.plaintext,
          destinationContext,
          context.randomBytes,
        ),
        KeyId: opened.key.keyId,
        KeyVersionId: opened.version.keyVersionId,
      };
    } finally {
      opened.plaintext.fill(0);
    }
  },
};

/** Reads what is to be decrypted, and gives what decrypts it. */
function readSource(parameters: Parameters): (context: OperationContext) => OpenedBlob {
  const blob = requiredText(parameters, 'CiphertextBlob');
  const sourceContext = readEncryptionContext(parameters, 'SourceEncryptionContext');
  if (!ASYMMETRIC_SOURCE.some((name) => parameters.has(name))) {
    return (context) => openBlob(context, blob, sourceContext, 'kms:ReEncryptFrom');
  }
  const keyId = requiredText(parameters, 'SourceKeyId');
  const keyVersionId = requiredText(parameters, 'SourceKeyVersionId');
  const hash = readOaepHash(parameters, 'SourceEncryptionAlgorithm');
  // RSA binds no context: one that is given would be lost in silence.
  if (sourceContext.length > 0) throw invalidParameter('SourceEncryptionContext');
  return (context) => {
    const found = findRsaVersion(context, { keyId, keyVersionId }, 'kms:ReEncryptFrom');
    return { ...found, plaintext: decryptOaep(found, hash, blob) };
  };
}
