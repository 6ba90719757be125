import { KmsxError } from '../base/error.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { KeyCatalog, KeyEntry, KeyMetadata } from '../kms/types.ts';
import type { KmsClient } from '../kms/types.ts';
import { readAllPages } from './all-pages.ts';
import { isNoPermission, KmsRefused } from '../answers/refusal.ts';
import type { JudgeOptions, Usability } from './usable-keys.ts';
import { judgeKey } from './usable-keys.ts';

/** A KMS key as `list-keys` prints it, in KMS's own names. What is not known is left out. */
export interface ListedKey extends Usability {
  readonly KeyId: string;
  readonly KeyArn?: string;
  /** Empty where it has none; left out where they may not be listed. */
  readonly Aliases?: readonly string[];
  readonly KeyState?: string;
  readonly KeySpec?: string;
  readonly KeyUsage?: string;
  readonly Origin?: string;
  readonly ProtectionLevel?: string;
  readonly CreationDate?: string;
  readonly DeleteDate?: string;
  readonly MaterialExpireTime?: string;
  readonly DKMSInstanceId?: string;
  readonly Description?: string;
}

/** What one page of the list gave. */
export interface ListedKeys {
  /** In KMS's order. */
  readonly keys: readonly ListedKey[];
  /** Ids of keys that KMS listed and did not know any more when it was asked about them. */
  readonly gone: readonly string[];
  /** Why some keys were not described. */
  readonly refusals: readonly KmsxError[];
}

/** The aliases of each key, by its id. */
export type AliasesByKey = ReadonlyMap<string, readonly string[]>;

/** A KMS that may be the embedded one, which is known when it has answered. */
export type ListedKms = Pick<KmsClient, 'keys' | 'isRehearsal'>;

/** How many keys are asked about at once: KMS's quota is far above it. */
const CONCURRENCY = 8;

/**
 * Lists all KMS keys of the account in the gateway's region: ListKeys, which gives ids, and DescribeKey for each. A
 * key that may not be described is listed with the reason.
 *
 * @param take - gets what each page gave
 * @returns false where KMS did not give the whole list: keys may be missing
 * @throws KmsxError those of KMS; `answer-malformed` also for a list without end
 */
export async function listKeys(
  kms: ListedKms,
  { now, aliases }: { readonly now: Date; readonly aliases: AliasesByKey | undefined },
  take: (page: ListedKeys) => Promise<void>,
): Promise<boolean> {
  const catalog = kms.keys;
  return await readAllPages(
    { action: 'ListKeys', page: (page) => catalog.list(page), idOf: ({ keyId }) => keyId },
    async (entries) => {
      const outcomes = await inOrder(entries, async (entry) => ({
        entry,
        outcome: await describe(catalog, entry),
      }));
      const keys: ListedKey[] = [];
      const gone: string[] = [];
      const refusals: KmsxError[] = [];
      for (const { entry, outcome } of outcomes) {
        const names = aliases && (aliases.get(entry.keyId) ?? []);
        if (outcome === 'gone') {
          gone.push(entry.keyId);
        } else if (outcome instanceof KmsxError) {
          refusals.push(outcome);
          keys.push(undescribed(entry, names, outcome));
        } else {
          keys.push(described(entry, names, outcome, { now, isRehearsal: kms.isRehearsal }));
        }
      }
      await take({ keys, gone, refusals });
    },
  );
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

async function describe(
  catalog: KeyCatalog,
  { keyId }: KeyEntry,
): Promise<KeyMetadata | KmsxError | 'gone'> {
  try {
    const metadata = await catalog.describe(keyId);
    if (metadata.keyId === keyId) return metadata;
    throw answerMalformed('DescribeKey', 'it describes another key', metadata.requestId);
  } catch (error) {
    if (isNoPermission(error)) return error;
    if (error instanceof KmsRefused && error.about === 'key-missing') return 'gone';
    throw error;
  }
}

/** Does the work for some at a time; the results stand in the order of the items. The first error ends it. */
async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && errors.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}

function undescribed(
  { keyId, keyArn }: KeyEntry,
  aliases: readonly string[] | undefined,
  { code, message }: KmsxError,
): ListedKey {
  return {
    KeyId: keyId,
    ...(keyArn !== undefined && { KeyArn: keyArn }),
    ...(aliases !== undefined && { Aliases: aliases }),
    Reason: `KMS does not describe it: ${message} (${code})`,
  };
}

function described(
  { keyId, keyArn }: KeyEntry,
  aliases: readonly string[] | undefined,
  metadata: KeyMetadata,
  known: Omit<JudgeOptions, 'aliases'>,
): ListedKey {
  const facts: ListedKey = {
    KeyId: keyId,
    ...text('KeyArn', metadata.arn ?? keyArn),
    ...(aliases !== undefined && { Aliases: aliases }),
    KeyState: metadata.keyState,
    ...text('KeySpec', metadata.keySpec),
    ...text('KeyUsage', metadata.keyUsage),
    ...text('Origin', metadata.origin),
    ...text('ProtectionLevel', metadata.protectionLevel),
    ...text('CreationDate', metadata.creationDate),
    ...text('DeleteDate', metadata.deleteDate),
    ...text('MaterialExpireTime', metadata.materialExpireTime),
    ...text('DKMSInstanceId', metadata.dkmsInstanceId),
    ...text('Description', metadata.description),
  };
  return { ...facts, ...judgeKey(metadata, { ...known, aliases }) };
}

function text<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, string>>;
}
