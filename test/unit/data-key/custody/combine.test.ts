import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { SecretBytes } from '../../../../src/base/bytes/secret-bytes.ts';
import type { NamedComponent } from '../../../../src/data-key/custody/combine.ts';
import { combineComponents } from '../../../../src/data-key/custody/combine.ts';
import { splitDataKey } from '../../../../src/data-key/custody/split.ts';
import { keyCheckValues } from '../../../../src/documents/key-check-value.ts';

const CONTEXT = { randomBytes, now: () => new Date('2026-11-23T08:00:00.000Z') };

async function split(key: Buffer, count: number, threshold?: number): Promise<NamedComponent[]> {
  const plan = { count, threshold };
  const components = await splitDataKey(key, plan, keyCheckValues(key), {}, CONTEXT);
  return components.map((component, index) => ({ ...component, label: `${index + 1}.json` }));
}

async function refusal(components: readonly NamedComponent[]): Promise<KmsxError> {
  try {
    await combineComponents(components);
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The component with one bit of its secret turned, and its own check values as they were or made to fit. */
function changed(component: NamedComponent, bit: number, isCovered: boolean): NamedComponent {
  const bytes = Buffer.from(component.secret.bytes);
  const index = (bit >> 3) % component.facts.NumberOfBytes;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7));
  const facts = isCovered
    ? { ...component.facts, ComponentCheckValues: keyCheckValues(bytes) }
    : component.facts;
  return { ...component, facts, secret: new SecretBytes(bytes) };
}

const schemes = fc.constantFrom(undefined, 2, 3);
const keys = fc.uint8Array({ minLength: 16, maxLength: 48 }).map((bytes) => Buffer.from(bytes));

describe('components', () => {
  it('combine to the key in any order, and with more than the threshold', async () => {
    const anyKey = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((key) => Buffer.from(key));
    await fc.assert(
      fc.asyncProperty(anyKey, schemes, fc.boolean(), async (key, threshold, turned) => {
        const components = await split(key, 4, threshold);
        const ordered = turned ? components.reverse() : components;
        for (let given = threshold ?? 4; given <= 4; given += 1) {
          const { dataKey: combined } = await combineComponents(ordered.slice(0, given));
          expect(combined.bytes.equals(key)).toBe(true);
        }
      }),
    );
  });

  it('that are too few are refused, with what is missing', async () => {
    const byXor = await split(randomBytes(32), 3);
    const two = await refusal(byXor.slice(0, 2));
    expect(two).toMatchObject({ code: 'component-missing', kind: 'usage' });
    expect(two.message).toMatch(/^2 of the 3 components .* were given; not given: number 3$/);
    const byShamir = await split(randomBytes(32), 200, 3);
    const one = await refusal(byShamir.slice(4, 5));
    expect(one.message).toMatch(/^1 of the 3 components .* 1, 2, 3, 4, 6, 7, 8, 9, …$/);
  });

  it('of two splits of one key are refused', async () => {
    const key = randomBytes(32);
    const [first, second] = [await split(key, 2), await split(key, 2)];
    const error = await refusal([...first.slice(0, 1), ...second.slice(1)]);
    expect(error).toMatchObject({ code: 'component-sets-mixed', kind: 'usage' });
    expect(error.message).toBe('1.json and 2.json are components of different splits');
  });

  it('of one split that differ in what they must say alike are refused', async () => {
    const [first, second] = await split(randomBytes(32), 2);
    if (first === undefined || second === undefined) throw new Error('no components');
    const others = [
      { Threshold: 3, NumberOfComponents: 3 },
      { KeyCheckValues: keyCheckValues(randomBytes(32)) },
      { KeyId: 'another' },
      { CreatedAt: '2026-11-24T08:00:00.000Z' },
      { Rehearsal: true },
    ] as const;
    for (const other of others) {
      const error = await refusal([first, { ...second, facts: { ...second.facts, ...other } }]);
      expect(error).toMatchObject({ code: 'document-inconsistent', kind: 'usage' });
    }
  });

  it('given twice are refused, by number and by coordinate', async () => {
    for (const threshold of [undefined, 2]) {
      const [first, second] = await split(randomBytes(32), 2, threshold);
      if (first === undefined || second === undefined) throw new Error('no components');
      const error = await refusal([first, { ...first, label: 'copy.json' }, second]);
      expect(error).toMatchObject({ code: 'component-twice', kind: 'usage' });
      expect(error.message).toBe('1.json and copy.json both hold component number 1');
      if (threshold === undefined) continue;
      const renumbered = { ...first, facts: { ...first.facts, Number: 2 }, label: '2.json' };
      expect((await refusal([first, renumbered])).message).toContain('component coordinate');
    }
  });

  it('of which one bit was changed are refused before they are combined, and name the file', async () => {
    await fc.assert(
      fc.asyncProperty(keys, schemes, fc.nat(), async (key, threshold, bit) => {
        const [first, ...others] = await split(key, 3, threshold);
        if (first === undefined) throw new Error('no component');
        const error = await refusal([changed(first, bit, false), ...others]);
        expect(error).toMatchObject({ code: 'component-damaged', kind: 'crypto' });
        expect(error.message).toContain('1.json');
      }),
    );
  });

  it('of which one was changed together with its check value make no key', async () => {
    await fc.assert(
      fc.asyncProperty(keys, schemes, fc.nat(), async (key, threshold, bit) => {
        const [first, ...others] = await split(key, 3, threshold);
        if (first === undefined) throw new Error('no component');
        const error = await refusal([changed(first, bit, true), ...others]);
        expect(error).toMatchObject({ code: 'combined-key-wrong', kind: 'crypto' });
      }),
    );
  });

  it('say nothing of the key one by one: no component has its bytes, and each split has others', async () => {
    const key = randomBytes(32);
    for (const threshold of [undefined, 3]) {
      const [once, again] = [await split(key, 3, threshold), await split(key, 3, threshold)];
      const all = [...once, ...again].map(({ secret }) => secret.bytes.toString('hex'));
      expect(new Set(all).size).toBe(6);
      for (const component of all) expect(component).not.toContain(key.toString('hex'));
      expect(once[0]?.facts.SetId).not.toBe(again[0]?.facts.SetId);
    }
  });
});
