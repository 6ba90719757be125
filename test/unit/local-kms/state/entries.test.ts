import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, withEntry, withoutEntry } from '../../../../src/local-kms/state/entries.ts';

interface Value {
  readonly number: number;
}

type Entries = ReadonlyMap<string, Value>;

/** A change as `Map` makes it, and as it is made here. */
const step = fc.record({
  name: fc.integer({ min: 0, max: 12 }).map(String),
  number: fc.option(fc.integer({ min: 0, max: 3 })),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function stepped(entries: Entries, { name, number }: Step): Entries {
  return number === null ? withoutEntry(entries, name) : withEntry(entries, name, { number });
}

function steppedMap(entries: Entries, { name, number }: Step): Map<string, Value> {
  const next = new Map(entries);
  if (number === null) next.delete(name);
  else next.set(name, { number });
  return next;
}

/** Maps of one another, and what `Map` makes of the same. */
function history(start: Entries, steps: readonly Step[]): [made: Entries[], models: Entries[]] {
  const made = [start];
  const models = [new Map(start)];
  for (const each of steps) {
    made.push(stepped(made.at(-1) ?? start, each));
    models.push(steppedMap(models.at(-1) ?? start, each));
  }
  return [made, models];
}

const names = fc.uniqueArray(fc.integer({ min: 0, max: 8 }).map(String));
const starts = names.map(
  (all): Entries => new Map(all.map((name, index) => [name, { number: index }])),
);

/** What `applyChanges` does with a difference. */
function applied(before: Entries, after: Entries): [string, Value][] {
  const { gone, set } = differenceOf(before, after);
  const reached = new Map(before);
  for (const name of gone) expect(reached.delete(name)).toBe(true);
  for (const [name, value] of set) reached.set(name, value);
  return [...reached];
}

describe('maps that are made of one another', () => {
  it('have what a Map would have, in its order, and stay as they were', () => {
    fc.assert(
      fc.property(starts, fc.array(step, { maxLength: 300 }), (start, steps) => {
        const [made, models] = history(start, steps);
        for (const [index, model] of models.entries()) {
          const entries = made[index] ?? new Map<string, Value>();
          expect([...entries]).toEqual([...model]);
          expect(entries.size).toBe(model.size);
        }
        const last = made.at(-1) ?? start;
        const model = models.at(-1) ?? start;
        expect([...last.keys()]).toEqual([...model.keys()]);
        expect([...last.values()]).toEqual([...model.values()]);
        const seen: unknown[] = [];
        last.forEach((value, name, all) => seen.push([name, value, all === last]));
        expect(seen).toEqual([...model].map((entry) => [...entry, true]));
        for (let name = 0; name <= 12; name += 1) {
          expect(last.get(String(name))).toEqual(model.get(String(name)));
          expect(last.has(String(name))).toBe(model.has(String(name)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('differ by what leads from any of them to any other, in its order', () => {
    const branch = fc.array(step, { maxLength: 150 });
    fc.assert(
      fc.property(starts, branch, branch, (start, one, other) => {
        const [first] = history(start, one);
        const end = first.at(-1) ?? start;
        const [second] = history(end, other);
        const [third] = history(first[Math.floor(first.length / 2)] ?? start, other);
        const all = [start, end, ...second.slice(-2), ...third.slice(-2)];
        for (const before of all) {
          for (const after of all) expect(applied(before, after)).toEqual([...after]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tell a change among many by itself', () => {
    const many: Entries = new Map(
      Array.from({ length: 1000 }, (_, number) => [String(number), { number }]),
    );
    const value = { number: -1 };
    const changed = withoutEntry(withEntry(withEntry(many, '7', value), 'new', value), '500');
    expect(differenceOf(many, changed)).toEqual({
      gone: ['500'],
      set: [
        ['7', value],
        ['new', value],
      ],
    });
    expect(withoutEntry(many, 'not there')).toBe(many);
  });
});
