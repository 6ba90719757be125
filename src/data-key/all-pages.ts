import type { Page, PageQuery } from '../kms/key-catalog.ts';

/** The most that KMS gives at once. */
const PAGE_SIZE = 100;

/** How often a list that does not keep still is read. */
const MAX_PASSES = 3;

/**
 * Reads all pages of a list of KMS. What is made or deleted meanwhile moves the rest from one page to another: an entry
 * that comes twice is passed over, and where the count changed, or fewer came than it says, the list is read again for
 * what was missed.
 *
 * @param list - one page of the list
 * @param idOf - what two entries that are the same have in common
 * @param take - gets the new entries of each page, in KMS's order
 * @returns false where the list did not keep still in three passes: entries may be missing
 * @throws KmsxError those of `list` and `take`
 */
export async function readAllPages<T>(
  list: (page: PageQuery) => Promise<Page<T>>,
  idOf: (entry: T) => string,
  take: (entries: readonly T[]) => Promise<void>,
): Promise<boolean> {
  const seen = new Set<string>();
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    if (await readPass(list, idOf, seen, take)) return true;
  }
  return false;
}

async function readPass<T>(
  list: (page: PageQuery) => Promise<Page<T>>,
  idOf: (entry: T) => string,
  seen: Set<string>,
  take: (entries: readonly T[]) => Promise<void>,
): Promise<boolean> {
  const inPass = new Set<string>();
  let firstCount: number | undefined;
  let isSteady = true;
  for (let pageNumber = 1; ; pageNumber += 1) {
    const { entries, totalCount } = await list({ pageNumber, pageSize: PAGE_SIZE });
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
    if (fresh.length > 0) await take(fresh);
    // A page with nothing new is the last too, whatever the count says: it would come for ever.
    if (inPass.size === before || pageNumber * PAGE_SIZE >= totalCount) {
      return isSteady && inPass.size >= totalCount;
    }
  }
}
