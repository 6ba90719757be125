import type { RandomBytes } from './identifiers.ts';
import { randomUuid } from './identifiers.ts';

const UUID_BYTES = 16;
const IDS_AT_ONCE = 256;

/**
 * Makes RequestIds: random UUIDs in upper case. A call to the source of random bytes takes longer than all the rest
 * of it, so bytes are asked for in advance; they are nobody's secret.
 */
export function requestIds(randomBytes: RandomBytes): () => string {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === bytes.length) {
      bytes = randomBytes(UUID_BYTES * IDS_AT_ONCE);
      used = 0;
    }
    used += UUID_BYTES;
    return randomUuid(() => bytes.subarray(used - UUID_BYTES, used)).toUpperCase();
  };
}
