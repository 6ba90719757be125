import { secretCopy } from '../../../base/bytes/secret-bytes.ts';
import { encodeBase64Bytes, encodeHexBytes } from '../../../base/bytes/secret-encoding.ts';

const NEWLINE = Buffer.from('\n');

/** A plaintext data key as it is written: one line, except for `raw`, which is the key and nothing else. */
export function encodeDataKey(key: Uint8Array, format: 'base64' | 'hex' | 'raw'): Buffer {
  if (format === 'raw') return secretCopy(key);
  const text = format === 'hex' ? encodeHexBytes(key) : encodeBase64Bytes(key);
  const line = Buffer.concat([text, NEWLINE]);
  text.fill(0);
  return line;
}
