import { kmsxError } from '../../base/error.ts';
import type { DataKeySize } from '../../data-key/export.ts';

interface DataKeySizeOptions {
  readonly keySpec?: 'AES_256' | 'AES_128' | undefined;
  readonly numberOfBytes?: string | undefined;
}

/**
 * The length of a new data key. If neither is given, KMS's own default is sent, so that the document says what was requested.
 *
 * @throws KmsxError `options-conflict`, `bad-usage`
 */
export function dataKeySize({ keySpec, numberOfBytes }: DataKeySizeOptions): DataKeySize {
  if (numberOfBytes === undefined) return { keySpec: keySpec ?? 'AES_256' };
  if (keySpec !== undefined) {
    throw kmsxError('options-conflict', '--key-spec and --number-of-bytes exclude each other', {
      hints: ['leave out --key-spec or --number-of-bytes'],
    });
  }
  const bytes = Number(numberOfBytes);
  if (!/^\d{1,4}$/.test(numberOfBytes) || bytes < 1 || bytes > 1024) {
    throw kmsxError('bad-usage', '--number-of-bytes takes a number from 1 to 1024', {
      hints: likelyBytes(numberOfBytes),
    });
  }
  return { numberOfBytes: bytes };
}

function likelyBytes(text: string): string[] | undefined {
  const [, number = '', unit = ''] =
    /^(\d{1,4})\s*-?\s*(b|bytes?|bits?)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) / (unit.toLowerCase().startsWith('bit') ? 8 : 1);
  const isRight = Number.isInteger(bytes) && bytes >= 1 && bytes <= 1024;
  return isRight ? [`did you mean --number-of-bytes ${bytes}?`] : undefined;
}
