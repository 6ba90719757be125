import { describe, expect, it } from 'vitest';
import type { BackupAtPlace } from '../../../../src/commands/shared/backup/backup-input.ts';
import {
  readBackupPlace,
  readStoredBy,
} from '../../../../src/commands/shared/backup/backup-input.ts';
import type { ConnectionPlan } from '../../../../src/commands/shared/connection/connection-options.ts';
import { createReporter } from '../../../../src/terminal/reporter.ts';
import type { Session } from '../../../../src/terminal/session.ts';
import { resolveGateway } from '../../../../src/kms/gateway.ts';
import type { KmsClient } from '../../../../src/kms/types.ts';
import { testIo } from '../../../support/test-io.ts';
import { BACKUP } from '../../../support/documents.ts';

const io = testIo();
const options = {
  quiet: false,
  verbose: false,
  color: 'never',
  errorFormat: 'text',
  json: false,
  force: false,
  forceTerminal: false,
  input: true,
} as const;
const session: Session = { io, options, reporter: createReporter(io, options) };

const open = (): Promise<BackupAtPlace> =>
  readBackupPlace('secret:s', undefined, readStoredBy({}, session), session);

/** How KMS would be reached; nothing of it is reached here. */
function planFor(gateway: string, region?: string): ConnectionPlan {
  return {
    gateway: resolveGateway({ gateway, region, env: {} }),
    limits: { timeoutMs: 1, deadlineMs: 1, maxAttempts: 1 },
    resolve: [],
    profile: undefined,
    decided: undefined,
    authorities: undefined,
    inputs: [],
  };
}

/** A KMS that keeps one secret. */
function kmsWith(document: object): KmsClient {
  const kms: Pick<KmsClient, 'getSecretValue'> = {
    getSecretValue: () =>
      Promise.resolve({ text: JSON.stringify(document), versionId: 'v', requestId: 'R' }),
  };
  return kms as KmsClient;
}

const { Rehearsal, ...REAL } = BACKUP;

describe('a backup that KMS keeps', () => {
  it('is known only when it has been read', async () => {
    const backup = await open();
    expect(backup).toMatchObject({ label: 'secret:s', known: undefined, inputs: [] });
    const source = await backup.source(kmsWith(REAL), planFor('public', 'cn-hangzhou'));
    expect(source).toMatchObject({
      CiphertextBlob: REAL['CiphertextBlob'],
      EncryptionContext: REAL['EncryptionContext'],
    });
  });

  it.each([
    ['public', 'cn-beijing'],
    ['vpc', 'cn-shanghai'],
  ])('in another region than its KMS key says where it is: %s', async (gateway, region) => {
    const backup = await open();
    await expect(backup.source(kmsWith(REAL), planFor(gateway, region))).rejects.toMatchObject({
      kind: 'usage',
      code: 'region-contradicts',
      message: `secret:s is kept in ${region}, and its KMS key is in cn-hangzhou`,
      hints: [expect.stringContaining(`--region ${region} --SecretName s`)],
    });
  });

  it('behind a dedicated gateway is in its own region', async () => {
    const backup = await open();
    const plan = planFor('kst-test', 'cn-beijing');
    expect(await backup.source(kmsWith(REAL), plan)).toMatchObject({ Region: 'cn-hangzhou' });
  });

  it("is not a rehearsal's with a real gateway, nor the other way round", async () => {
    const backup = await open();
    expect(Rehearsal).toBe(true);
    const real = planFor('public', 'cn-hangzhou');
    const rejected = { kind: 'usage', code: 'rehearsal-mixed' };
    await expect(backup.source(kmsWith(BACKUP), real)).rejects.toMatchObject(rejected);
    await expect(backup.source(kmsWith(REAL), planFor('local'))).rejects.toMatchObject(rejected);
  });

  it('is read with the same care as a file', async () => {
    const backup = await open();
    const plan = planFor('public', 'cn-hangzhou');
    const malformed = { ...REAL, CiphertextBlob: 'no base64!' };
    await expect(backup.source(kmsWith(malformed), plan)).rejects.toMatchObject({
      code: 'document-malformed',
      message: expect.stringContaining('secret:s: CiphertextBlob') as string,
    });
    const later = { ...REAL, Format: 'kmsx-backup/2' };
    await expect(backup.source(kmsWith(later), plan)).rejects.toMatchObject({
      code: 'document-format-unknown',
    });
  });
});
