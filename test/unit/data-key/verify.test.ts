import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { KmsxError, kmsxError } from '../../../src/base/error.ts';
import { SecretBytes } from '../../../src/base/bytes/secret-bytes.ts';
import { assuranceBits, keyCheckValues } from '../../../src/documents/key-check-value.ts';
import type {
  Expectation,
  VerifiableBackup,
  Verification,
} from '../../../src/data-key/verify/verify-backups.ts';
import {
  assertVerified,
  verifyBackups as verifyBackupsWith,
} from '../../../src/data-key/verify/verify-backups.ts';
import { comparableBytes } from '../../../src/data-key/comparable-key.ts';
import { backupOpenerInMemory, openerInMemory } from '../../../src/data-key/verify/opener.ts';
import { envelopeFingerprint } from '../../../src/documents/envelope-fingerprint.ts';
import type { ExportDataKeyInput, KmsClient } from '../../../src/kms/types.ts';
import { findWrappingAlgorithm } from '../../../src/wrapping/algorithms.ts';
import type { WrappingPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { readPrivateKey } from '../../../src/wrapping/private-key/private-key.ts';
import { testKey } from '../../support/wrapping/wrapping-keys.ts';
import { refusalOf } from '../../support/documents.ts';
import { refused } from '../../support/kms/refusals.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 5 + 2));
const OTHER = Buffer.from(KEY.map((byte) => byte ^ 1));
let privateKey: WrappingPrivateKey | undefined;

beforeAll(async () => {
  privateKey = await readPrivateKey(testKey('rsa-2048.pem'), 'k', () =>
    Promise.reject(new Error('not encrypted')),
  );
});

/** A KMS whose CiphertextBlobs are the data keys themselves, in base64. */
function kmsOfKeys(seen: ExportDataKeyInput[] = []): KmsClient {
  const exportDataKey: KmsClient['exportDataKey'] = (input) => {
    seen.push(input);
    const key = createPublicKey({
      key: Buffer.from(input.publicKeyBlobBase64, 'base64'),
      format: 'der',
      type: 'spki',
    });
    const oaepHash = input.wrappingAlgorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
    const dataKey = Buffer.from(input.ciphertextBlobBase64, 'base64');
    const wrapped = publicEncrypt(
      { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
      dataKey,
    );
    return Promise.resolve({
      exportedDataKeyBase64: wrapped.toString('base64'),
      keyId: 'key-1',
      keyVersionId: 'version-1',
      requestId: `request-${seen.length}`,
    });
  };
  return { exportDataKey } as unknown as KmsClient;
}

function backupOf(
  dataKey: Uint8Array,
  more: Partial<VerifiableBackup> & { NumberOfBytes?: number; KeyId?: string } = {},
): VerifiableBackup {
  const { NumberOfBytes, KeyId, ...rest } = more;
  const CiphertextBlob = Buffer.from(dataKey).toString('base64');
  return {
    label: 'b.json',
    kms: () => Promise.resolve(kmsOfKeys()),
    source: () => Promise.resolve({ CiphertextBlob, NumberOfBytes, KeyId }),
    ...rest,
  };
}

function exportOf(dataKey: Uint8Array, checkValues: Expectation['checkValues'] = []): Expectation {
  return { dataKey: comparableBytes(new SecretBytes(Buffer.from(dataKey))), checkValues };
}

function failing(error: KmsxError): Partial<VerifiableBackup> {
  return { source: () => Promise.reject(error) };
}

async function refusal(work: Promise<unknown>): Promise<KmsxError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KmsxError)) throw new Error('no KmsxError was thrown', { cause: error });
  return error;
}

function verifyBackups(
  backups: readonly VerifiableBackup[],
  expectation: Expectation,
): Promise<Verification> {
  return verifyBackupsWith(backups, expectation, backupOpenerInMemory());
}

