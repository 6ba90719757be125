import { AnswerFields } from '../answers/fields.ts';
import { fieldOf } from '../answers/json.ts';
import type { FieldReader } from '../base/fields.ts';
import { MAX_BLOB_CHARACTERS } from '../base/bytes/blob-length.ts';
import { SecretBytes } from '../base/bytes/secret-bytes.ts';
import { isAnswerAbout } from './key-id.ts';
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
  /** @throws KmsxError `answer-malformed`, also for an answer about something else than the input asks for */
  readonly read: (answer: AnswerFields, input: Input) => Output;
}

/** An operation for each method. */
type OperationTable<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (
    input: infer Input,
  ) => Promise<infer Output>
    ? Operation<Input, Output>
    : never;
};

/** An id of a KMS key or of its version, as KMS makes them: it becomes part of commands that are shown. */
const KEY_ID = /^[A-Za-z0-9][\w-]{0,127}$/;

const KEY_ARN = /^acs:kms:[a-z0-9-]{1,63}:\d{1,32}:key\/[A-Za-z0-9][\w-]{0,127}$/;

const KEY_ID_OR_ARN = new RegExp(`${KEY_ID.source}|${KEY_ARN.source}`);

/** A word of KMS, a time, an id. */
const WORD = /^[A-Za-z0-9][\w./:+-]{0,127}$/;

/** The longest ExportedDataKey that is taken, in base64: the longest data key has 1,024 bytes. */
const MAX_EXPORT_CHARACTERS = 4 * 1024;

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
    read: (answer, { keyId }) => ({
      ciphertextBlobBase64: ciphertext(answer, 'CiphertextBlob', MAX_BLOB_CHARACTERS),
      exportedDataKeyBase64: ciphertext(answer, 'ExportedDataKey', MAX_EXPORT_CHARACTERS),
      ...keyOf(answer, keyId),
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
      exportedDataKeyBase64: ciphertext(answer, 'ExportedDataKey', MAX_EXPORT_CHARACTERS),
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
    read: (answer, { asymmetricSource }) => ({
      ciphertextBlobBase64: ciphertext(answer, 'CiphertextBlob', MAX_BLOB_CHARACTERS),
      ...keyOf(answer, asymmetricSource?.keyId),
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
    read: (answer, { name, versionId }) => {
      assertEcho(answer, 'SecretName', name);
      assertEcho(answer, 'VersionId', versionId);
      return { requestId: answer.requestId };
    },
  },
  describeSecret: {
    action: 'DescribeSecret',
    parameters: (name) => ({ SecretName: name }),
    read: (answer, name) => {
      assertEcho(answer, 'SecretName', name);
      return { requestId: answer.requestId };
    },
  },
  getSecretValue: {
    action: 'GetSecretValue',
    parameters: (name) => ({ SecretName: name }),
    read: (answer, name) => {
      assertEcho(answer, 'SecretName', name);
      return {
        text: answer.text('SecretData'),
        versionId: answer.text('VersionId'),
        requestId: answer.requestId,
      };
    },
  },
  listSecrets: {
    action: 'ListSecrets',
    parameters: pageParameters,
    read: (answer) =>
      pageOf(
        answer,
        answer.fields('SecretList').list('Secret', (secret) => ({
          name: secret.text('SecretName'),
          type: secret.optionalText('SecretType', WORD),
        })),
      ),
  },
};

/** The operations that read the catalog of keys. */
export const KEY_CATALOG: OperationTable<KeyCatalog> = {
  describe: {
    action: 'DescribeKey',
    parameters: (keyId) => ({ KeyId: keyId }),
    read: (answer, asked) => {
      const key = answer.fields('KeyMetadata');
      const keyId = keyName(key, 'KeyId', KEY_ID, asked);
      return {
        keyId,
        keyState: key.text('KeyState', WORD),
        keyUsage: key.optionalText('KeyUsage', WORD),
        keySpec: key.optionalText('KeySpec', WORD),
        arn: key.ifPresent('Arn', (name) => {
          keyName(key, name, KEY_ARN, asked);
          return keyName(key, name, KEY_ARN, keyId);
        }),
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
        answer.fields('Keys').list('Key', (key) => {
          const keyId = key.text('KeyId', KEY_ID);
          const keyArn = key.ifPresent('KeyArn', (name) => keyName(key, name, KEY_ARN, keyId));
          return { keyId, keyArn };
        }),
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

/**
 * The KMS key that an answer names.
 *
 * @param asked - the id, alias or ARN that was sent, if one was
 */
function keyOf(
  answer: AnswerFields,
  asked?: string,
): { keyId: string; keyVersionId: string; requestId: string } {
  return {
    keyId: keyName(answer, 'KeyId', KEY_ID_OR_ARN, asked),
    keyVersionId: answer.text('KeyVersionId', KEY_ID),
    requestId: answer.requestId,
  };
}

function keyName(fields: FieldReader, name: string, pattern: RegExp, asked?: string): string {
  const keyId = fields.text(name, pattern);
  if (asked !== undefined && !isAnswerAbout(asked, keyId)) {
    fields.fail(name, 'is not that of the KMS key that was asked for');
  }
  return keyId;
}

/** A ciphertext of a data key, of at most so many characters. An answer with the data key itself beside it has sent it in clear. */
function ciphertext(answer: AnswerFields, name: string, most: number): string {
  if (fieldOf(answer.object, 'Plaintext') !== undefined) {
    answer.fail('Plaintext', 'is in it, and was not asked for: the data key was sent in clear');
  }
  return answer.base64(name, most);
}

/** What an answer repeats of the request must be what was sent. */
function assertEcho(answer: AnswerFields, name: string, sent: string): void {
  if (answer.has(name) && answer.text(name) !== sent)
    answer.fail(name, 'is not the one that was sent');
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
