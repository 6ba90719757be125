import { createHash, pbkdf2, scrypt } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';
import { onThread } from '../../base/thread-work.ts';
import { EncryptionRefusal, MalformedKeyFile } from './encryption-refusal.ts';
import type { Passphrase } from './passphrase.ts';

/** Derives a key of so many bytes. The caller overwrites it. */
export type DeriveKey = (passphrase: Passphrase, length: number) => Promise<Buffer>;

/** NSS, which asks for most, writes 600,000. */
const MAX_ITERATIONS = 10_000_000;
const MAX_SCRYPT_BYTES = 2 ** 30;
const MAX_SCRYPT_PARALLEL = 16;

/** Iterations between two turns of the event loop, in which signals are noticed. */
const ITERATIONS_PER_TURN = 10_000;

const deriveByPbkdf2 = promisify(pbkdf2);
const deriveByScrypt = promisify<Buffer, Buffer, number, object, Buffer>(scrypt);

/**
 * PBKDF2 (RFC 8018 §5.2), on a thread.
 *
 * @throws EncryptionRefusal for more iterations than kmsx counts
 */
export function pbkdf2Key(hash: string, salt: Buffer, iterations: number): DeriveKey {
  assertIterations('PBKDF2', iterations);
  return ({ utf8 }, length) => onThread(deriveByPbkdf2(utf8, salt, iterations, length, hash));
}

/** The parameters of scrypt (RFC 7914 §2). */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/**
 * scrypt (RFC 7914), on a thread, with as much memory as the file asks for.
 *
 * @throws EncryptionRefusal for more than 1 GiB (128·N·r), or p above 16, and later where there is not so much memory;
 * MalformedKeyFile for an N that is no power of two
 */
export function scryptKey(salt: Buffer, cost: ScryptCost): DeriveKey {
  const { N, r, p } = cost;
  const bytes = 128 * N * r;
  if (!(bytes <= MAX_SCRYPT_BYTES && p <= MAX_SCRYPT_PARALLEL)) {
    throw new EncryptionRefusal(
      `asks for scrypt with N=${N}, r=${r}, p=${p}; kmsx goes up to 1 GiB (128*N*r) and p=${MAX_SCRYPT_PARALLEL}`,
      'its-maker',
    );
  }
  const isValid = N > 1 && Number.isInteger(Math.log2(N)) && r > 0 && p > 0;
  if (!isValid) throw new MalformedKeyFile();
  const maxmem = bytes + 128 * r * (p + 2) + 1024;
  return async ({ utf8 }, length) => {
    try {
      return await onThread(deriveByScrypt(utf8, salt, length, { N, r, p, maxmem }));
    } catch {
      const mebibytes = Math.ceil(bytes / 2 ** 20);
      throw new EncryptionRefusal(
        `needs ${mebibytes} MiB of memory for scrypt, which the system did not give`,
        'its-maker',
      );
    }
  };
}

/** What a key is derived for (RFC 7292 B.3). */
export const PKCS12_PURPOSE = { key: 1, iv: 2, mac: 3 } as const;

/**
 * The key derivation of PKCS#12 (RFC 7292 B.2). Node has none: it is computed here, with pauses in which signals are
 * noticed; a million iterations take 2 to 3 seconds.
 *
 * @throws EncryptionRefusal for more iterations than kmsx counts
 */
export function pkcs12Key(
  hash: string,
  purpose: 1 | 2 | 3,
  salt: Buffer,
  iterations: number,
): DeriveKey {
  assertIterations('PKCS#12', iterations);
  return async ({ utf16 }, length) => {
    const blockSize = /^sha(?:384|512)/.test(hash) ? 128 : 64;
    const diversifier = Buffer.alloc(blockSize, purpose);
    const input = Buffer.concat([fillBlocks(salt, blockSize), fillBlocks(utf16, blockSize)]);
    const key = secretBuffer(length);
    for (let done = 0; ;) {
      const block = await iterate(hash, diversifier, input, iterations);
      done += block.copy(key, done);
      if (done < length) addToBlocks(input, block, blockSize);
      block.fill(0);
      if (done >= length) break;
    }
    input.fill(0);
    return key;
  };
}

async function iterate(
  hash: string,
  diversifier: Buffer,
  input: Buffer,
  iterations: number,
): Promise<Buffer> {
  let block = createHash(hash).update(diversifier).update(input).digest();
  for (let count = 1; count < iterations; count += 1) {
    const next = createHash(hash).update(block).digest();
    block.fill(0);
    block = next;
    if (count % ITERATIONS_PER_TURN === 0) await nextTurn();
  }
  return block;
}

/** The bytes again and again, to whole blocks; none for none. */
function fillBlocks(bytes: Buffer, blockSize: number): Buffer {
  const filled = secretBuffer(Math.ceil(bytes.length / blockSize) * blockSize);
  if (bytes.length > 0) filled.fill(bytes);
  return filled;
}

/** Adds a hash, repeated to a block, and 1 to each block, as numbers whose carry is dropped. */
function addToBlocks(blocks: Buffer, hash: Buffer, blockSize: number): void {
  for (let start = 0; start < blocks.length; start += blockSize) {
    let carry = 1;
    for (let at = blockSize - 1; at >= 0; at -= 1) {
      carry += (blocks[start + at] ?? 0) + (hash[at % hash.length] ?? 0);
      blocks[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}

function assertIterations(what: string, iterations: number): void {
  if (iterations === 0) throw new MalformedKeyFile();
  if (iterations <= MAX_ITERATIONS) return;
  throw new EncryptionRefusal(
    `asks for ${iterations} iterations of ${what}; kmsx counts up to ${MAX_ITERATIONS}`,
    'openssl',
  );
}
