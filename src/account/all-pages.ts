import { answerMalformed } from '../answers/errors.ts';
import type { Page, PageQuery } from '../kms/types.ts';

/** The most that KMS gives at once. */
const PAGE_SIZE = 100;

/** How often a list that does not keep still is read. */
const MAX_PASSES = 3;

/** No account has as many keys or aliases: who counts more is not KMS, or would be read for ever. */
const MAX_ENTRIES = 100_000;

/** What may be made while a list is read. */
const MAX_NEWCOMERS = 1000;

/** A list of KMS. */
export interface PagedList<T> {
  /** The operation that gives it. */
  readonly action: string;
  readonly page: (query: PageQuery) => Promise<Page<T>>;
  /** What two entries that are the same have in common. */
  readonly idOf: (entry: T) => string;
}

/**
 * Reads all pages of a list of KMS. What is made or deleted meanwhile moves the rest from one page to another: an entry
 * that comes twice is passed over, and where the count changed, or fewer came than it says, the list is read
 * again for what was missed. Pages may be smaller than was asked for.
 *
 * @param take - gets the new entries of each page, in KMS's order
 * @returns false where three passes did not give the whole list: entries may be missing
 * @throws KmsxError `answer-malformed` for a count above 100 000, or far more entries than it says; those of `page`
 * and `take`
 */
export async function readAllPages<T>(
  list: PagedList<T>,
  take: (entries: readonly T[]) => Promise<void>,
): Promise<boolean> {
  const seen = new Set<string>();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    if (await readPass(list, seen, take)) return true;
  }
  return false;
}

async function readPass<T>(
  { action, page, idOf }: PagedList<T>,
  seen: Set<string>,
  take: (entries: readonly T[]) => Promise<void>,
): Promise<boolean> {
  const inPass = new Set<string>();
  let firstCount: number | undefined;
  let isSteady = true;
  for (let pageNumber = 1; ; pageNumber += 1) {
    const { entries, totalCount, requestId } = await page({ pageNumber, pageSize: PAGE_SIZE });
    firstCount ??= totalCount;
    if (totalCount !== firstCount) isSteady = false;
    const before = inPass.size;
    const fresh: T[] = [];
    for (const entry of entries) {
      const id = idOf(entry);
      inPass.add(id);
      if (seen.has(id)) continue;
      seen.add(id);
      fresh.push(entry);
    }
    if (totalCount > MAX_ENTRIES || seen.size > firstCount + MAX_NEWCOMERS) {
      throw answerMalformed(action, 'there is no end of it', requestId);
    }
    if (fresh.length > 0) await take(fresh);
    // A page with nothing new is the last too, whatever the count says: it would come for ever.
    if (inPass.size === before || inPass.size === totalCount) {
      return isSteady && inPass.size >= totalCount;
    }
  }
}
