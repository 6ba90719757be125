import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import type { AliasesByKey, KeyListing, KeyPage } from '../../../src/account/list-keys.ts';
import { aliasesByKey, listKeys } from '../../../src/account/list-keys.ts';
import { judgeKey } from '../../../src/account/usable-keys.ts';
import type { KeyCatalog, KeyMetadata, Page, PageQuery } from '../../../src/kms/types.ts';
import { PERMISSION_CODES, refused } from '../../support/kms/refusals.ts';

const NOW = new Date('2026-11-24T08:00:00Z');
const REAL = { now: NOW, isRehearsal: false };

function key(change: Partial<KeyMetadata> = {}): KeyMetadata {
  return {
    keyId: 'key-a',
    keyState: 'Enabled',
    keySpec: 'Aliyun_AES_256',
    keyUsage: 'ENCRYPT/DECRYPT',
    origin: 'Aliyun_KMS',
    requestId: 'r',
    ...change,
  };
}

describe('whether export-key can use a KMS key', () => {
  it.each([['Aliyun_AES_256'], ['Aliyun_AES_192'], ['Aliyun_AES_128'], ['Aliyun_SM4']])(
    'an enabled %s key: yes',
    (keySpec) => {
      expect(judgeKey(key({ keySpec }), REAL)).toEqual({ Usable: true });
    },
  );

  it.each<[string, Partial<KeyMetadata>, string]>([
    ['an RSA key', { keySpec: 'RSA_2048' }, 'RSA_2048 is asymmetric'],
    ['an HMAC key', { keySpec: 'HMAC_SHA_256', keyUsage: 'X' }, 'HMAC_SHA_256 is for message auth'],
    ['an EC key', { keySpec: 'EC_SM2', keyUsage: 'SIGN/VERIFY' }, 'EC_SM2 is asymmetric'],
    [
      'a key that signs',
      { keySpec: 'Aliyun_X', keyUsage: 'SIGN/VERIFY' },
      'its usage is SIGN/VERIFY',
    ],
    ['a disabled key', { keyState: 'Disabled' }, 'aliyun kms EnableKey --KeyId key-a'],
    [
      'a key that will be deleted',
      { keyState: 'PendingDeletion', deleteDate: '2026-12-01T00:00:00Z' },
      'it will be deleted on 2026-12-01T00:00:00Z',
    ],
    ['a key that will be deleted some day', { keyState: 'PendingDeletion' }, 'it will be deleted'],
    ['a key without material', { keyState: 'PendingImport' }, 'its key material is not imported'],
    [
      'a key whose material has expired',
      { keyState: 'PendingImport', materialExpireTime: '2026-11-01T00:00:00Z' },
      'its key material expired on 2026-11-01T00:00:00Z, or is not imported',
    ],
    [
      'a key whose material has just expired',
      { origin: 'EXTERNAL', materialExpireTime: '2026-11-24T08:00:00Z' },
      'its key material expired on 2026-11-24T08:00:00Z',
    ],
    ['a state of a later KMS', { keyState: 'Unavailable' }, 'its state is Unavailable'],
  ])('%s: no, with the reason', (_, change, reason) => {
    const { Usable, Reason } = judgeKey(key(change), REAL);
    expect({ Usable, Reason }).toEqual({
      Usable: false,
      Reason: expect.stringContaining(reason) as string,
    });
  });

  it('shows in quotes an id that the shell would not take as one word', () => {
    const { Reason } = judgeKey(key({ keyId: 'x; touch F #', keyState: 'Disabled' }), REAL);
    expect(Reason).toContain("--KeyId 'x; touch F #', if");
  });

  it('names no command that would ask the real KMS, where the embedded one answered', () => {
    const { Reason } = judgeKey(key({ keyState: 'Disabled' }), { ...REAL, isRehearsal: true });
    expect(Reason).toMatch(/^it is disabled: enable the key with EnableKey/);
    expect(Reason).not.toContain('aliyun ');
  });

  it.each<[string, KeyMetadata, string]>([
    ['a spec of a later KMS', key({ keySpec: 'Aliyun_AES_256_XTS' }), 'kmsx does not know'],
    ['no spec', without('keySpec'), 'KMS does not give its KeySpec'],
    ['no usage', without('keyUsage'), 'KMS does not give its KeyUsage'],
  ])('%s: cannot be told', (_, metadata, reason) => {
    const verdict = judgeKey(metadata, REAL);
    expect(verdict).toEqual({ Reason: expect.stringContaining(reason) as string });
  });

  it.each<[string, Partial<KeyMetadata>, string[], string]>([
    ['of an instance', { dkmsInstanceId: 'kst-x' }, [], 'a key of the instance kst-x'],
    [
      'whose material expires',
      { origin: 'EXTERNAL', materialExpireTime: '2027-01-01T00:00:00Z' },
      [],
      'no backup opens after that',
    ],
    ['whose material was imported', { origin: 'EXTERNAL' }, [], 'was imported'],
    [
      'of no instance',
      { keyId: '11111111-1111-4111-8111-111111111111' },
      [],
      'a default key: documented for server-side encryption alone; a dry run shows',
    ],
    ['of a cloud product', {}, ['alias/acs/oss'], 'alias/acs/oss was made for a cloud product'],
  ])('a key %s: yes, with a note', (_, change, aliases, note) => {
    expect(judgeKey(key(change), { ...REAL, aliases })).toEqual({
      Usable: true,
      Note: expect.stringContaining(note) as string,
    });
  });
});

