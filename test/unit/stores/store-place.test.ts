import { describe, expect, it } from 'vitest';
import { storePlace } from '../../../src/stores/store-place.ts';
import type { Store } from '../../../src/stores/store.ts';

/** A store that answers with pages of names, and then with the last again and again. */
function storeOf(
  pages: readonly (readonly string[])[],
): Pick<Store, 'label' | 'names' | 'read'> & { readonly asked: string[] } {
  const asked: string[] = [];
  let page = 0;
  return {
    asked,
    label: 'db.example/keys',
    names: () => Promise.resolve(pages[Math.min(page++, pages.length - 1)] ?? []),
    read: (name) => {
      asked.push(name);
      return Promise.resolve(Buffer.from(name));
    },
  };
}

const full = (from: number): string[] =>
  Array.from({ length: 1000 }, (_, index) => `n${String(from + index).padStart(5, '0')}`);

async function list(
  store: ReturnType<typeof storeOf>,
): Promise<Map<string, () => Promise<Buffer>>> {
  const found = new Map<string, () => Promise<Buffer>>();
  for await (const { name, read } of storePlace(store, '').list()) found.set(name, read);
  return found;
}

describe('a listing of a store', () => {
  it('reads no document before it is due', async () => {
    const store = storeOf([full(0), full(1000), ['z']]);
    const found = await list(store);
    expect(found.size).toBe(2001);
    expect(store.asked).toEqual([]);
    expect((await found.get('z')?.())?.toString()).toBe('z');
    expect(store.asked).toEqual(['z']);
  });

  it.each([
    ['the same page again and again', [full(0)]],
    ['a name twice', [['a', 'a']]],
    ['names in another order', [['b', 'a']]],
    ['names in the order of a language', [['a', 'B']]],
    ['a page that goes back', [full(1000), full(0)]],
    ['no name', [['']]],
  ])('ends where a server gives %s', async (_, pages) => {
    await expect(list(storeOf(pages))).rejects.toMatchObject({ code: 'store-unsound' });
  });

  it.each(['a b', '.a', '../a', 'a'.repeat(129), 'é', '\u001b[2J'])(
    'has %j, which no backup can be called, as one that cannot be read',
    async (name) => {
      const store = storeOf([[name]]);
      const found = await list(store);
      await expect(found.get(name)?.()).rejects.toMatchObject({ code: 'store-name-malformed' });
      expect(store.asked).toEqual([]);
    },
  );
});
