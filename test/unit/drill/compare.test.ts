import { describe, expect, it } from 'vitest';
import type { ProvedKey } from '../../../src/backups/proofs.ts';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { comparableBytes } from '../../../src/data-key/comparable-key.ts';
import { keyCheckValues } from '../../../src/documents/key-check-value.ts';
import type { Expected, FoundKey } from '../../../src/drill/compare.ts';
import { compare } from '../../../src/drill/compare.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32, 2);
const SHORT = Buffer.alloc(12, 3);
const BLOB = `SHA256:${'a'.repeat(64)}`;

function found(key: Buffer, more: Partial<FoundKey> = {}): FoundKey {
  const dataKey = comparableBytes(new SecretBytes(Buffer.from(key)));
  return { dataKey, blobFingerprint: BLOB, context: undefined, isRehearsal: false, ...more };
}

function expected(more: Partial<Expected>): Expected {
  return { checkValues: [], proved: [], checkValuesCount: true, proofsCount: true, ...more };
}

function proof(key: Buffer, more: Partial<ProvedKey> = {}): ProvedKey {
  const KeyCheckValues = keyCheckValues(key);
  return {
    NumberOfBytes: key.length,
    CiphertextBlobFingerprint: BLOB,
    CreatedAt: '2026-11-23T08:00:00.000Z',
    ...(KeyCheckValues.length > 0 && { KeyCheckValues }),
    ...more,
  };
}

const valuesOf = (key: Buffer, words: readonly string[]) => keyCheckValues(key, words);

describe('the data key of a backup is the same as', () => {
  it.each([
    ['nothing, where nothing is expected', KEY, {}, ['nothing', undefined]],
    ['a check value', KEY, { checkValues: valuesOf(KEY, ['label']) }, ['check-value', 128]],
    ['a short check value', KEY, { checkValues: valuesOf(KEY, ['ecb']) }, ['check-value', 24]],
    ['an earlier proof', KEY, { proved: [proof(KEY)] }, ['proof', 128]],
    [
      'the better of both',
      KEY,
      { checkValues: valuesOf(KEY, ['ecb']), proved: [proof(KEY)] },
      ['proof', 128],
    ],
    [
      'nothing, where the check values lie beside the backup',
      KEY,
      { checkValues: valuesOf(KEY, ['label']), checkValuesCount: false },
      ['nothing', undefined],
    ],
    [
      'nothing, where the proofs lie beside the backup',
      KEY,
      { proved: [proof(KEY)], proofsCount: false },
      ['nothing', undefined],
    ],
    ['the proof of a short key, by its blob', SHORT, { proved: [proof(SHORT)] }, ['proof', 128]],
    [
      'nothing, where the proof is of a rehearsal',
      KEY,
      { proved: [proof(OTHER, { Rehearsal: true })] },
      ['nothing', undefined],
    ],
  ] as const)('%s', (_, key, more, [SameKeyAs, AssuranceBits]) => {
    const result = compare('payments', found(key), expected(more));
    expect(result.difference).toBeUndefined();
    expect([result.SameKeyAs, result.AssuranceBits]).toEqual([SameKeyAs, AssuranceBits]);
  });

  it.each([
    ['another check value', KEY, { checkValues: valuesOf(OTHER, ['ecb']) }, 'check-value-mismatch'],
    ['another proof', KEY, { proved: [proof(OTHER)] }, 'data-keys-differ'],
    ['one of several proofs', KEY, { proved: [proof(KEY), proof(OTHER)] }, 'data-keys-differ'],
    [
      'a proof beside the backup',
      KEY,
      { proved: [proof(OTHER)], proofsCount: false },
      'data-keys-differ',
    ],
    [
      'a check value beside the backup',
      KEY,
      { checkValues: valuesOf(OTHER, ['label']), checkValuesCount: false },
      'check-value-mismatch',
    ],
    [
      'the length of a short key',
      KEY,
      { proved: [proof(SHORT, { CiphertextBlobFingerprint: `SHA256:${'b'.repeat(64)}` })] },
      'data-keys-differ',
    ],
    [
      'a method that its length does not have',
      SHORT,
      { checkValues: valuesOf(KEY, ['label']) },
      'check-value-mismatch',
    ],
  ] as const)('and differs from %s, wherever that lies', (_, key, more, code) => {
    const result = compare('payments', found(key), expected(more));
    expect(result.difference).toMatchObject({ code, kind: 'crypto' });
    expect(result.SameKeyAs).toBe('nothing');
    expect(result.difference?.message).toContain('payments');
    expect(result.difference?.message).not.toContain(key.toString('hex'));
  });

  it('a proof of the same blob counts only in the same context', () => {
    const proved = [proof(SHORT, { EncryptionContext: { a: '1' } })];
    const other = compare('x', found(SHORT, { context: { a: '2' } }), expected({ proved }));
    expect(other).toEqual({ SameKeyAs: 'nothing' });
    const same = compare('x', found(SHORT, { context: { a: '1' } }), expected({ proved }));
    expect(same).toEqual({ SameKeyAs: 'proof', AssuranceBits: 128 });
  });
});
