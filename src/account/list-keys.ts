import { answerMalformed } from '../answers/errors.ts';
import { KmsRefused } from '../answers/refusal.ts';
import type { KmsxError } from '../base/error.ts';
import type { KeyCatalog, KeyEntry, KmsClient } from '../kms/types.ts';
import { readAllPages } from './all-pages.ts';
import { answerOf } from './answer.ts';
import type { Usability } from './usable-keys.ts';
import { judgeKey } from './usable-keys.ts';

/** A KMS key as `list-keys` prints it, in KMS's own names. What is not known is left out. */
export interface ListedKey extends Usability {
  readonly KeyId: string;
  readonly KeyArn?: string | undefined;
  /** Empty if it has none; left out if they may not be listed. */
  readonly Aliases?: readonly string[];
  readonly KeyState?: string;
  readonly KeySpec?: string | undefined;
  readonly KeyUsage?: string | undefined;
  readonly Origin?: string | undefined;
  readonly ProtectionLevel?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly DeleteDate?: string | undefined;
  readonly MaterialExpireTime?: string | undefined;
  readonly DKMSInstanceId?: string | undefined;
  readonly Description?: string | undefined;
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

/** How many keys are asked about at once: KMS's quota is far above it. */
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
  known: { readonly now: Date; readonly aliases: AliasesByKey | undefined },
  take: (page: KeyPage) => Promise<void>,
): Promise<KeyListing> {
  const catalog = kms.keys;
  const refusals: KmsxError[] = [];
  let count = 0;
  const isWhole = await readAllPages(
    { action: 'ListKeys', page: (page) => catalog.list(page), idOf: ({ keyId }) => keyId },
    async (entries) => {
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
        aliases.set(keyId, [...(aliases.get(keyId) ?? []), aliasName]);
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
  { now, aliases }: { readonly now: Date; readonly aliases: AliasesByKey | undefined },
): Promise<DescribedKey> {
  const names = aliases && { Aliases: aliases.get(keyId) ?? [] };
  const answer = await answerOf(() => kms.keys.describe(keyId));
  switch (answer.kind) {
    case 'denied': {
      const { code, message } = answer.error;
      const Reason = `KMS does not describe it: ${message} (${code})`;
      const key = { KeyId: keyId, KeyArn: keyArn, ...names, Reason };
      return { keyId, key, refusal: answer.error };
    }
    case 'failed':
      if (answer.error instanceof KmsRefused && answer.error.about === 'key-missing')
        return { keyId };
      throw answer.error;
    case 'granted': {
      const metadata = answer.value;
      if (metadata.keyId !== keyId) {
        throw answerMalformed('DescribeKey', 'it describes another key', metadata.requestId);
      }
      const key = {
        KeyId: keyId,
        KeyArn: metadata.arn ?? keyArn,
        ...names,
        KeyState: metadata.keyState,
        KeySpec: metadata.keySpec,
        KeyUsage: metadata.keyUsage,
        Origin: metadata.origin,
        ProtectionLevel: metadata.protectionLevel,
        CreationDate: metadata.creationDate,
        DeleteDate: metadata.deleteDate,
        MaterialExpireTime: metadata.materialExpireTime,
        DKMSInstanceId: metadata.dkmsInstanceId,
        Description: metadata.description,
        ...judgeKey(metadata, { now, isRehearsal: kms.isRehearsal, aliases: names?.Aliases }),
      };
      return { keyId, key };
    }
  }
}
