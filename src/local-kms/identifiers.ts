/** A source of random bytes, such as that of the command line's `Io`. */
export type RandomBytes = (length: number) => Buffer;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random UUID (RFC 9562, version 4) in lower case. */
export function randomUuid(randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
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

const UUID_BYTES = 16;
const REQUEST_IDS_AT_ONCE = 256;

/**
 * Makes RequestIds: random UUIDs in upper case. Asking the source of random bytes takes longer than everything else in
 * it, so bytes are taken in advance; they are not secret.
 */
export function requestIds(randomBytes: RandomBytes): () => string {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === bytes.length) {
      bytes = randomBytes(UUID_BYTES * REQUEST_IDS_AT_ONCE);
      used = 0;
    }
    used += UUID_BYTES;
    return randomUuid(() => bytes.subarray(used - UUID_BYTES, used)).toUpperCase();
  };
}
