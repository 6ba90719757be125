import { createCipheriv } from 'node:crypto';

const ZERO_BLOCK = Buffer.alloc(16);

/**
 * AES-CMAC of a message (NIST SP 800-38B §6.2), with OpenSSL's AES.
 *
 * @param key - 16, 24 or 32 bytes
 * @returns the whole tag, 16 bytes
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const k1 = double(encryptBlock(key, ZERO_BLOCK));
  const blocks = Math.max(1, Math.ceil(message.length / 16));
  const last = Buffer.alloc(16);
  const tail = message.subarray((blocks - 1) * 16);
  last.set(tail);
  const isWhole = tail.length === 16;
  if (!isWhole) last[tail.length] = 0x80;
  xorInto(last, isWhole ? k1 : double(k1));
  const chained = Buffer.concat([message.subarray(0, (blocks - 1) * 16), last]);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, ZERO_BLOCK);
  cipher.setAutoPadding(false);
  const encrypted = Buffer.concat([cipher.update(chained), cipher.final()]);
  return encrypted.subarray(-16);
}

/**
 * AES-CMAC of one block, with a key that is used and not seen: two encryptions (SP 800-38B §6.2).
 *
 * @param encrypt - AES of one block
 * @param block - 16 bytes
 */
export async function cmacOfBlock(
  encrypt: (block: Uint8Array) => Promise<Uint8Array>,
  block: Uint8Array,
): Promise<Uint8Array> {
  const last = Buffer.from(block);
  xorInto(last, double(Buffer.from(await encrypt(ZERO_BLOCK))));
  return encrypt(last);
}

/** Doubling in GF(2^128), as the subkeys of CMAC need it (SP 800-38B §6.1). */
function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(16);
  for (let index = 0; index < 16; index += 1) {
    const next = block[index + 1] ?? 0;
    doubled[index] = (((block[index] ?? 0) << 1) & 0xff) | (next >> 7);
  }
  const carry = (block[0] ?? 0) >> 7;
  doubled[15] = (doubled[15] ?? 0) ^ (carry * 0x87);
  return doubled;
}

function xorInto(target: Buffer, other: Buffer): void {
  for (const [index, byte] of other.entries()) target[index] = (target[index] ?? 0) ^ byte;
}

/** AES of one block of 16 bytes. */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}
