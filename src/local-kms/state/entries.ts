/** So many changes lie over a map before it is copied with them. */
const MOST_CHANGES = 128;

/** What makes one map of another: the names that go, and then the values that are set, new names at the end. */
export interface Difference<T> {
  readonly gone: readonly string[];
  readonly set: readonly (readonly [name: string, value: T])[];
}

/**
 * The map with one value set, as `Map.set` would; the map given is what it was. However many entries there are, this takes
 * as long.
 */
export function withEntry<T extends object>(
  entries: ReadonlyMap<string, T>,
  name: string,
  value: T,
): ReadonlyMap<string, T> {
  return Changed.of(entries).with(name, value);
}

/** The map without one entry, likewise. */
export function withoutEntry<T extends object>(
  entries: ReadonlyMap<string, T>,
  name: string,
): ReadonlyMap<string, T> {
  return entries.has(name) ? Changed.of(entries).without(name) : entries;
}

/** The difference of two maps. It is found in few steps where one was made of the other by few changes. */
export function differenceOf<T extends object>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): Difference<T> {
  if (before === after) return { gone: [], set: [] };
  return Changed.of(after).since(Changed.of(before)) ?? walked(before, after);
}

/** Walks through both in their order: what `after` does not have in its place is gone, and what is left of it is new. */
function walked<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Difference<T> {
  const gone: string[] = [];
  const set: (readonly [string, T])[] = [];
  const left = after[Symbol.iterator]();
  let next = left.next();
  for (const [name, value] of before) {
    if (next.done === true || next.value[0] !== name) {
      gone.push(name);
      continue;
    }
    if (next.value[1] !== value) set.push(next.value);
    next = left.next();
  }
  for (; next.done !== true; next = left.next()) set.push(next.value);
  return { gone, set };
}

/** A map that never changes, and a few changes of it. */
class Changed<T extends object> implements ReadonlyMap<string, T> {
  readonly #base: ReadonlyMap<string, T>;
  /** Of names in the base: what they have now, or undefined for those that are gone. */
  readonly #inBase: ReadonlyMap<string, T | undefined>;
  /** What stands behind the base. */
  readonly #behind: ReadonlyMap<string, T>;
  readonly size: number;

  private constructor(
    base: ReadonlyMap<string, T>,
    inBase: ReadonlyMap<string, T | undefined>,
    behind: ReadonlyMap<string, T>,
    size: number,
  ) {
    this.#base = base;
    this.#inBase = inBase;
    this.#behind = behind;
    this.size = size;
  }

  static of<T extends object>(entries: ReadonlyMap<string, T>): Changed<T> {
    return entries instanceof Changed
      ? (entries as Changed<T>)
      : new Changed<T>(entries, new Map(), new Map(), entries.size);
  }

  with(name: string, value: T): ReadonlyMap<string, T> {
    const size = this.has(name) ? this.size : this.size + 1;
    return this.#isInBase(name)
      ? this.#next(new Map(this.#inBase).set(name, value), this.#behind, size)
      : this.#next(this.#inBase, new Map(this.#behind).set(name, value), size);
  }

  without(name: string): ReadonlyMap<string, T> {
    if (this.#isInBase(name)) {
      return this.#next(new Map(this.#inBase).set(name, undefined), this.#behind, this.size - 1);
    }
    const behind = new Map(this.#behind);
    behind.delete(name);
    return this.#next(this.#inBase, behind, this.size - 1);
  }

  /** Undefined where the two have different bases, or a name is back in its place. */
  since(before: Changed<T>): Difference<T> | undefined {
    if (before.#base !== this.#base) return undefined;
    const gone: string[] = [];
    const set: (readonly [string, T])[] = [];
    for (const name of new Set([...before.#inBase.keys(), ...this.#inBase.keys()])) {
      const value = this.#isInBase(name) ? this.get(name) : undefined;
      if (!before.#isInBase(name)) {
        if (value !== undefined) return undefined;
      } else if (value === undefined) gone.push(name);
      else if (value !== before.get(name)) set.push([name, value]);
    }
    const behind = walked(before.#behind, this.#behind);
    return { gone: [...gone, ...behind.gone], set: [...set, ...behind.set] };
  }

  get(name: string): T | undefined {
    return this.#behind.get(name) ?? (this.#inBase.has(name) ? this.#inBase : this.#base).get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *entries(): MapIterator<[string, T]> {
    for (const entry of this.#base) {
      const [name, value] = entry;
      if (!this.#inBase.has(name)) yield [name, value];
      else {
        const now = this.#inBase.get(name);
        if (now !== undefined) yield [name, now];
      }
    }
    yield* this.#behind;
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(
    callback: (value: T, name: string, entries: ReadonlyMap<string, T>) => void,
    thisArg?: unknown,
  ): void {
    for (const [name, value] of this.entries()) callback.call(thisArg, value, name, this);
  }

  /** Whether a name stands in its place of the base. */
  #isInBase(name: string): boolean {
    return this.#inBase.has(name) ? this.#inBase.get(name) !== undefined : this.#base.has(name);
  }

  #next(
    inBase: ReadonlyMap<string, T | undefined>,
    behind: ReadonlyMap<string, T>,
    size: number,
  ): ReadonlyMap<string, T> {
    const next = new Changed(this.#base, inBase, behind, size);
    return inBase.size + behind.size > MOST_CHANGES ? new Map(next) : next;
  }
}
