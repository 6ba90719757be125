import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { explainingFailures } from '../../../../src/commands/shared/backup/backup-failures.ts';
import type { BackupSource } from '../../../../src/data-key/backup-source.ts';
import { kmsError } from '../../../../src/answers/errors.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const ENDPOINT = 'https://kms.cn-hangzhou.aliyuncs.com';
const KEY_ID = 'key-hzz62f1cb66fa42qo3z8c';

/** The hints where KMS refuses a backup with a Code. */
async function hintsOf(
  Code: string,
  source: Partial<BackupSource>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const body = Buffer.from(JSON.stringify({ Code, RequestId: 'R' }));
  const refusal = kmsError(
    { status: 409, headers, body },
    { action: 'Decrypt', host: 'kms-vpc.cn-hangzhou.aliyuncs.com', now: NOW },
  );
  const facts = {
    source: { CiphertextBlob: 'AAAA', ...source },
    label: 'b.json',
    kms: { endpoint: ENDPOINT },
  };
  const error: unknown = await explainingFailures(facts, () => Promise.reject(refusal)).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KmsxError)) throw new Error('no refusal');
  return (error.hints ?? []).join('\n');
}

describe('a refusal of KMS', () => {
  it('has the KeyId of the document in the command that mends it, if it is one of KMS', async () => {
    expect(await hintsOf('Rejected.Disabled', { KeyId: KEY_ID })).toContain(
      `aliyun kms EnableKey --KeyId ${KEY_ID}`,
    );
    expect(await hintsOf('Rejected.Disabled', { KeyId: '--endpoint=evil.example' })).toContain(
      'aliyun kms EnableKey --KeyId ID',
    );
  });

  it('of a whole document says how to see whether the key is here', async () => {
    const hints = await hintsOf('InvalidParameter', { KeyId: KEY_ID });
    expect(hints).toMatch(/^b\.json does not open as it is/);
    expect(hints).toContain(`kmsx list-keys shows whether ${KEY_ID} is a key of this region`);
    expect(hints).not.toContain('embedded');
  });

  it('of a rehearsal says first that each embedded KMS has keys of its own', async () => {
    const source = { KeyId: KEY_ID, Rehearsal: true } as const;
    const hints = await hintsOf('InvalidParameter', source, { 'x-kmsx-embedded-kms': '1' });
    expect(hints).toMatch(
      /^this embedded KMS may not have the key: --gateway local and each local-kms --state DIR/,
    );
    expect(await hintsOf('InvalidParameter', source)).not.toContain('embedded');
  });

  it.each([
    [undefined, true],
    [{ a: 'b' }, true],
    [{ a: 'b', 'kmsx:id': '0'.repeat(32) }, false],
  ])('of a bare blob with the context %j reminds of kmsx:id: %s', async (context, reminds) => {
    const hints = await hintsOf('InvalidParameter', { EncryptionContext: context });
    expect(hints.includes('kmsx:id=ID')).toBe(reminds);
  });
});
