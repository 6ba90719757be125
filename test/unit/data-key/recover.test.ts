import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { dryRunRecover, recoverDataKey } from '../../../src/data-key/recover.ts';
import { failure } from '../../support/kms/clients.ts';
import { startEmbeddedKms, withAnswers } from '../../support/kms/embedded-kms.ts';

describe('recovering a data key', () => {
  it('gives what was encrypted, under any context', async () => {
    const { kms, keyId, seal } = await startEmbeddedKms();
    const contexts = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 1024 }),
        contexts,
        async (bytes, context) => {
          const source = {
            CiphertextBlob: await seal(bytes, context),
            EncryptionContext: context,
            NumberOfBytes: bytes.length,
            KeyId: keyId,
          };
          const { dataKey, origin } = await recoverDataKey(source, kms);
          expect(dataKey.bytes).toEqual(Buffer.from(bytes));
          expect(origin).toMatchObject({ KeyId: keyId, Rehearsal: true });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('leaves a wrong context to KMS, in a dry run too', async () => {
    const { kms, seal, calls } = await startEmbeddedKms();
    const right = { CiphertextBlob: await seal(randomBytes(32), { a: '1' }) };
    const wrong = { ...right, EncryptionContext: { a: '2' } };
    expect(await failure(recoverDataKey(wrong, kms))).toMatchObject({ code: 'InvalidParameter' });
    expect(await failure(dryRunRecover(wrong, kms))).toMatchObject({ code: 'ValidationError' });
    await dryRunRecover({ ...right, EncryptionContext: { a: '1' } }, kms);
    expect(calls()).toHaveLength(3);
  });

  it('gives no data key, and leaves none in memory, where the document says otherwise', async () => {
    const { kms, keyId, seal } = await startEmbeddedKms();
    const seen: SecretBytes[] = [];
    const watched = withAnswers(kms, {
      decrypt: async (input) => {
        const answer = await kms.decrypt(input);
        seen.push(answer.plaintext);
        return answer;
      },
    });
    const source = { CiphertextBlob: await seal(randomBytes(32)) };
    const lies = [
      [{ NumberOfBytes: 16 }, 'data-key-length'],
      [{ KeyId: keyId.replace(/./, 'x') }, 'backup-key-mismatch'],
      [{ KeyId: keyId, KeyVersionId: keyId.replace(/./, 'x') }, 'backup-key-mismatch'],
    ] as const;
    for (const [lie, code] of lies) {
      const error = await failure(recoverDataKey({ ...source, ...lie }, watched));
      expect(error).toMatchObject({ code, kind: 'crypto' });
    }
    expect(seen.map(({ bytes }) => bytes.toString('hex'))).toEqual(lies.map(() => '00'.repeat(32)));
  });
});
