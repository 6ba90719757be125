/* Whatever KMS may answer is written, within the room that was made sure of, and read again. */
import { describe, expect, it } from 'vitest';
import { AnswerFields } from '../../../src/answers/fields.ts';
import { maxExportBytes } from '../../../src/commands/shared/recipients.ts';
import { toBackupDocument, readBackupDocument } from '../../../src/documents/backup-document.ts';
import { readExportDocument, toExportDocument } from '../../../src/documents/export-document.ts';
import { parseJson } from '../../../src/base/json.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { OPERATIONS } from '../../../src/kms/operations.ts';
import { jsonLine } from '../../../src/terminal/output/json-output.ts';
import type { Recipient } from '../../../src/data-key/recipient.ts';

const LONGEST = {
  RequestId: 'r'.repeat(100),
  KeyId: `acs:kms:${'r'.repeat(63)}:${'1'.repeat(32)}:key/${'k'.repeat(128)}`,
  KeyVersionId: 'v'.repeat(128),
  CiphertextBlob: 'A'.repeat(32 * 1024),
  ExportedDataKey: 'A'.repeat(4 * 1024),
};
const LARGEST_INPUT = 1024 * 1024;

const generate = (
  answer: JsonObject,
): ReturnType<typeof OPERATIONS.generateAndExportDataKey.read> =>
  OPERATIONS.generateAndExportDataKey.read(new AnswerFields('GenerateAndExportDataKey', answer), {
    keyId: LONGEST.KeyId,
    publicKeyBlobBase64: '',
    wrappingKeySpec: 'RSA_2048',
    wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
  });

describe('the longest answer', () => {
  it.each([1, 2, 100])('of %i recipients fits its reserve, and is read again', (count) => {
    const { keyId, keyVersionId, ciphertextBlobBase64, exportedDataKeyBase64, requestId } =
      generate(LONGEST);
    const envelope = {
      KeyId: keyId,
      KeyVersionId: keyVersionId,
      CiphertextBlob: ciphertextBlobBase64,
    };
    const origin = {
      NumberOfBytes: 1024,
      EncryptionContext: { n: '好'.repeat(8192 - '{"n":""}'.length) },
      Region: 'r'.repeat(63),
      Endpoint: `https://${'h'.repeat(253)}:65535`,
      CreatedAt: new Date(0).toISOString(),
      Rehearsal: true as const,
    };
    const exports = Array.from({ length: count }, (_, index) => ({
      ExportedDataKey: exportedDataKeyBase64,
      WrappingKeySpec: 'RSA_2048' as const,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256' as const,
      PublicKeyFingerprint: `SHA256:${index.toString(16).padStart(64, '0')}`,
      RequestId: requestId,
    }));
    const backup = jsonLine(toBackupDocument(envelope, origin));
    expect(backup.length).toBeLessThanOrEqual(64 * 1024);
    expect(readBackupDocument(parseJson(backup.toString(), 'b') as JsonObject, 'b').KeyId).toBe(
      keyId,
    );
    const document = jsonLine(toExportDocument(envelope, exports, origin));
    const recipients = exports.map(() => ({}) as Recipient);
    expect(document.length).toBeLessThanOrEqual(maxExportBytes(recipients));
    expect(document.length).toBeLessThanOrEqual(LARGEST_INPUT);
    const read = readExportDocument(parseJson(document.toString(), 'e') as JsonObject, 'e');
    expect(read.Exports).toHaveLength(count);
  });

  it.each(Object.keys(LONGEST))('is refused with one unit more: %s', (name) => {
    const value = LONGEST[name as keyof typeof LONGEST];
    const longer = value.length % 4 === 0 && value.length > 1000 ? `${value}AAAA` : `${value}x`;
    expect(() => generate({ ...LONGEST, [name]: longer })).toThrow(
      expect.objectContaining({ code: 'answer-malformed' }),
    );
  });
});
