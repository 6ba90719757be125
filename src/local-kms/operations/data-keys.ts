import type { OpenedBlob } from '../encryption/ciphertext-blob.ts';
import { openBlob, sealBlob } from '../encryption/ciphertext-blob.ts';
import { readEncryptionContext } from '../encryption/encryption-context.ts';
import { decryptUnder, readVersion } from '../encryption/public-key-encryption.ts';
import { readWrappingKey, wrapDataKey } from '../encryption/wrapping-key.ts';
import { findKey } from '../keys/key-lookup.ts';
import { invalidParameter } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import {
  optionalChoice,
  optionalInteger,
  refuseRecipient,
  requiredBytes,
  requiredText,
} from '../request/read-parameter.ts';
import { primaryVersion } from '../state/state.ts';
import type { OperationContext, OperationHandler } from './operation.ts';

const MAX_PLAINTEXT_BYTES = 6144;

/** Generates a data key and returns it twice: under the KMS key and under the caller's wrapping key. */
export const generateAndExportDataKey: OperationHandler = (parameters, context) => {
  const wrappingKey = readWrappingKey(parameters, context);
  const { dataKey, fields } = newDataKey(parameters, context, 'kms:GenerateAndExportDataKey');
  try {
    return { ...fields, ExportedDataKey: wrapDataKey(wrappingKey, dataKey, 'NumberOfBytes') };
  } finally {
    dataKey.fill(0);
  }
};

/** Generates a data key and returns it in plaintext and under the KMS key. */
export const generateDataKey: OperationHandler = (parameters, context) => {
  refuseRecipient(parameters);
  const { dataKey, fields } = newDataKey(parameters, context, 'kms:GenerateDataKey');
  const plaintext = dataKey.toString('base64');
  dataKey.fill(0);
  return { ...fields, Plaintext: plaintext };
};

/** Generates a data key and returns it under the KMS key only. */
export const generateDataKeyWithoutPlaintext: OperationHandler = (parameters, context) => {
  const action = 'kms:GenerateDataKeyWithoutPlaintext';
  const { dataKey, fields } = newDataKey(parameters, context, action);
  dataKey.fill(0);
  return fields;
};

/** Opens the CiphertextBlob of a data key and returns the data key under the caller's wrapping key. */
export const exportDataKey: OperationHandler = (parameters, context) => {
  const blob = requiredText(parameters, 'CiphertextBlob');
  const wrappingKey = readWrappingKey(parameters, context);
  const opened = openBlob(context, blob, readEncryptionContext(parameters), 'kms:ExportDataKey');
  try {
    return {
      ExportedDataKey: wrapDataKey(wrappingKey, opened.plaintext, 'CiphertextBlob'),
      KeyId: opened.key.keyId,
      KeyVersionId: opened.version.keyVersionId,
    };
  } finally {
    opened.plaintext.fill(0);
  }
};

/** Encrypts up to 6 KB, given as base64, under a symmetric KMS key. */
export const encrypt: OperationHandler = (parameters, context) => {
  const keyId = requiredText(parameters, 'KeyId');
  const plaintext = requiredBytes(parameters, 'Plaintext', MAX_PLAINTEXT_BYTES);
  try {
    const encryption = readEncryptionContext(parameters);
    const key = findKey(context, keyId, 'kms:Encrypt', encryption);
    return {
      CiphertextBlob: sealBlob(key, plaintext, encryption, context.randomBytes),
      KeyId: key.keyId,
      KeyVersionId: primaryVersion(key).keyVersionId,
    };
  } finally {
    plaintext.fill(0);
  }
};

/** Opens a CiphertextBlob and returns its content as base64. */
export const decrypt: OperationHandler = (parameters, context) => {
  refuseRecipient(parameters);
  const blob = requiredText(parameters, 'CiphertextBlob');
  const opened = openBlob(context, blob, readEncryptionContext(parameters), 'kms:Decrypt');
  const plaintext = opened.plaintext.toString('base64');
  opened.plaintext.fill(0);
  return {
    KeyId: opened.key.keyId,
    KeyVersionId: opened.version.keyVersionId,
    Plaintext: plaintext,
  };
};

