import { AnswerFields } from '../answers/fields.ts';
import { SecretBytes } from '../base/secret-bytes.ts';
import type {
  DataKeyOperations,
  KeyCatalog,
  Page,
  PageQuery,
  SecretOperations,
  WrappingParameters,
} from './types.ts';

/** Parameters under KMS's own names; what is undefined is not sent. */
export type CallParameters = Readonly<Record<string, string | number | undefined>>;

/** One operation of KMS: its parameters, and how its answer is read. */
export interface Operation<Input, Output> {
  /** KMS's name of the operation. */
  readonly action: string;
  readonly parameters: (input: Input) => CallParameters;
  /** @throws KmsxError `answer-malformed` */
  readonly read: (answer: AnswerFields) => Output;
}

/** An operation for each method. */
type OperationTable<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (
    input: infer Input,
  ) => Promise<infer Output>
    ? Operation<Input, Output>
    : never;
};

/** An id of a KMS key, as KMS makes them: it becomes part of commands that are shown. */
const KEY_ID = /^[A-Za-z0-9][\w-]{0,127}$/;

const KEY_ARN = /^acs:kms:[a-z0-9-]{1,63}:\d{1,32}:key\/[A-Za-z0-9][\w-]{0,127}$/;

/** A word of KMS, a time, an id. */
const WORD = /^[A-Za-z0-9][\w./:+-]{0,127}$/;

/**
 * The operations on data keys and secrets. EncryptionContext is one JSON text: an object would be flattened into
 * parameters that KMS does not read, and the context silently lost.
 */
export const OPERATIONS: OperationTable<DataKeyOperations & SecretOperations> = {
  generateAndExportDataKey: {
    action: 'GenerateAndExportDataKey',
    parameters: (input) => ({
      KeyId: input.keyId,
      KeySpec: input.keySpec,
      NumberOfBytes: input.numberOfBytes,
      EncryptionContext: input.encryptionContextJson,
      ...wrapping(input),
    }),
    read: (answer) => ({
      ciphertextBlobBase64: answer.base64('CiphertextBlob'),
      exportedDataKeyBase64: answer.base64('ExportedDataKey'),
      ...keyOf(answer),
    }),
  },
  exportDataKey: {
    action: 'ExportDataKey',
    parameters: (input) => ({
      CiphertextBlob: input.ciphertextBlobBase64,
      EncryptionContext: input.encryptionContextJson,
      ...wrapping(input),
    }),
    read: (answer) => ({
      exportedDataKeyBase64: answer.base64('ExportedDataKey'),
      ...keyOf(answer),
    }),
  },
  decrypt: {
    action: 'Decrypt',
    parameters: (input) => ({
      CiphertextBlob: input.ciphertextBlobBase64,
      EncryptionContext: input.encryptionContextJson,
    }),
    read: (answer) => ({
      ...keyOf(answer),
      plaintext: new SecretBytes(answer.bytes('Plaintext')),
    }),
  },
  reEncrypt: {
    action: 'ReEncrypt',
    parameters: (input) => ({
      CiphertextBlob: input.ciphertextBlobBase64,
      DestinationKeyId: input.destinationKeyId,
      SourceEncryptionContext: input.sourceEncryptionContextJson,
      DestinationEncryptionContext: input.destinationEncryptionContextJson,
      SourceKeyId: input.asymmetricSource?.keyId,
      SourceKeyVersionId: input.asymmetricSource?.keyVersionId,
      SourceEncryptionAlgorithm: input.asymmetricSource?.algorithm,
    }),
    read: (answer) => ({
      ciphertextBlobBase64: answer.base64('CiphertextBlob'),
      ...keyOf(answer),
    }),
  },
  createSecret: {
    action: 'CreateSecret',
    parameters: ({ name, versionId, text }) => ({
      SecretName: name,
      VersionId: versionId,
      SecretData: text,
      SecretDataType: 'text',
    }),
    read: ({ requestId }) => ({ requestId }),
  },
  describeSecret: {
    action: 'DescribeSecret',
    parameters: (name) => ({ SecretName: name }),
    read: ({ requestId }) => ({ requestId }),
  },
  getSecretValue: {
    action: 'GetSecretValue',
    parameters: (name) => ({ SecretName: name }),
    read: (answer) => ({
      text: answer.text('SecretData'),
      versionId: answer.text('VersionId'),
      requestId: answer.requestId,
    }),
  },
};

/** The operations that read the catalog of keys. */
export const KEY_CATALOG: OperationTable<KeyCatalog> = {
  describe: {
    action: 'DescribeKey',
    parameters: (keyId) => ({ KeyId: keyId }),
    read: (answer) => {
      const key = answer.fields('KeyMetadata');
      return {
        keyId: key.text('KeyId', KEY_ID),
        keyState: key.text('KeyState', WORD),
        keyUsage: key.optionalText('KeyUsage', WORD),
        keySpec: key.optionalText('KeySpec', WORD),
        arn: key.optionalText('Arn', KEY_ARN),
        origin: key.optionalText('Origin', WORD),
        protectionLevel: key.optionalText('ProtectionLevel', WORD),
        description: key.optionalText('Description'),
        creationDate: key.optionalText('CreationDate', WORD),
        deleteDate: key.optionalText('DeleteDate', WORD),
        materialExpireTime: key.optionalText('MaterialExpireTime', WORD),
        primaryKeyVersion: key.optionalText('PrimaryKeyVersion', WORD),
        dkmsInstanceId: key.optionalText('DKMSInstanceId', WORD),
        requestId: answer.requestId,
      };
    },
  },
  list: {
    action: 'ListKeys',
    parameters: pageParameters,
    read: (answer) =>
      pageOf(
        answer,
        answer.fields('Keys').list('Key', (key) => ({
          keyId: key.text('KeyId', KEY_ID),
          keyArn: key.optionalText('KeyArn', KEY_ARN),
        })),
      ),
  },
  listAliases: {
    action: 'ListAliases',
    parameters: pageParameters,
    read: (answer) =>
      pageOf(
        answer,
        answer.fields('Aliases').list('Alias', (alias) => ({
          aliasName: alias.text('AliasName'),
          keyId: alias.text('KeyId', KEY_ID),
          aliasArn: alias.optionalText('AliasArn'),
        })),
      ),
  },
};

function wrapping(input: WrappingParameters): CallParameters {
  return {
    PublicKeyBlob: input.publicKeyBlobBase64,
    WrappingKeySpec: input.wrappingKeySpec,
    WrappingAlgorithm: input.wrappingAlgorithm,
  };
}

function keyOf(answer: AnswerFields): { keyId: string; keyVersionId: string; requestId: string } {
  return {
    keyId: answer.text('KeyId'),
    keyVersionId: answer.text('KeyVersionId'),
    requestId: answer.requestId,
  };
}

function pageParameters({ pageNumber, pageSize }: PageQuery): CallParameters {
  return { PageNumber: pageNumber, PageSize: pageSize };
}

function pageOf<T>(answer: AnswerFields, entries: readonly T[]): Page<T> {
  return {
    entries,
    totalCount: answer.integer('TotalCount', 0),
    requestId: answer.requestId,
  };
}