function without(name: 'keySpec' | 'keyUsage'): KeyMetadata {
  const { [name]: _, ...rest } = key();
  return rest;
}

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `key-${from + index}`);

/** A catalog whose list is another one at each page that is read. */
function catalogOf(
  lists: readonly (readonly string[])[],
  describeKey: (keyId: string) => KeyMetadata | KmsxError = (keyId) => key({ keyId }),
): KeyCatalog & { readonly pagesRead: () => number } {
  let read = 0;
  const page = <T>({ pageNumber, pageSize }: PageQuery, entry: (id: string) => T): Page<T> => {
    const all = lists[Math.min(read, lists.length - 1)] ?? [];
    read += 1;
    const start = (pageNumber - 1) * pageSize;
    const entries = all.slice(start, start + pageSize).map(entry);
    return { entries, totalCount: all.length, requestId: 'r' };
  };
  return {
    list: (query) => Promise.resolve(page(query, (keyId) => ({ keyId }))),
    listAliases: (query) =>
      Promise.resolve(page(query, (id) => ({ aliasName: `alias/${id}`, keyId: `of ${id}` }))),
    describe: async (keyId) => {
      // Answers come in another order than the questions.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      const found = describeKey(keyId);
      if (found instanceof KmsxError) throw found;
      return found;
    },
    pagesRead: () => read,
  };
}

async function listAll(
  catalog: KeyCatalog,
  aliases?: AliasesByKey,
): Promise<{ ids: string[]; pages: KeyPage[] } & Omit<KeyListing, 'count'>> {
  const pages: KeyPage[] = [];
  const { isWhole, refusals, count } = await listKeys(
    { keys: catalog, isRehearsal: false },
    { now: NOW, aliases },
    (page) => {
      pages.push(page);
      return Promise.resolve();
    },
  );
  const listed = pages.flatMap(({ keys }) => keys.map(({ KeyId }) => KeyId));
  expect(count).toBe(listed.length);
  return { ids: listed, pages, isWhole, refusals };
}

/** The same list as one of aliases: nothing is described. */
function aliasList(catalog: KeyCatalog): KeyCatalog {
  return {
    ...catalog,
    listAliases: async (query) => {
      const { entries, ...page } = await catalog.list(query);
      return { ...page, entries: entries.map(({ keyId }) => ({ aliasName: 'alias/a', keyId })) };
    },
  };
}

function refusal(code: string, kind: 'credentials' | 'kms' | 'unavailable'): KmsxError {
  return refused(code, { kind, message: 'refused', requestId: 'r' });
}

