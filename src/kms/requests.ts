import { CreateSecretRequest, DecryptRequest } from '@alicloud/kms20160120';
import type {
  DecryptInput,
  ExportDataKeyInput,
  GenerateAndExportDataKeyInput,
  NewSecret,
  ReEncryptInput,
  WrappingParameters,
} from './kms-client.ts';
import {
  ExportDataKeyRequest,
  GenerateAndExportDataKeyRequest,
  ReEncryptRequest,
} from './operations.ts';

/** The SDK's request for GenerateAndExportDataKey. */
export function generateRequest(
  input: GenerateAndExportDataKeyInput,
): GenerateAndExportDataKeyRequest {
  return new GenerateAndExportDataKeyRequest({
    keyId: input.keyId,
    keySpec: input.keySpec,
    numberOfBytes: input.numberOfBytes,
    encryptionContext: input.encryptionContextJson,
    ...wrapping(input),
  });
}

/** The SDK's request for ExportDataKey. */
export function exportRequest(input: ExportDataKeyInput): ExportDataKeyRequest {
  return new ExportDataKeyRequest({
    ciphertextBlob: input.ciphertextBlobBase64,
    encryptionContext: input.encryptionContextJson,
    ...wrapping(input),
  });
}

/** The SDK's request for Decrypt. Its model says that the context is a map; the JSON text is what KMS reads. */
export function decryptRequest(input: DecryptInput): DecryptRequest {
  return new DecryptRequest({
    ciphertextBlob: input.ciphertextBlobBase64,
    encryptionContext: input.encryptionContextJson,
  });
}

/** The SDK's request for ReEncrypt. */
export function reEncryptRequest(input: ReEncryptInput): ReEncryptRequest {
  const { asymmetricSource: source } = input;
  return new ReEncryptRequest({
    ciphertextBlob: input.ciphertextBlobBase64,
    destinationKeyId: input.destinationKeyId,
    sourceEncryptionContext: input.sourceEncryptionContextJson,
    destinationEncryptionContext: input.destinationEncryptionContextJson,
    sourceKeyId: source?.keyId,
    sourceKeyVersionId: source?.keyVersionId,
    sourceEncryptionAlgorithm: source?.algorithm,
  });
}

/** The SDK's request for CreateSecret. */
export function createSecretRequest({ name, versionId, text }: NewSecret): CreateSecretRequest {
  return new CreateSecretRequest({
    secretName: name,
    versionId,
    secretData: text,
    secretDataType: 'text',
  });
}

function wrapping(input: WrappingParameters): Readonly<Record<string, string>> {
  return {
    publicKeyBlob: input.publicKeyBlobBase64,
    wrappingKeySpec: input.wrappingKeySpec,
    wrappingAlgorithm: input.wrappingAlgorithm,
  };
}
