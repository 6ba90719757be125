import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifySignatures } from '../../../../src/record/signatures/verify.ts';
import {
  CA,
  HEAD,
  KEY_OF_EACH_TYPE,
  messageOf,
  OTHER_HEAD,
} from '../../../support/ssh/cases/case.ts';
import { certificateBlob } from '../../../support/ssh/certificate.ts';
import type { SshKey } from '../../../support/ssh/keys.ts';
import { armored, signatureBlob, signatureFile } from '../../../support/ssh/signature.ts';

/** A key and an authority that are trusted. */
const allowedFor = (...keys: readonly SshKey[]): string =>
  [...keys.map(({ line, type }) => `${type} ${line}`), `* cert-authority ${CA.line}`].join('\n');

const verify = (file: Buffer, allowed: string, heads: readonly string[] = [HEAD]) =>
  verifySignatures({
    heads,
    signatures: [{ label: 'a.sig', bytes: file }],
    allowedSigners: { label: 'allowed_signers', text: allowed },
    now: new Date('2026-11-30T12:00:00Z'),
  });

const BLOBS = KEY_OF_EACH_TYPE.flatMap((key): [string, Buffer, string][] => [
  [key.type, signatureBlob(key, messageOf(HEAD)), allowedFor(key)],
  [
    `${key.type} with a certificate`,
    signatureBlob(key, messageOf(HEAD), { publicBlob: certificateBlob(key, CA) }),
    allowedFor(),
  ],
]);

describe.each(BLOBS)('a signature of %s', (_, blob, allowed) => {
  it('counts', () => {
    expect(verify(armored(blob), allowed)).toMatchObject({ valid: [{ head: HEAD }], refused: [] });
  });

  const place = fc.nat({ max: blob.length - 1 });

  it('does not count with any byte changed', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(blob);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(verify(armored(changed), allowed).valid).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('does not count with bytes left out, put in or doubled', () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(place, place, some, (from, to, bytes) => {
        const [start, end] = [Math.min(from, to), Math.max(from, to) + 1];
        const changes = [
          [blob.subarray(0, start), blob.subarray(end)],
          [blob.subarray(0, start), bytes, blob.subarray(start)],
          [blob.subarray(0, end), blob.subarray(start)],
        ];
        for (const change of changes) {
          expect(verify(armored(Buffer.concat(change)), allowed).valid).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('several signatures and heads', () => {
  const [first, second] = KEY_OF_EACH_TYPE;
  if (first === undefined || second === undefined) throw new Error('no keys');
  const allowed = allowedFor(first, second);

  it('says which head was signed', () => {
    const file = signatureFile(first, messageOf(OTHER_HEAD));
    expect(verify(file, allowed, [HEAD, OTHER_HEAD]).valid).toMatchObject([{ head: OTHER_HEAD }]);
    expect(verify(file, allowed, []).refused).toMatchObject([
      { problem: 'is over no head of this record, or was changed' },
    ]);
  });

  it('gives a verdict on each, in the order in which they came', () => {
    const signatures = [
      { label: '1', bytes: signatureFile(first, messageOf(HEAD)) },
      { label: '2', bytes: signatureFile(second, 'something else') },
      { label: '3', bytes: signatureFile(second, messageOf(HEAD)) },
    ];
    const allowedSigners = { label: 'allowed_signers', text: allowed };
    const now = new Date();
    const { valid, refused } = verifySignatures({ heads: [HEAD], signatures, allowedSigners, now });
    expect(valid.map(({ label, principal }) => [label, principal])).toEqual([
      ['1', first.type],
      ['3', second.type],
    ]);
    expect(refused.map(({ label }) => label)).toEqual(['2']);
  });

  it('refuses a file that is far too large, whatever is in it', () => {
    const file = Buffer.concat([signatureFile(first, messageOf(HEAD)), Buffer.alloc(70_000, '\n')]);
    expect(verify(file, allowed).refused).toMatchObject([
      { problem: 'is far larger than a signature' },
    ]);
  });
});
