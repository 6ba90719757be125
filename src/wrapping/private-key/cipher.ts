import { createDecipheriv, getCipherInfo } from 'node:crypto';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';

/** A cipher that private keys are encrypted with. */
export interface Cipher {
  readonly label: string;
  /** Its name in Node's OpenSSL; RC2, which Node's OpenSSL no longer has, is decrypted by node-forge. */
  readonly name: string;
  readonly kind: 'cbc' | 'gcm' | 'rc2';
  readonly keyBits: number;
}

const cbc = (name: string, keyBits: number): Cipher => ({
  label: name.toUpperCase(),
  name,
  kind: 'cbc',
  keyBits,
});
const gcm = (keyBits: number): Cipher => ({
  label: `AES-${keyBits}-GCM`,
  name: `aes-${keyBits}-gcm`,
  kind: 'gcm',
  keyBits,
});

export const CIPHERS = {
  aes128: cbc('aes-128-cbc', 128),
  aes192: cbc('aes-192-cbc', 192),
  aes256: cbc('aes-256-cbc', 256),
  gcm128: gcm(128),
  gcm192: gcm(192),
  gcm256: gcm(256),
  des3: cbc('des-ede3-cbc', 192),
  des2: cbc('des-ede-cbc', 128),
  rc2: { label: 'RC2-CBC', name: 'rc2-cbc', kind: 'rc2', keyBits: 128 },
  camellia128: cbc('camellia-128-cbc', 128),
  camellia192: cbc('camellia-192-cbc', 192),
  camellia256: cbc('camellia-256-cbc', 256),
  aria128: cbc('aria-128-cbc', 128),
  aria192: cbc('aria-192-cbc', 192),
  aria256: cbc('aria-256-cbc', 256),
  sm4: cbc('sm4-cbc', 128),
} as const satisfies Readonly<Record<string, Cipher>>;

/** Whether this Node can decrypt with a cipher: builds differ. */
export function isUsable({ name, kind }: Pick<Cipher, 'name' | 'kind'>): boolean {
  if (kind === 'rc2') return true;
  const info = getCipherInfo(name);
  if (info === undefined) return false;
  try {
    createDecipheriv(name, Buffer.alloc(info.keyLength), Buffer.alloc(info.ivLength ?? 0));
    return true;
  } catch {
    return false;
  }
}

/** How many bits RC2's key counts for, by the version of its parameters (RFC 8018 B.2.3). */
export function rc2KeyBits(version: number): number {
  const versions: Readonly<Record<number, number>> = { 160: 40, 120: 64, 58: 128 };
  return versions[version] ?? version;
}

/** What a cipher needs besides what is encrypted. */
export interface CipherSecret {
  readonly key: Buffer;
  readonly iv: Buffer;
  /** Of GCM, whose tag follows the ciphertext, in bytes. */
  readonly tagLength: number | undefined;
  /** Of RC2: the effective length of its key. */
  readonly keyBits: number;
}

/**
 * Decrypts and removes the padding.
 *
 * @returns the plaintext, which the caller overwrites
 * @throws Error for wrong padding, or a wrong tag
 */
export async function decrypt(cipher: Cipher, secret: CipherSecret, data: Buffer): Promise<Buffer> {
  if (cipher.kind === 'rc2') {
    const { decryptRc2 } = await import('./rc2.ts');
    return decryptRc2(secret, data);
  }
  return cipher.kind === 'gcm'
    ? decryptGcm(cipher.name, secret, data)
    : decryptParts(createDecipheriv(cipher.name, secret.key, secret.iv), data);
}

function decryptGcm(name: string, { key, iv, tagLength = 0 }: CipherSecret, data: Buffer): Buffer {
  const options = { authTagLength: tagLength };
  const decipher = createDecipheriv(name as 'aes-256-gcm', key, iv, options);
  const end = data.length - tagLength;
  decipher.setAuthTag(data.subarray(end));
  return decryptParts(decipher, data.subarray(0, end));
}

function decryptParts(
  decipher: { update(data: Buffer): Buffer; final(): Buffer },
  data: Buffer,
): Buffer {
  const plaintext = secretBuffer(data.length);
  const most = decipher.update(data);
  let length = most.copy(plaintext);
  most.fill(0);
  const rest = decipher.final();
  length += rest.copy(plaintext, length);
  rest.fill(0);
  return plaintext.subarray(0, length);
}
