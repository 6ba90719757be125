import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutEntry } from '../../../../src/local-kms/state/entries.ts';
import { aliasArn } from '../../../../src/local-kms/resource-name.ts';
import { firstState } from '../../../../src/local-kms/state/first-state.ts';
import { KeyStore } from '../../../../src/local-kms/state/key-store.ts';
import { nextDueAt } from '../../../../src/local-kms/state/passing-time.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import type { KmsKey, KmsState } from '../../../../src/local-kms/state/state.ts';
import { withAlias, withKey } from '../../../../src/local-kms/state/state.ts';

/** What a call makes of a state; it throws for `refuse`. */
const call = fc.record({
  what: fc.constantFrom('new-key', 'describe', 'rotate', 'doom', 'alias', 'unalias', 'refuse'),
  which: fc.nat(20),
  /** Whether it is asked for while the one before is still being saved, or after that. */
  isAtOnce: fc.boolean(),
});
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** Makes the same of any state that has the same content. */
function changeOf({ what, which }: Call): (state: KmsState) => KmsState {
  const keyId = randomUUID();
  const version = { keyVersionId: randomUUID(), createdAt: new Date(0), material: randomBytes(32) };
  return (state) => {
    const keys = [...state.keys.values()];
    const key = keys[which % keys.length];
    if (key === undefined) throw new Error('no key');
    const aliasName = `alias/${which}`;
    const arn = aliasArn(key.accountId, aliasName);
    const changed: Record<Exclude<Call['what'], 'alias' | 'unalias' | 'refuse'>, KmsKey> = {
      'new-key': { ...key, keyId, versions: [version] },
      describe: { ...key, description: keyId },
      rotate: { ...key, versions: [...key.versions, version] },
      doom: { ...key, keyState: 'PendingDeletion', deleteAt: new Date(1e12 + which) },
    };
    if (what === 'refuse') throw new Error('refused');
    if (what === 'unalias') return { ...state, aliases: withoutEntry(state.aliases, arn) };
    if (what === 'alias') {
      return withAlias(state, arn, { accountId: key.accountId, aliasName, keyId: key.keyId });
    }
    return withKey(state, changed[what]);
  };
}

const textOf = (state: KmsState): string => formatState(state).toString();

test('a change whose save fails leaves the state as it was, whatever comes before, with and after it', async () => {
  const start = await firstState(new Date(0), randomBytes);
  const runs = fc.tuple(fc.array(call, { maxLength: 40 }), fc.infiniteStream(fc.boolean()));
  await fc.assert(
    fc.asyncProperty(runs, async ([calls, fails]) => {
      let saved = textOf(start);
      const storage = {
        load: () => Promise.resolve(undefined),
        save: async (state: KmsState) => {
          await new Promise(setImmediate);
          if (fails.next().value === true) throw new Error('no room');
          saved = textOf(state);
        },
        close: () => undefined,
      };
      const store = new KeyStore(start, storage);
      /** By plain maps, of the calls that were answered, in their order. */
      let expected = start;
      const answers: Promise<void>[] = [];
      for (const each of calls) {
        if (!each.isAtOnce) await Promise.all(answers.splice(0));
        const change = changeOf(each);
        if (each.which > 10) store.findKeyOfVersion(''); // which makes the index
        const before = textOf(store.state);
        const answer = store.update((state) => [change(state), undefined]);
        answers.push(
          answer.then(
            () => {
              const next = change(expected);
              expected = { ...next, keys: new Map(next.keys), aliases: new Map(next.aliases) };
            },
            () => undefined,
          ),
        );
        // Nobody sees what is not saved.
        expect(textOf(store.state)).toBe(before);
      }
      await Promise.all(answers);
      expect(textOf(store.state)).toBe(textOf(expected));
      expect(saved).toBe(textOf(expected));
      expect(store.nextDueAt).toBe(nextDueAt(expected));
      for (const { keyId, versions } of expected.keys.values()) {
        for (const { keyVersionId } of versions) {
          expect(store.findKeyOfVersion(keyVersionId)?.keyId).toBe(keyId);
        }
      }
    }),
    { numRuns: 60 },
  );
});
