import { answerMalformed } from '../answers/errors.ts';
import { KmsRefused } from '../answers/refusal.ts';
import type { KmsxError } from '../base/error.ts';
import type { KeyCatalog, KeyEntry, KeyMetadata, KmsClient } from '../kms/types.ts';
import { readAllPages } from '../kms/all-pages.ts';
import { decisionOf } from './decision.ts';
import type { Usability } from './usable-keys.ts';
import { judgeKey } from './usable-keys.ts';

/** What `list-keys` prints of DescribeKey's answer, by KMS's own names. */
const FACTS = {
  KeyState: 'keyState',
  KeySpec: 'keySpec',
  KeyUsage: 'keyUsage',
  Origin: 'origin',
  ProtectionLevel: 'protectionLevel',
  CreationDate: 'creationDate',
  DeleteDate: 'deleteDate',
  MaterialExpireTime: 'materialExpireTime',
  DKMSInstanceId: 'dkmsInstanceId',
  Description: 'description',
} as const satisfies Readonly<Record<string, keyof KeyMetadata>>;

type KeyFacts = Partial<Readonly<Record<keyof typeof FACTS, string | undefined>>>;

/** A KMS key as `list-keys` prints it. What is not known is left out. */
export interface ListedKey extends KeyFacts, Usability {
  readonly KeyId: string;
  readonly KeyArn?: string | undefined;
  /** Empty if it has none; left out if they may not be listed. */
  readonly Aliases?: readonly string[];
}

/** What one page of the list gave. */
export interface KeyPage {
  /** In KMS's order. */
  readonly keys: readonly ListedKey[];
  /** Ids of keys that KMS listed, but no longer had when asked about them. */
  readonly gone: readonly string[];
}

/** What is known once the list has been read. */
export interface KeyListing {
  /** How many keys were listed. */
  readonly count: number;
  /** False if KMS did not give the whole list: keys may be missing. */
  readonly isWhole: boolean;
  /** Why some keys are not described: one error each. */
  readonly refusals: readonly KmsxError[];
}

/** The aliases of each key, by its id. */
export type AliasesByKey = ReadonlyMap<string, readonly string[]>;

/** What is known before the keys are listed. */
interface KnownOfKeys {
  readonly now: Date;
  readonly aliases: AliasesByKey | undefined;
  /** Gets, before the keys of a page are described, how many KMS says there are. */
  readonly onCount?: (totalCount: number) => Promise<void>;
}

/** How many keys are asked about at once. */
const CONCURRENCY = 8;

/**
 * Lists all KMS keys of the account in the gateway's region: ListKeys, which gives ids, and DescribeKey for each. A
 * key that may not be described is listed with the reason.
 *
 * @param take - gets the keys of each page
 * @throws KmsxError those of KMS; `answer-malformed` also for a list without end
 */
export async function listKeys(
  kms: Pick<KmsClient, 'keys' | 'isRehearsal'>,
  known: KnownOfKeys,
  take: (page: KeyPage) => Promise<void>,
): Promise<KeyListing> {
  const catalog = kms.keys;
  const refusals: KmsxError[] = [];
  let count = 0;
  const isWhole = await readAllPages(
    { action: 'ListKeys', page: (page) => catalog.list(page), idOf: ({ keyId }) => keyId },
    async (entries, totalCount) => {
      await known.onCount?.(totalCount);
      const keys: ListedKey[] = [];
      const gone: string[] = [];
      for (let from = 0; from < entries.length; from += CONCURRENCY) {
        const some = entries.slice(from, from + CONCURRENCY);
        for (const { keyId, key, refusal } of await Promise.all(
          some.map((entry) => describeKey(entry, kms, known)),
        )) {
          if (refusal !== undefined) refusals.push(refusal);
          if (key === undefined) gone.push(keyId);
          else keys.push(key);
        }
      }
      count += keys.length;
      await take({ keys, gone });
    },
  );
  return { count, isWhole, refusals };
}

/**
 * Lists all aliases: ListAliases.
 *
 * @returns them, and whether KMS gave the whole list
 * @throws KmsxError those of KMS; `answer-malformed` also for a list without end
 */
export async function aliasesByKey(
  catalog: KeyCatalog,
): Promise<{ readonly aliases: AliasesByKey; readonly isWhole: boolean }> {
  const aliases = new Map<string, string[]>();
  const isWhole = await readAllPages(
    {
      action: 'ListAliases',
      page: (page) => catalog.listAliases(page),
      idOf: ({ aliasName, keyId }) => `${aliasName} ${keyId}`,
    },
    (entries) => {
      for (const { aliasName, keyId } of entries) {
        const names = aliases.get(keyId);
        if (names === undefined) aliases.set(keyId, [aliasName]);
        else names.push(aliasName);
      }
      return Promise.resolve();
    },
  );
  return { aliases, isWhole };
}

/** What one key is. */
interface DescribedKey {
  readonly keyId: string;
  /** Left out if KMS no longer has it. */
  readonly key?: ListedKey;
  /** Why it is not described. */
  readonly refusal?: KmsxError;
}

async function describeKey(
  { keyId, keyArn }: KeyEntry,
  kms: Pick<KmsClient, 'keys' | 'isRehearsal'>,
  { now, aliases }: KnownOfKeys,
): Promise<DescribedKey> {
  const names = aliases && { Aliases: aliases.get(keyId) ?? [] };
  const decision = await decisionOf(() => kms.keys.describe(keyId));
  switch (decision.kind) {
    case 'denied': {
      const { code, message } = decision.error;
      const Reason = `KMS does not describe it: ${message} (${code})`;
      const key = { KeyId: keyId, KeyArn: keyArn, ...names, Reason };
      return { keyId, key, refusal: decision.error };
    }
    case 'failed':
      if (decision.error instanceof KmsRefused && decision.error.about === 'key-missing')
        return { keyId };
      throw decision.error;
    case 'granted': {
      const metadata = decision.value;
      if (metadata.keyId !== keyId) {
        throw answerMalformed('DescribeKey', 'it describes another key', metadata.requestId);
      }
      const key = {
        KeyId: keyId,
        KeyArn: metadata.arn ?? keyArn,
        ...names,
        ...factsOf(metadata),
        ...judgeKey(metadata, { now, isRehearsal: kms.isRehearsal, aliases: names?.Aliases }),
      };
      return { keyId, key };
    }
  }
}

function factsOf(metadata: KeyMetadata): KeyFacts {
  return Object.fromEntries(Object.entries(FACTS).map(([name, field]) => [name, metadata[field]]));
}