describe('verifying backups against an export', () => {
  it('matches exactly the same data key, of every length that a one-time key carries', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 214 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (one, other) => {
        const same = await verifyBackups([backupOf(one)], exportOf(one));
        expect(same).toMatchObject({ match: true, numberOfBytes: one.length });
        const differs = Buffer.compare(one, other) !== 0;
        const { match } = await verifyBackups([backupOf(other)], exportOf(one));
        expect(match).toBe(!differs);
      }),
      { numRuns: 5 },
    );
  });

  it('tells another data key from a check value that is not as expected', async () => {
    const own = keyCheckValues(KEY, ['label']);
    const wrong = keyCheckValues(OTHER, ['label']);
    const verdict = async (held: Uint8Array, expected: Expectation): Promise<unknown> =>
      (await verifyBackups([backupOf(held)], expected)).backups[0];
    expect(await verdict(KEY, exportOf(KEY, wrong))).toMatchObject({
      Match: false,
      MatchesExport: true,
      MatchesCheckValues: false,
    });
    expect(await verdict(OTHER, exportOf(KEY, wrong))).toMatchObject({
      Match: false,
      MatchesExport: false,
      MatchesCheckValues: true,
    });
    expect(await verdict(KEY, exportOf(KEY, own))).toMatchObject({
      Match: true,
      MatchesExport: true,
      MatchesCheckValues: true,
    });
    expect(await verdict(OTHER, exportOf(KEY))).not.toHaveProperty('MatchesExport');
  });

  it('reports each backup, with fingerprints and nothing secret', async () => {
    const result = await verifyBackups(
      [backupOf(KEY, { label: 'good' }), backupOf(OTHER, { label: 'swapped' })],
      exportOf(KEY),
    );
    expect(result.match).toBe(false);
    expect(result.backups).toMatchObject([
      { File: 'good', Match: true, KeyId: 'key-1', KeyVersionId: 'version-1', NumberOfBytes: 32 },
      { File: 'swapped', Match: false },
    ]);
    expect(result.backups[0]?.CiphertextBlobFingerprint).toBe(
      envelopeFingerprint(KEY.toString('base64')),
    );
    expect(result.backups[0]?.KeyCheckValues).toEqual(keyCheckValues(KEY));
    const printed = JSON.stringify(result);
    for (const key of [KEY, OTHER]) {
      expect(printed).not.toContain(key.toString('base64'));
      expect(printed).not.toContain(key.toString('hex'));
    }
    expect(
      refusalOf(() => {
        assertVerified(result);
      }),
    ).toMatchObject({
      code: 'data-keys-differ',
      message: 'another data key is in swapped',
    });
  });

  it('overwrites every data key that it saw', async () => {
    const dispose = vi.spyOn(SecretBytes.prototype, 'dispose');
    try {
      await verifyBackups([backupOf(KEY), backupOf(OTHER)], exportOf(KEY));
      const secrets = dispose.mock.contexts as SecretBytes[];
      expect(secrets).toHaveLength(2);
      for (const { bytes } of secrets) expect(bytes).toEqual(Buffer.alloc(32));
    } finally {
      dispose.mockRestore();
    }
  });

  it('compares the export beside a CiphertextBlob too', async () => {
    if (privateKey === undefined) throw new Error('the key was not read');
    const beside = (dataKey: Buffer): VerifiableBackup['beside'] => {
      if (privateKey === undefined) throw new Error('the key was not read');
      const key = createPublicKey(testKey('rsa-2048.pem'));
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const exported = publicEncrypt({ key, padding, oaepHash: 'sha256' }, dataKey);
      const algorithm = findWrappingAlgorithm('RSAES_OAEP_SHA_256');
      const wrapped = { exportedDataKey: exported.toString('base64'), algorithm };
      return [{ privateKey: openerInMemory(privateKey), wrapped }];
    };
    const good = await verifyBackups([backupOf(KEY, { beside: beside(KEY) })], exportOf(KEY));
    expect(good.match).toBe(true);
    expect(good.backups[0]?.ExportedDataKeyFingerprint).toMatch(/^SHA256:[0-9a-f]{64}$/);
    const forged = await verifyBackups([backupOf(KEY, { beside: beside(OTHER) })], exportOf(KEY));
    expect(forged).toMatchObject({ match: false, difference: 'data-key' });
  });

  it('refuses a data key above 214 bytes before anything is sent', async () => {
    const seen: ExportDataKeyInput[] = [];
    const long = backupOf(KEY, { NumberOfBytes: 215, kms: () => Promise.resolve(kmsOfKeys(seen)) });
    expect((await refusal(verifyBackups([long], exportOf(KEY)))).code).toBe('data-key-too-long');
    expect(seen).toEqual([]);
  });
});