/**
 * Decrypts a ciphertext of a symmetric or asymmetric KMS key and encrypts it under a symmetric one. The answer names
 * the key that decrypted.
 */
export const reEncrypt: OperationHandler = (parameters, context) => {
  const destinationKeyId = requiredText(parameters, 'DestinationKeyId');
  const encryption = readEncryptionContext(parameters, 'DestinationEncryptionContext');
  const openSource = readSource(parameters);
  // Nothing is decrypted for a caller who may not encrypt it again.
  const destination = findKey(context, destinationKeyId, 'kms:ReEncryptTo', encryption);
  const { key, version, plaintext } = openSource(context);
  try {
    return {
      CiphertextBlob: sealBlob(destination, plaintext, encryption, context.randomBytes),
      KeyId: key.keyId,
      KeyVersionId: version.keyVersionId,
    };
  } finally {
    plaintext.fill(0);
  }
};

/**
 * Generates a data key as `KeyId`, `NumberOfBytes`, `KeySpec` and `EncryptionContext` ask.
 *
 * @returns the data key, which the caller overwrites, and what every operation that generates one answers
 */
function newDataKey(
  parameters: Parameters,
  context: OperationContext,
  action: string,
): {
  readonly dataKey: Buffer;
  readonly fields: Readonly<Record<'CiphertextBlob' | 'KeyId' | 'KeyVersionId', string>>;
} {
  const keyId = requiredText(parameters, 'KeyId');
  const length = readLength(parameters);
  const encryption = readEncryptionContext(parameters);
  const key = findKey(context, keyId, action, encryption);
  const dataKey = context.randomBytes(length);
  try {
    const fields = {
      CiphertextBlob: sealBlob(key, dataKey, encryption, context.randomBytes),
      KeyId: key.keyId,
      KeyVersionId: primaryVersion(key).keyVersionId,
    };
    return { dataKey, fields };
  } catch (error) {
    dataKey.fill(0);
    throw error;
  }
}

/** In bytes: NumberOfBytes (1–1024) wins over KeySpec, which must be valid all the same; without either, 32. */
function readLength(parameters: Parameters): number {
  const numberOfBytes = optionalInteger(parameters, 'NumberOfBytes', 1, 1024);
  const keySpec = optionalChoice(parameters, 'KeySpec', ['AES_256', 'AES_128']);
  return numberOfBytes ?? (keySpec === 'AES_128' ? 16 : 32);
}

/** ReEncrypt's parameters for a ciphertext of an asymmetric key: all three, or the source is a symmetric key. */
const ASYMMETRIC_SOURCE = {
  keyId: 'SourceKeyId',
  keyVersionId: 'SourceKeyVersionId',
  algorithm: 'SourceEncryptionAlgorithm',
} as const;

/** Reads what ReEncrypt is to decrypt, and returns the function that decrypts it. */
function readSource(parameters: Parameters): (context: OperationContext) => OpenedBlob {
  const blob = requiredText(parameters, 'CiphertextBlob');
  const encryption = readEncryptionContext(parameters, 'SourceEncryptionContext');
  if (!Object.values(ASYMMETRIC_SOURCE).some((name) => parameters.has(name))) {
    return (context) => openBlob(context, blob, encryption, 'kms:ReEncryptFrom');
  }
  const find = readVersion(parameters, ASYMMETRIC_SOURCE);
  // Neither RSA nor SM2 binds a context: one that is given would be ignored silently.
  if (encryption.context.size > 0) throw invalidParameter('SourceEncryptionContext');
  return (context) => {
    const found = find(context, 'kms:ReEncryptFrom');
    return { ...found, plaintext: decryptUnder(found, blob) };
  };
}
