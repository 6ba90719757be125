import { isNoPermission } from '../answers/refusal.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { Page, PageQuery } from './types.ts';

/** The largest page that KMS gives. */
const PAGE_SIZE = 100;

/** How often a list that changes meanwhile is read. */
const MAX_PASSES = 3;

/** No account has as many keys or aliases: a larger count is not KMS's, or the list would never end. */
const MAX_ENTRIES = 100_000;

/** How many entries may be added while a list is read. */
const MAX_NEWCOMERS = 1000;

/** A list of KMS. */
export interface PagedList<T> {
  /** The operation that gives it. */
  readonly action: string;
  readonly page: (query: PageQuery) => Promise<Page<T>>;
  /** Equal for two entries that are the same. */
  readonly idOf: (entry: T) => string;
}

/**
 * Reads all pages of a list of KMS. An entry that is added or deleted meanwhile moves the rest from one page to
 * another: an entry that comes twice is ignored, and if the count changes, or fewer entries come than it says, the
 * list is read again. Pages may be smaller than was asked for.
 *
 * @param take - gets the new entries of each page, in KMS's order, and how many KMS says there are in all
 * @returns false if three passes did not give the whole list: entries may be missing
 * @throws KmsxError `answer-malformed` for a count above 100 000, or far more entries than it says; those of `page`,
 * a missing permission with the name of the operation; those of `take`
 */
export async function readAllPages<T>(
  list: PagedList<T>,
  take: (entries: readonly T[], totalCount: number) => Promise<void>,
): Promise<boolean> {
  const seen = new Set<string>();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    if (await readPass(list, seen, take)) return true;
  }
  return false;
}

async function readPass<T>(
  list: PagedList<T>,
  seen: Set<string>,
  take: (entries: readonly T[], totalCount: number) => Promise<void>,
): Promise<boolean> {
  const inPass = new Set<string>();
  let firstCount: number | undefined;
  let isSteady = true;
  for (let pageNumber = 1; ; pageNumber += 1) {
    const { entries, totalCount, requestId } = await readPage(list, pageNumber);
    firstCount ??= totalCount;
    if (totalCount !== firstCount) isSteady = false;
    const before = inPass.size;
    const fresh: T[] = [];
    for (const entry of entries) {
      const id = list.idOf(entry);
      inPass.add(id);
      if (seen.has(id)) continue;
      seen.add(id);
      fresh.push(entry);
    }
    if (totalCount > MAX_ENTRIES || seen.size > firstCount + MAX_NEWCOMERS) {
      throw answerMalformed(list.action, 'there is no end of it', requestId);
    }
    if (fresh.length > 0) await take(fresh, totalCount);
    // A page with nothing new is the last too, whatever the count says: it would be repeated for ever.
    if (inPass.size === before || inPass.size === totalCount) {
      return isSteady && inPass.size >= totalCount;
    }
  }
}

/** A list is not about a key: a refusal names the operation instead. */
async function readPage<T>({ action, page }: PagedList<T>, pageNumber: number): Promise<Page<T>> {
  try {
    return await page({ pageNumber, pageSize: PAGE_SIZE });
  } catch (error) {
    if (!isNoPermission(error)) throw error;
    const origin = error.requestId === undefined ? ` (Code ${error.code})` : '';
    throw error.with({
      message: `these credentials have no permission for ${action}${origin}`,
    });
  }
}
