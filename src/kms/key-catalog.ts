import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import type { AnswerFields } from './answer-fields.ts';
import { answerFields } from './answer-fields.ts';
import type { Attempts } from './attempts.ts';
import { answerMalformed } from './errors.ts';
import type { KmsSdkClient } from './sdk-client.ts';

/** What DescribeKey tells of a KMS key, in KMS's own words. A field that the answer does not have is absent. */
export interface KeyMetadata {
  readonly keyId: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`. */
  readonly keyState: string;
  /** `ENCRYPT/DECRYPT` or `SIGN/VERIFY`. */
  readonly keyUsage?: string;
  /** `Aliyun_AES_256`, `RSA_2048`, … */
  readonly keySpec?: string;
  readonly arn?: string;
  readonly origin?: string;
  readonly protectionLevel?: string;
  readonly description?: string;
  readonly creationDate?: string;
  /** When a key that is to be deleted will be. */
  readonly deleteDate?: string;
  /** When imported material expires. */
  readonly materialExpireTime?: string;
  readonly primaryKeyVersion?: string;
  /** The KMS instance that holds the key. */
  readonly dkmsInstanceId?: string;
  readonly requestId: string;
}

export interface KeyEntry {
  readonly keyId: string;
  readonly keyArn?: string;
}

export interface AliasEntry {
  /** `alias/NAME` */
  readonly aliasName: string;
  readonly keyId: string;
  readonly aliasArn?: string;
}

export interface PageQuery {
  /** From 1. */
  readonly pageNumber: number;
  /** 1 to 100. */
  readonly pageSize: number;
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Over all pages. */
  readonly totalCount: number;
  readonly requestId: string;
}

/**
 * What KMS tells of its keys (DescribeKey, ListKeys, ListAliases; API version 2016-01-20). Errors are those of
 * `KmsClient`. A dedicated gateway has none of the three (`InvalidAction.NotFound`, `UnsupportedOperation`).
 */
export interface KeyCatalog {
  /** @param keyId - id, alias or ARN */
  describe(keyId: string): Promise<KeyMetadata>;
  /** One page of the region's keys. */
  list(page: PageQuery): Promise<Page<KeyEntry>>;
  /** One page of the region's aliases. */
  listAliases(page: PageQuery): Promise<Page<AliasEntry>>;
}

/** Fields of KeyMetadata that are text, and what they are called here. */
const OPTIONAL_FIELDS = {
  keyUsage: 'KeyUsage',
  keySpec: 'KeySpec',
  arn: 'Arn',
  origin: 'Origin',
  protectionLevel: 'ProtectionLevel',
  description: 'Description',
  creationDate: 'CreationDate',
  deleteDate: 'DeleteDate',
  materialExpireTime: 'MaterialExpireTime',
  primaryKeyVersion: 'PrimaryKeyVersion',
  dkmsInstanceId: 'DKMSInstanceId',
} as const;

/** The catalog, by the official client. */
export function sdkKeyCatalog(sdk: KmsSdkClient, attempts: Attempts): KeyCatalog {
  return {
    describe: (keyId) =>
      attempts.run('DescribeKey', async () =>
        readMetadata(await sdk.call('DescribeKey', { KeyId: keyId })),
      ),
    list: (page) =>
      attempts.run('ListKeys', async () => {
        const answer = await sdk.call('ListKeys', pageParameters(page));
        return readPage('ListKeys', answer, ['Keys', 'Key'], (entry, fields) => ({
          keyId: fields.text('KeyId', entry['KeyId']),
          ...optional('keyArn', entry['KeyArn']),
        }));
      }),
    listAliases: (page) =>
      attempts.run('ListAliases', async () => {
        const answer = await sdk.call('ListAliases', pageParameters(page));
        return readPage('ListAliases', answer, ['Aliases', 'Alias'], (entry, fields) => ({
          aliasName: fields.text('AliasName', entry['AliasName']),
          keyId: fields.text('KeyId', entry['KeyId']),
          ...optional('aliasArn', entry['AliasArn']),
        }));
      }),
  };
}

function pageParameters({ pageNumber, pageSize }: PageQuery): Readonly<Record<string, string>> {
  return { PageNumber: String(pageNumber), PageSize: String(pageSize) };
}

function readMetadata(answer: JsonObject): KeyMetadata {
  const fields = answerFields('DescribeKey', answer['RequestId']);
  const { requestId } = fields;
  const metadata = answer['KeyMetadata'];
  if (!isJsonObject(metadata)) {
    throw answerMalformed('DescribeKey', 'KeyMetadata is missing', requestId);
  }
  const optionals = Object.entries(OPTIONAL_FIELDS).map(([name, theirs]) =>
    optional(name, metadata[theirs]),
  );
  return {
    keyId: fields.text('KeyId', metadata['KeyId']),
    keyState: fields.text('KeyState', metadata['KeyState']),
    ...(Object.assign({}, ...optionals) as Partial<KeyMetadata>),
    requestId,
  };
}

function readPage<T>(
  action: string,
  answer: JsonObject,
  [list, item]: readonly [string, string],
  read: (entry: JsonObject, fields: AnswerFields) => T,
): Page<T> {
  const fields = answerFields(action, answer['RequestId']);
  const { requestId } = fields;
  const outer = answer[list];
  const entries = isJsonObject(outer) ? outer[item] : undefined;
  const totalCount = answer['TotalCount'];
  if (!Array.isArray(entries)) throw answerMalformed(action, `${list} is missing`, requestId);
  if (typeof totalCount !== 'number' || !Number.isSafeInteger(totalCount) || totalCount < 0) {
    throw answerMalformed(action, 'TotalCount is no number', requestId);
  }
  return {
    entries: entries.map((entry: unknown) => {
      if (!isJsonObject(entry)) throw answerMalformed(action, `${item} is no object`, requestId);
      return read(entry, fields);
    }),
    totalCount,
    requestId,
  };
}

/** A field of an answer that may be missing, empty or null. */
function optional<Name extends string>(
  name: Name,
  value: unknown,
): Readonly<Partial<Record<Name, string>>> {
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as Readonly<
    Partial<Record<Name, string>>
  >;
}
