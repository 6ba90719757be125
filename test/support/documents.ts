import { KmsxError } from '../../src/base/error.ts';
import { oneLine } from '../../src/terminal/output/printable.ts';

const base64 = (bytes: number, fill: number): string =>
  Buffer.alloc(bytes, fill).toString('base64');

const FIRST = {
  ExportedDataKey: base64(256, 1),
  WrappingKeySpec: 'RSA_2048',
  WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
  PublicKeyFingerprint: `SHA256:${'1'.repeat(64)}`,
  RequestId: 'request-1',
};
const SECOND = {
  ...FIRST,
  ExportedDataKey: base64(256, 2),
  PublicKeyFingerprint: `SHA256:${'2'.repeat(64)}`,
  RequestId: 'request-2',
};

/** A backup document with every field. */
export const BACKUP: Readonly<Record<string, unknown>> = {
  Format: 'kmsx-backup/1',
  KeyId: 'key-1',
  KeyVersionId: 'version-1',
  CiphertextBlob: base64(100, 3),
  NumberOfBytes: 32,
  EncryptionContext: { purpose: 'payments', ['__proto__']: 'kept' },
  Region: 'cn-hangzhou',
  Endpoint: 'https://kms.cn-hangzhou.aliyuncs.com',
  CreatedAt: '2026-11-23T08:00:00.000Z',
  Rehearsal: true,
};

/** An export document with every field and two exports. */
export const EXPORT: Readonly<Record<string, unknown>> = {
  ...BACKUP,
  ...FIRST,
  Format: 'kmsx-export/1',
  Exports: [FIRST, SECOND],
};

/** Runs what must throw a KmsxError of one presentable line, and gives the error. */
export function refusalOf(run: () => unknown): KmsxError {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (error.message.includes('\n')) throw new Error('a message of two lines', { cause: error });
    return error;
  }
  throw new Error(`nothing was thrown, but returned: ${oneLine(JSON.stringify(value))}`);
}
