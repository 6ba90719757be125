/* Request and response models of the operations that @alicloud/kms20160120 1.2.0 lacks, in its own style.
   Source: the API pages "GenerateAndExportDataKey", "ExportDataKey" and "ReEncrypt" (API version 2016-01-20). */
import { Model } from '@alicloud/tea-typescript';

type Names = Readonly<Record<string, string>>;

/** EncryptionContext is the JSON text: an object would be flattened into parameters that KMS does not read. */
export class GenerateAndExportDataKeyRequest extends Model {
  declare keyId: string;
  declare publicKeyBlob: string;
  declare wrappingKeySpec: string;
  declare wrappingAlgorithm: string;
  declare keySpec?: string;
  declare numberOfBytes?: number;
  declare encryptionContext?: string;
  declare dryRun?: string;

  static names(): Names {
    return {
      keyId: 'KeyId',
      publicKeyBlob: 'PublicKeyBlob',
      wrappingKeySpec: 'WrappingKeySpec',
      wrappingAlgorithm: 'WrappingAlgorithm',
      keySpec: 'KeySpec',
      numberOfBytes: 'NumberOfBytes',
      encryptionContext: 'EncryptionContext',
      dryRun: 'DryRun',
    };
  }

  static types(): Names {
    return { ...texts(this.names()), numberOfBytes: 'number' };
  }
}

export class GenerateAndExportDataKeyResponse extends Model {
  declare ciphertextBlob: string;
  declare exportedDataKey: string;
  declare keyId: string;
  declare keyVersionId: string;
  declare requestId: string;

  static names(): Names {
    return {
      ciphertextBlob: 'CiphertextBlob',
      exportedDataKey: 'ExportedDataKey',
      keyId: 'KeyId',
      keyVersionId: 'KeyVersionId',
      requestId: 'RequestId',
    };
  }

  static types(): Names {
    return texts(this.names());
  }
}

export class ExportDataKeyRequest extends Model {
  declare ciphertextBlob: string;
  declare publicKeyBlob: string;
  declare wrappingKeySpec: string;
  declare wrappingAlgorithm: string;
  declare encryptionContext?: string;
  declare dryRun?: string;

  static names(): Names {
    return {
      ciphertextBlob: 'CiphertextBlob',
      publicKeyBlob: 'PublicKeyBlob',
      wrappingKeySpec: 'WrappingKeySpec',
      wrappingAlgorithm: 'WrappingAlgorithm',
      encryptionContext: 'EncryptionContext',
      dryRun: 'DryRun',
    };
  }

  static types(): Names {
    return texts(this.names());
  }
}

export class ExportDataKeyResponse extends Model {
  declare exportedDataKey: string;
  declare keyId: string;
  declare keyVersionId: string;
  declare requestId: string;

  static names(): Names {
    return {
      exportedDataKey: 'ExportedDataKey',
      keyId: 'KeyId',
      keyVersionId: 'KeyVersionId',
      requestId: 'RequestId',
    };
  }

  static types(): Names {
    return texts(this.names());
  }
}

export class ReEncryptRequest extends Model {
  declare ciphertextBlob: string;
  declare destinationKeyId: string;
  declare sourceEncryptionContext?: string;
  declare destinationEncryptionContext?: string;
  declare sourceKeyId?: string;
  declare sourceKeyVersionId?: string;
  declare sourceEncryptionAlgorithm?: string;
  declare dryRun?: string;

  static names(): Names {
    return {
      ciphertextBlob: 'CiphertextBlob',
      destinationKeyId: 'DestinationKeyId',
      sourceEncryptionContext: 'SourceEncryptionContext',
      destinationEncryptionContext: 'DestinationEncryptionContext',
      sourceKeyId: 'SourceKeyId',
      sourceKeyVersionId: 'SourceKeyVersionId',
      sourceEncryptionAlgorithm: 'SourceEncryptionAlgorithm',
      dryRun: 'DryRun',
    };
  }

  static types(): Names {
    return texts(this.names());
  }
}

export class ReEncryptResponse extends Model {
  declare ciphertextBlob: string;
  declare keyId: string;
  declare keyVersionId: string;
  declare requestId: string;

  static names(): Names {
    return {
      ciphertextBlob: 'CiphertextBlob',
      keyId: 'KeyId',
      keyVersionId: 'KeyVersionId',
      requestId: 'RequestId',
    };
  }

  static types(): Names {
    return texts(this.names());
  }
}

function texts(names: Names): Names {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 'string']));
}
