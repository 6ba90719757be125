import { DecryptRequest } from '@alicloud/kms20160120';
import type {
  DecryptInput,
  ExportDataKeyInput,
  GenerateAndExportDataKeyInput,
  WrappingParameters,
} from './kms-client.ts';
import { ExportDataKeyRequest, GenerateAndExportDataKeyRequest } from './operations.ts';

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

function wrapping(input: WrappingParameters): Readonly<Record<string, string>> {
  return {
    publicKeyBlob: input.publicKeyBlobBase64,
    wrappingKeySpec: input.wrappingKeySpec,
    wrappingAlgorithm: input.wrappingAlgorithm,
  };
}
