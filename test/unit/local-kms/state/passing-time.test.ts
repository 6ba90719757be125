import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aliasArn, secretArn } from '../../../../src/local-kms/resource-name.ts';
import { parseState } from '../../../../src/local-kms/state/document/parse-state.ts';
import { afterTime, nextDueAt } from '../../../../src/local-kms/state/passing-time.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import type { KmsKey, KmsState, Secret } from '../../../../src/local-kms/state/state.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const DAY_MS = 86_400_000;
const ACCOUNT = '1234567890123456';

const date = fc.integer({ min: 0, max: 400 * DAY_MS }).map((ms) => new Date(START + ms));

/** Keys in every state, that go, expire and rotate at any time, or never. */
const key = fc
  .record({
    keyId: fc.uuid(),
    versionId: fc.uuid(),
    keyState: fc.constantFrom('Enabled', 'Disabled', 'PendingDeletion'),
    isExternal: fc.boolean(),
    deleteAt: date,
    expiresAt: fc.option(date),
    nextAt: fc.option(date),
    days: fc.integer({ min: 7, max: 365 }),
  })
  .map(({ keyId, versionId, keyState, isExternal, deleteAt, expiresAt, nextAt, days }): KmsKey => {
    const createdAt = new Date(START);
    const material = randomBytes(32);
    return {
      keyId,
      accountId: ACCOUNT,
      keySpec: 'Aliyun_AES_256',
      keyUsage: 'ENCRYPT/DECRYPT',
      keyState,
      origin: isExternal ? 'EXTERNAL' : 'Aliyun_KMS',
      protectionLevel: 'SOFTWARE',
      description: '',
      createdAt,
      tags: new Map(),
      versions: [{ keyVersionId: versionId, createdAt, material }],
      ...(keyState === 'PendingDeletion' && { deleteAt }),
      ...(isExternal && {
        imported: {
          keyVersionId: versionId,
          digest: randomBytes(32),
          ...(expiresAt !== null && { expiresAt }),
        },
      }),
      ...(!isExternal &&
        nextAt !== null && { rotation: { intervalSeconds: 86_400 * days, nextAt } }),
    };
  });

/** Secrets that are deleted at any time, or never. */
const secret = fc
  .record({ secretName: fc.uuid(), deleteAt: fc.option(date) })
  .map(({ secretName, deleteAt }): Secret => {
    const createdAt = new Date(START);
    return {
      accountId: ACCOUNT,
      secretName,
      description: '',
      createdAt,
      updatedAt: createdAt,
      tags: new Map(),
      versions: [{ versionId: 'v1', createdAt, dataType: 'text', data: 'x', stages: [] }],
      ...(deleteAt !== null && { deleteAt }),
    };
  });

const state = fc
  .tuple(
    fc.uniqueArray(key, { maxLength: 8, selector: ({ keyId }) => keyId }),
    fc.uniqueArray(secret, { maxLength: 3, selector: ({ secretName }) => secretName }),
  )
  .map(([keys, secrets]): KmsState => {
    const accessKey = {
      accessKeyId: 'LTAItest',
      accessKeySecret: 'secret',
      accountId: ACCOUNT,
      status: 'Active',
    } as const;
    const aliases = keys.map(({ keyId }) => ({
      accountId: ACCOUNT,
      aliasName: `alias/${keyId}`,
      keyId,
    }));
    return {
      accessKeys: new Map([[accessKey.accessKeyId, accessKey]]),
      keys: new Map(keys.map((made) => [made.keyId, made])),
      aliases: new Map(aliases.map((alias) => [aliasArn(ACCOUNT, alias.aliasName), alias])),
      secrets: new Map(secrets.map((made) => [secretArn(ACCOUNT, made.secretName), made])),
      importTokenKey: randomBytes(32),
    };
  });

test('time does what is due, all of it, once, and nothing else', () => {
  fc.assert(
    fc.property(state, date, (before, now) => {
      const isPast = (due: Date | undefined): boolean => due !== undefined && due <= now;
      const after = afterTime(before, now, randomBytes);

      expect(nextDueAt(after)).toBeGreaterThan(now.getTime());
      expect(afterTime(after, now, randomBytes)).toBe(after);
      if (nextDueAt(before) > now.getTime()) expect(after).toBe(before);

      for (const [keyId, old] of before.keys) {
        const found = after.keys.get(keyId);
        expect(found === undefined).toBe(isPast(old.deleteAt));
        expect(after.aliases.has(aliasArn(ACCOUNT, `alias/${keyId}`))).toBe(found !== undefined);
        if (found === undefined) continue;
        if (isPast(old.imported?.expiresAt)) {
          expect(found.versions).toEqual([]);
          expect(found.imported?.keyVersionId).toBe(old.imported?.keyVersionId);
          expect(found.keyState).toBe(
            old.keyState === 'PendingDeletion' ? 'PendingDeletion' : 'PendingImport',
          );
        } else if (old.keyState === 'Enabled' && isPast(old.rotation?.nextAt)) {
          expect(found.versions).toHaveLength(2);
          expect(found.versions[0]).toBe(old.versions[0]);
          expect(found.versions[1]?.createdAt).toEqual(now);
          expect(found.rotation?.nextAt.getTime()).toBe(
            now.getTime() + 1000 * (old.rotation?.intervalSeconds ?? 0),
          );
        } else {
          expect(found).toBe(old);
        }
      }
      expect([...after.secrets]).toEqual(
        [...before.secrets].filter(([, old]) => !isPast(old.deleteAt)),
      );
      expect([...after.keys.keys()]).toEqual(
        [...before.keys.keys()].filter((keyId) => after.keys.has(keyId)),
      );
      expect(parseState(formatState(after).toString('utf8'), 'state.json').state).toEqual(after);
    }),
  );
});

test('time does the same in one go as in two, but for what rotates', () => {
  fc.assert(
    fc.property(state, date, date, (before, one, two) => {
      const [early, late] = one <= two ? [one, two] : [two, one];
      const still = { ...before, keys: new Map([...before.keys].filter(([, k]) => !k.rotation)) };
      const inTwo = afterTime(afterTime(still, early, randomBytes), late, randomBytes);
      const inOne = afterTime(still, late, randomBytes);
      expect([inTwo.keys, inTwo.secrets]).toEqual([inOne.keys, inOne.secrets]);
    }),
  );
});