describe('the list of keys', () => {
  it('is all pages, in order, each key once', async () => {
    const catalog = catalogOf([ids(0, 250)]);
    const { ids: listed, pages, isWhole } = await listAll(catalog);
    expect(listed).toEqual(ids(0, 250));
    expect(pages.map(({ keys }) => keys.length)).toEqual([100, 100, 50]);
    expect({ isWhole, pagesRead: catalog.pagesRead() }).toEqual({ isWhole: true, pagesRead: 3 });
  });

  it('of no keys is empty', async () => {
    expect(await listAll(catalogOf([[]]))).toEqual({
      ids: [],
      pages: [],
      isWhole: true,
      refusals: [],
    });
  });

  it('has no key twice where one is made before the others meanwhile', async () => {
    const grown = ['key-new', ...ids(0, 150)];
    const { ids: listed, isWhole } = await listAll(catalogOf([ids(0, 150), grown]));
    expect(listed.toSorted()).toEqual(grown.toSorted());
    expect(new Set(listed).size).toBe(151);
    expect(isWhole).toBe(true);
  });

  it('misses no key where one before it is deleted meanwhile', async () => {
    // key-100 moves from the second page to the first, which has been read.
    const { ids: listed, isWhole } = await listAll(catalogOf([ids(0, 150), ids(1, 150)]));
    expect(listed).toContain('key-100');
    expect(new Set(listed).size).toBe(listed.length);
    expect(isWhole).toBe(true);
  });

  it('ends, and says so, where the list never keeps still', async () => {
    const restless = Array.from({ length: 50 }, (_, index) => ids(index, 150));
    const { isWhole } = await listAll(catalogOf(restless));
    expect(isWhole).toBe(false);
  });

  it('ends where the same page comes again and again', async () => {
    const catalog = catalogOf([ids(0, 3)]);
    const list = (): Promise<Page<{ keyId: string }>> =>
      Promise.resolve({ entries: [{ keyId: 'key-0' }], totalCount: 1e4, requestId: 'r' });
    expect(await listAll({ ...catalog, list })).toMatchObject({ ids: ['key-0'], isWhole: false });
  });

  it('is whole where pages are smaller than was asked for', async () => {
    const all = ids(0, 100);
    const list = ({ pageNumber }: PageQuery): Promise<Page<{ keyId: string }>> =>
      Promise.resolve({
        entries: all.slice((pageNumber - 1) * 30, pageNumber * 30).map((keyId) => ({ keyId })),
        totalCount: all.length,
        requestId: 'r',
      });
    const { ids: listed, isWhole } = await listAll({ ...catalogOf([[]]), list });
    expect({ listed, isWhole }).toEqual({ listed: all, isWhole: true });
  });

  it.each([
    ['counts more than any account has', 9e15, 100],
    ['goes on for far longer than it counts', 90, 7],
    ['goes on for far longer than nothing', 0, 100],
  ])('that %s is refused, and ends', async (_, totalCount, pageSize) => {
    let pages = 0;
    const list = ({ pageNumber }: PageQuery): Promise<Page<{ keyId: string }>> => {
      pages += 1;
      if (pages > 2000) throw new Error('it does not end');
      const entries = ids(0, pageSize).map((id) => ({ keyId: `${id}-${pageNumber}` }));
      return Promise.resolve({ entries, totalCount, requestId: 'r' });
    };
    const catalog = { ...catalogOf([[]]), list };
    await expect(aliasesByKey(aliasList(catalog))).rejects.toMatchObject({
      code: 'answer-malformed',
      requestId: 'r',
    });
  });

  it('refuses the description of another key than the one that was asked about', async () => {
    const catalog = catalogOf([ids(0, 1)], () => key({ keyId: 'key-other' }));
    await expect(listAll(catalog)).rejects.toMatchObject({ code: 'answer-malformed' });
  });

  it('leaves out a key that is gone when it is asked about, and names it', async () => {
    const catalog = catalogOf([ids(0, 20)], (keyId) =>
      keyId === 'key-7' ? refusal('Forbidden.KeyNotFound', 'kms') : key({ keyId }),
    );
    const { ids: listed, pages } = await listAll(catalog);
    expect(listed).toEqual(ids(0, 20).filter((id) => id !== 'key-7'));
    expect(pages[0]?.gone).toEqual(['key-7']);
  });

  it.each(PERMISSION_CODES)('goes on after a key that may not be described: %s', async (code) => {
    const catalog = catalogOf([ids(0, 3)], (keyId) =>
      keyId === 'key-1' ? refusal(code, 'credentials') : key({ keyId }),
    );
    const { pages, refusals } = await listAll(catalog);
    const [page] = pages;
    expect(page?.keys[1]).toEqual({
      KeyId: 'key-1',
      Reason: `KMS does not describe it: refused (${code})`,
    });
    expect(page?.keys[2]).toMatchObject({ KeyId: 'key-2', Usable: true });
    expect(refusals).toHaveLength(1);
  });

  it.each([
    ['Throttling', 'unavailable'],
    ['InvalidAccessKeyId.NotFound', 'credentials'],
    ['InternalFailure', 'kms'],
  ] as const)('ends with %s, and asks no more', async (code, kind) => {
    let asked = 0;
    const catalog = catalogOf([ids(0, 90)], () => {
      asked += 1;
      return refusal(code, kind);
    });
    await expect(listAll(catalog)).rejects.toMatchObject({ code });
    expect(asked).toBeLessThanOrEqual(8);
  });

  it('has the aliases of each key, of all pages: none where it has none, left out where they may not be listed', async () => {
    const { aliases, isWhole } = await aliasesByKey(catalogOf([ids(0, 101)]));
    expect(isWhole).toBe(true);
    expect(aliases.get('of key-100')).toEqual(['alias/key-100']);
    const named = await listAll(catalogOf([['a', 'b']]), new Map([['a', ['alias/x', 'alias/y']]]));
    expect(named.pages[0]?.keys.map(({ Aliases }) => Aliases)).toEqual([
      ['alias/x', 'alias/y'],
      [],
    ]);
    const unnamed = await listAll(catalogOf([['a']]));
    expect(unnamed.pages[0]?.keys[0]).not.toHaveProperty('Aliases');
  });

  it('asks about at most eight keys at a time', async () => {
    let [running, most] = [0, 0];
    const catalog = catalogOf([ids(0, 100)]);
    const describeKey = async (keyId: string): Promise<KeyMetadata> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return key({ keyId });
    };
    await listAll({ ...catalog, describe: describeKey });
    expect(most).toBe(8);
  });
});