describe('verifying backups against check values', () => {
  const [ecb, , label] = keyCheckValues(KEY);
  const values = (...all: (typeof ecb)[]): Expectation => ({
    dataKey: undefined,
    checkValues: all.filter((value) => value !== undefined),
  });

  it('takes a backup that has them and no other', async () => {
    expect(await verifyBackups([backupOf(KEY)], values(ecb, label))).toMatchObject({
      match: true,
      keyCheckValues: keyCheckValues(KEY),
    });
    const other = await verifyBackups([backupOf(OTHER)], values(label));
    expect(other).toMatchObject({ match: false, keyCheckValues: undefined });
    expect(
      refusalOf(() => {
        assertVerified(other);
      }).code,
    ).toBe('check-value-mismatch');
  });

  it('is not content with a short value in common: all backups hold one data key', async () => {
    // No check value at all is the shortest one: every key has it.
    const result = await verifyBackups([backupOf(KEY), backupOf(OTHER)], values());
    expect(result).toMatchObject({ match: false, difference: 'data-key' });
  });

  it('tells how much a value proves', () => {
    const bits = (word: string, key = KEY): number | undefined =>
      assuranceBits(keyCheckValues(key, [word]));
    expect([bits('ecb'), bits('cmac'), bits('label')]).toEqual([24, 40, 128]);
    expect(bits('sha256', Buffer.alloc(48, 1))).toBe(128);
    expect(assuranceBits(keyCheckValues(KEY, ['ecb', 'cmac']))).toBe(40);
    expect(assuranceBits([])).toBeUndefined();
  });
});

describe('backups that cannot be compared', () => {
  const disabled = refused('Rejected.Disabled', { message: 'disabled' });
  const unreachable = kmsxError('network-failed', 'no way');

  it('throw where none could be', async () => {
    const backups = [backupOf(KEY, failing(disabled)), backupOf(KEY, failing(disabled))];
    expect(await refusal(verifyBackups(backups, exportOf(KEY)))).toBe(disabled);
  });

  it('leave Match open where the others hold the data key, and are told', async () => {
    const result = await verifyBackups(
      [backupOf(KEY, failing(disabled)), backupOf(KEY)],
      exportOf(KEY),
    );
    expect(result.match).toBeUndefined();
    expect(result.backups).toMatchObject([
      { Error: { Code: 'Rejected.Disabled' } },
      { Match: true },
    ]);
    expect(result.backups[0]).not.toHaveProperty('Match');
    expect(
      refusalOf(() => {
        assertVerified(result);
      }),
    ).toBe(disabled);
  });

  it('do not hide one that differs', async () => {
    const result = await verifyBackups(
      [backupOf(KEY, failing(disabled)), backupOf(OTHER)],
      exportOf(KEY),
    );
    expect(result.match).toBe(false);
    expect(
      refusalOf(() => {
        assertVerified(result);
      }).code,
    ).toBe('data-keys-differ');
  });

  it('end the run where KMS is out of reach', async () => {
    const result = await verifyBackups(
      [backupOf(KEY), backupOf(KEY, failing(unreachable)), backupOf(OTHER)],
      exportOf(KEY),
    );
    expect(result.backups).toHaveLength(2);
    expect(
      refusalOf(() => {
        assertVerified(result);
      }),
    ).toBe(unreachable);
  });

  it('are a mismatch where the document is found out', async () => {
    const lies = [backupOf(KEY, { NumberOfBytes: 16 }), backupOf(KEY, { KeyId: 'another' })];
    const result = await verifyBackups(lies, exportOf(KEY));
    expect(result.match).toBe(false);
    expect(result.backups).toMatchObject([
      { Match: false, Error: { Code: 'data-key-length' } },
      { Match: false, Error: { Code: 'backup-key-mismatch' } },
    ]);
    expect(
      refusalOf(() => {
        assertVerified(result);
      }).kind,
    ).toBe('crypto');
  });
});
