import type { DerValue } from '../der.ts';
import { readDer } from '../der.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import {
  childrenOf,
  countOf,
  octetsOf,
  readAlgorithm,
  readKeyDerivation,
  required,
} from './algorithm-identifier.ts';
import type { Cipher } from './cipher.ts';
import { CIPHERS, decrypt, isUsable, rc2KeyBits } from './cipher.ts';
import type { Rewriter } from './encryption-refusal.ts';
import { MalformedKeyFile, unreadable } from './encryption-refusal.ts';
import { PKCS12_PURPOSE, pkcs12Key } from './key-derivation.ts';
import type { Passphrase } from './passphrase.ts';

/** An EncryptedPrivateKeyInfo that can be opened, with the right passphrase. */
export interface EncryptedKey {
  /** The PrivateKeyInfo, which the caller overwrites; throws for a wrong passphrase or damage. */
  decrypt(passphrase: Passphrase): Promise<Buffer>;
}

const MAX_RC2_KEY_BYTES = 128;

const PBES2 = '1.2.840.113549.1.5.13';

/** The older schemes of PKCS#5 (RFC 8018 A.3), by name alone. Only MD2 is so old that OpenSSL has lost it. */
const PBES1: Readonly<Record<string, readonly [name: string, rewriter: Rewriter]>> = {
  '1.2.840.113549.1.5.1': ['PBE-MD2-DES', 'its-maker'],
  '1.2.840.113549.1.5.3': ['PBE-MD5-DES', 'openssl-legacy'],
  '1.2.840.113549.1.5.4': ['PBE-MD2-RC2-64', 'its-maker'],
  '1.2.840.113549.1.5.6': ['PBE-MD5-RC2-64', 'openssl-legacy'],
  '1.2.840.113549.1.5.10': ['PBE-SHA1-DES', 'openssl-legacy'],
  '1.2.840.113549.1.5.11': ['PBE-SHA1-RC2-64', 'openssl-legacy'],
  '1.2.840.113549.1.12.1.1': ['PBE-SHA1-RC4-128', 'openssl-legacy'],
  '1.2.840.113549.1.12.1.2': ['PBE-SHA1-RC4-40', 'openssl-legacy'],
};

/** The schemes of PKCS#12 (RFC 7292 C) that are read. */
const PKCS12_PBES: Readonly<Record<string, { cipher: Cipher; keyLength: number }>> = {
  '1.2.840.113549.1.12.1.3': { cipher: CIPHERS.des3, keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: CIPHERS.des2, keyLength: 16 },
  '1.2.840.113549.1.12.1.5': { cipher: CIPHERS.rc2, keyLength: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: CIPHERS.rc2, keyLength: 5 },
};

/** The ciphers of PBES2 that are read. */
const PBES2_CIPHERS: Readonly<Record<string, Cipher>> = {
  '2.16.840.1.101.3.4.1.2': CIPHERS.aes128,
  '2.16.840.1.101.3.4.1.22': CIPHERS.aes192,
  '2.16.840.1.101.3.4.1.42': CIPHERS.aes256,
  '2.16.840.1.101.3.4.1.6': CIPHERS.gcm128,
  '2.16.840.1.101.3.4.1.26': CIPHERS.gcm192,
  '2.16.840.1.101.3.4.1.46': CIPHERS.gcm256,
  '1.2.840.113549.3.7': CIPHERS.des3,
  '1.2.840.113549.3.2': CIPHERS.rc2,
  '1.2.392.200011.61.1.1.1.2': CIPHERS.camellia128,
  '1.2.392.200011.61.1.1.1.3': CIPHERS.camellia192,
  '1.2.392.200011.61.1.1.1.4': CIPHERS.camellia256,
  '1.2.410.200046.1.1.2': CIPHERS.aria128,
  '1.2.410.200046.1.1.7': CIPHERS.aria192,
  '1.2.410.200046.1.1.12': CIPHERS.aria256,
  '1.2.156.10197.1.104.2': CIPHERS.sm4,
};

/** Others that PBES2 is met with, by name. */
const OTHER_CIPHERS: Readonly<Record<string, readonly [name: string, rewriter: Rewriter]>> = {
  '1.3.14.3.2.7': ['DES-CBC', 'openssl-legacy'],
  '1.2.410.200004.1.4': ['SEED-CBC', 'openssl-legacy'],
  '1.3.6.1.4.1.3029.1.2': ['BF-CBC', 'openssl-legacy'],
  '1.2.840.113533.7.66.10': ['CAST5-CBC', 'openssl-legacy'],
  '1.2.840.113549.3.4': ['RC4', 'its-maker'],
  '2.16.840.1.101.3.4.1.7': ['AES-128-CCM', 'its-maker'],
  '2.16.840.1.101.3.4.1.27': ['AES-192-CCM', 'its-maker'],
  '2.16.840.1.101.3.4.1.47': ['AES-256-CCM', 'its-maker'],
  '1.2.840.113549.1.9.16.3.18': ['ChaCha20-Poly1305', 'its-maker'],
};

