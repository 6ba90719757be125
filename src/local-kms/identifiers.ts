/** A source of random bytes, such as that of the command line's `Io`. */
export type RandomBytes = (length: number) => Buffer;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random UUID (RFC 9562, version 4) in lower case. */
export function randomUuid(randomBytes: RandomBytes): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Random letters and digits. The choice among 62 is uniform to within 2⁻²⁶. */
export function randomAlphanumeric(randomBytes: RandomBytes, length: number): string {
  return randomText(randomBytes, ALPHANUMERIC, length);
}

/** Random lower-case letters and digits. The choice among 36 is uniform to within 2⁻²⁶. */
export function randomLowerAlphanumeric(randomBytes: RandomBytes, length: number): string {
  return randomText(randomBytes, 'abcdefghijklmnopqrstuvwxyz0123456789', length);
}

/** Random decimal digits, the first not zero. */
export function randomDigits(randomBytes: RandomBytes, length: number): string {
  return (
    randomText(randomBytes, '123456789', 1) + randomText(randomBytes, '0123456789', length - 1)
  );
}

function randomText(randomBytes: RandomBytes, alphabet: string, length: number): string {
  const bytes = randomBytes(4 * length);
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += alphabet.charAt(bytes.readUInt32BE(4 * index) % alphabet.length);
  }
  bytes.fill(0);
  return text;
}

const TAKEN_AT_ONCE = 8192;

/**
 * The same source of random bytes, asked less often: asking takes longer than what is done with a few bytes. They are taken
 * in advance, given out once, and overwritten where they were.
 */
export function pooled(randomBytes: RandomBytes): RandomBytes {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return (length) => {
    if (length > TAKEN_AT_ONCE / 16) return randomBytes(length);
    if (used + length > pool.length) {
      pool = randomBytes(TAKEN_AT_ONCE);
      used = 0;
    }
    const taken = pool.subarray(used, used + length);
    used += length;
    const bytes: Buffer = Uint8Array.prototype.slice.call(taken) as Buffer; // which shares no memory
    taken.fill(0);
    return bytes;
  };
}
