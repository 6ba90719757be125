import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import type { AnswerFields } from '../answers/fields.ts';
import { answerFields } from '../answers/fields.ts';
import type { Attempts } from './attempts.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { KmsSdkClient } from './official-client.ts';

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

/** An id of a KMS key, as KMS makes them: it becomes part of commands that are shown. */
const KEY_ID = /^[A-Za-z0-9][\w-]{0,127}$/;

const KEY_ARN = /^acs:kms:[a-z0-9-]{1,63}:\d{1,32}:key\/[A-Za-z0-9][\w-]{0,127}$/;

/** A word of KMS, a time, an id. */
const WORD = /^[A-Za-z0-9][\w./:+-]{0,127}$/;

/** Fields of KeyMetadata that are words, and what they are called here. */
const OPTIONAL_WORDS = {
  keyUsage: 'KeyUsage',
  keySpec: 'KeySpec',
  origin: 'Origin',
  protectionLevel: 'ProtectionLevel',
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
          keyId: fields.formed('KeyId', entry['KeyId'], KEY_ID),
          ...optional('keyArn', fields.optional('KeyArn', entry['KeyArn'], KEY_ARN)),
        }));
      }),
    listAliases: (page) =>
      attempts.run('ListAliases', async () => {
        const answer = await sdk.call('ListAliases', pageParameters(page));
        return readPage('ListAliases', answer, ['Aliases', 'Alias'], (entry, fields) => ({
          aliasName: fields.text('AliasName', entry['AliasName']),
          keyId: fields.formed('KeyId', entry['KeyId'], KEY_ID),
          ...optional('aliasArn', entry['AliasArn']),
        }));
      }),
  };
}

function pageParameters({ pageNumber, pageSize }: PageQuery): Readonly<Record<string, string>> {
  return { PageNumber: String(pageNumber), PageSize: String(pageSize) };
}

function readMetadata(answer: JsonObject): KeyMetadata {
  const fields = formedFields('DescribeKey', answer);
  const { requestId } = fields;
  const metadata = answer['KeyMetadata'];
  if (!isJsonObject(metadata)) {
    throw answerMalformed('DescribeKey', 'KeyMetadata is missing', requestId);
  }
  const optionals = Object.entries(OPTIONAL_WORDS).map(([name, theirs]) =>
    optional(name, fields.optional(theirs, metadata[theirs], WORD)),
  );
  return {
    keyId: fields.formed('KeyId', metadata['KeyId'], KEY_ID),
    keyState: fields.formed('KeyState', metadata['KeyState'], WORD),
    ...(Object.assign({}, ...optionals) as Partial<KeyMetadata>),
    ...optional('arn', fields.optional('Arn', metadata['Arn'], KEY_ARN)),
    ...optional('description', metadata['Description']),
    requestId,
  };
}

function readPage<T>(
  action: string,
  answer: JsonObject,
  [list, item]: readonly [string, string],
  read: (entry: JsonObject, fields: FormedFields) => T,
): Page<T> {
  const fields = formedFields(action, answer);
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

/** The fields of an answer, those of a form too: what does not have it is refused, without the value. */
interface FormedFields extends AnswerFields {
  formed(name: string, value: unknown, form: RegExp): string;
  /** Undefined for what is missing, empty or null. */
  optional(name: string, value: unknown, form: RegExp): string | undefined;
}

function formedFields(action: string, answer: JsonObject): FormedFields {
  const fields = answerFields(action, answer['RequestId']);
  const formed = (name: string, value: unknown, form: RegExp): string => {
    const text = fields.text(name, value);
    if (form.test(text)) return text;
    throw answerMalformed(action, `${name} is none that KMS gives`, fields.requestId);
  };
  return {
    ...fields,
    formed,
    optional: (name, value, form) =>
      value === undefined || value === null || value === '' ? undefined : formed(name, value, form),
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