/**
 * Reads how an EncryptedPrivateKeyInfo (RFC 5958 §3) is encrypted, and judges it before any work: by PBES2 with PBKDF2 or
 * scrypt, or by a scheme of PKCS#12.
 *
 * @param der - in DER
 * @throws EncryptionRefusal, MalformedKeyFile
 */
export function readEncryptedKey(der: Buffer): EncryptedKey {
  const [algorithm, data] = childrenOf(readDer(der));
  const { oid, parameters } = readAlgorithm(algorithm);
  const ciphertext = octetsOf(data);
  if (oid === PBES2) return readPbes2(parameters, ciphertext);
  const scheme = PKCS12_PBES[oid];
  if (scheme !== undefined) return readPkcs12Pbe(scheme, parameters, ciphertext);
  const [name, rewriter] = PBES1[oid] ?? [`a scheme of the kind ${oid}`, 'its-maker'];
  throw unreadable(name, rewriter);
}

function readPbes2(parameters: DerValue | undefined, ciphertext: Buffer): EncryptedKey {
  const [derivation, encryption] = childrenOf(parameters).map(readAlgorithm);
  const { derive, keyLength } = readKeyDerivation(required(derivation));
  const { cipher, ...parts } = readCipher(required(encryption));
  const length = keyLength ?? parts.keyBits / 8;
  const fits = cipher.kind === 'rc2' ? length <= MAX_RC2_KEY_BYTES : length === parts.keyBits / 8;
  if (!fits) throw new MalformedKeyFile();
  return {
    decrypt: async (passphrase) => {
      const key = await derive(passphrase, length);
      try {
        return await decrypt(cipher, { key, ...parts }, ciphertext);
      } finally {
        key.fill(0);
      }
    },
  };
}

interface CipherParameters {
  readonly cipher: Cipher;
  readonly iv: Buffer;
  /** Of GCM, in bytes. */
  readonly tagLength: number | undefined;
  readonly keyBits: number;
}

function readCipher({ oid, parameters }: AlgorithmIdentifier): CipherParameters {
  const cipher = PBES2_CIPHERS[oid];
  if (cipher === undefined) {
    const [name, rewriter] = OTHER_CIPHERS[oid] ?? [`a cipher of the kind ${oid}`, 'its-maker'];
    throw unreadable(name, rewriter);
  }
  assertUsable(cipher);
  switch (cipher.kind) {
    case 'cbc':
      return { cipher, iv: octetsOf(parameters), tagLength: undefined, keyBits: cipher.keyBits };
    case 'gcm': {
      // RFC 5084 §3.2
      const [nonce, tagLength] = childrenOf(parameters);
      const length = tagLength === undefined ? 12 : countOf(tagLength);
      return { cipher, iv: octetsOf(nonce), tagLength: length, keyBits: cipher.keyBits };
    }
    case 'rc2': {
      // RFC 8018 B.2.3
      const [version, iv] = childrenOf(parameters);
      const keyBits = rc2KeyBits(countOf(version));
      if (keyBits > MAX_RC2_KEY_BYTES * 8) throw new MalformedKeyFile();
      return { cipher, iv: octetsOf(iv), tagLength: undefined, keyBits };
    }
  }
}

function readPkcs12Pbe(
  { cipher, keyLength }: { cipher: Cipher; keyLength: number },
  parameters: DerValue | undefined,
  ciphertext: Buffer,
): EncryptedKey {
  assertUsable(cipher);
  const [salt, iterations] = childrenOf(parameters);
  const derive = (purpose: 1 | 2) =>
    pkcs12Key('sha1', purpose, octetsOf(salt), countOf(iterations));
  const deriveKey = derive(PKCS12_PURPOSE.key);
  const deriveIv = derive(PKCS12_PURPOSE.iv);
  return {
    decrypt: async (passphrase) => {
      const key = await deriveKey(passphrase, keyLength);
      const iv = await deriveIv(passphrase, 8);
      try {
        const secret = { key, iv, tagLength: undefined, keyBits: keyLength * 8 };
        return await decrypt(cipher, secret, ciphertext);
      } finally {
        key.fill(0);
        iv.fill(0);
      }
    },
  };
}

function assertUsable(cipher: Cipher): void {
  if (!isUsable(cipher)) throw unreadable(cipher.label, 'its-maker');
}
