import type { KeyObject } from 'node:crypto';
import { createHmac, createPrivateKey } from 'node:crypto';
import type { Asn1 } from 'node-forge/lib/asn1.js';
import asn1 from 'node-forge/lib/asn1.js';
import forge from 'node-forge/lib/forge.js';
import hashes from 'node-forge/lib/md.all.js';
import pbe from 'node-forge/lib/pbe.js';
import util from 'node-forge/lib/util.js';
import { equalBytes } from '../../base/bytes.ts';
import { kmsxError } from '../../base/error.ts';

/* RFC 7292: contents of a PKCS#12 file, and the hashes of its MAC. */
const DATA = '1.2.840.113549.1.7.1';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const MAC_KEY_ID = 3;
const MAC_HASHES: Readonly<Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/**
 * Takes the one private key out of a PKCS#12 file. node-forge reads the structure, also in BER, and derives
 * the key of the MAC; the private key goes encrypted to OpenSSL, or through node-forge where it is encrypted
 * in a way that Node's OpenSSL no longer supports (RC2).
 *
 * node-forge's own reader of the whole file is not used: it knows passphrases beyond ASCII for the old
 * encryption only, and drops the third prime of a key. The passphrase passes through a JavaScript string,
 * which nothing can overwrite, and so does a key that is not encrypted, or with RC2.
 *
 * Import this module dynamically: nothing else that unwraps a key needs so much of node-forge.
 *
 * @param pfx - the file's bytes (RFC 7292 §4)
 * @param passphrase - in UTF-8; undefined only where no part of the file needs one
 * @throws KmsxError `privkey-several`, `privkey-malformed`, `privkey-unsupported`; anything else for a wrong
 * passphrase or a damaged file
 */
export function openPkcs12(pfx: Buffer, passphrase: Buffer | undefined, label: string): KeyObject {
  const [, authSafe, mac] = values(asn1.fromDer(pfx.toString('latin1')));
  if (authSafe === undefined || asn1.derToOid(octets(at(authSafe, 0))) !== DATA) {
    throw kmsxError('privkey-unsupported', `${label} is a PKCS#12 file sealed by a public key`, {
      details: { keyType: 'pkcs12' },
    });
  }
  const safes = octets(at(authSafe, 1, 0));
  if (mac !== undefined) verifyMac(mac, safes, passphrase, label);

  const keys: Asn1[] = [];
  for (const [contentType, content] of typedContents(asn1.fromDer(safes))) {
    if (asn1.derToOid(contentType) !== DATA) continue;
    for (const [bagType, bag] of typedContents(asn1.fromDer(octets(content)))) {
      const type = asn1.derToOid(bagType);
      if (type === KEY_BAG || type === SHROUDED_KEY_BAG) keys.push(bag);
    }
  }
  const [key, ...others] = keys;
  if (key === undefined) {
    throw kmsxError('privkey-malformed', `${label} holds no private key`, { details: { label } });
  }
  if (others.length > 0) {
    throw kmsxError('privkey-several', `${label} holds ${keys.length} private keys`);
  }
  return openBag(key, passphrase);
}

/** Verifies the MAC over the contents (RFC 7292 §4 and B). */
function verifyMac(
  mac: Asn1,
  contents: string,
  passphrase: Buffer | undefined,
  label: string,
): void {
  const [digestInfo, salt, iterations] = values(mac);
  const password = passphrase?.toString('utf8');
  if (digestInfo === undefined || salt === undefined || password === undefined) {
    throw new TypeError('no MAC that can be verified');
  }
  const hash = MAC_HASHES[asn1.derToOid(octets(at(digestInfo, 0, 0)))];
  if (hash === undefined) {
    const message = `${label} is a PKCS#12 file with a MAC of an unknown kind`;
    const hint = 'openssl pkcs12 -in FILE -nocerts -out wrapping.pem';
    throw kmsxError('privkey-unsupported', message, {
      details: { keyType: 'pkcs12' },
      hints: [hint],
    });
  }
  const expected = Buffer.from(octets(at(digestInfo, 1)), 'latin1');
  const count = iterations === undefined ? 1 : Number(`0x${latin1ToHex(octets(iterations))}`);
  const md = hashes[hash].create();
  const saltBuffer = util.createBuffer(octets(salt));
  const { digestLength } = md;
  const key = pbe.generatePkcs12Key(password, saltBuffer, MAC_KEY_ID, count, digestLength, md);
  const macKey = Buffer.from(key.getBytes(), 'latin1');
  const actual = createHmac(hash, macKey).update(contents, 'latin1').digest();
  macKey.fill(0);
  if (!equalBytes(actual, expected)) throw new Error('the MAC differs');
}

/** Loads a PrivateKeyInfo or an EncryptedPrivateKeyInfo. */
function openBag(bag: Asn1, passphrase: Buffer | undefined): KeyObject {
  const load = (info: Asn1, secret: { passphrase?: Buffer }): KeyObject => {
    const der = Buffer.from(asn1.toDer(info).getBytes(), 'latin1');
    try {
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8', ...secret });
    } finally {
      der.fill(0);
    }
  };
  if (passphrase === undefined) return load(bag, {});
  try {
    return load(bag, { passphrase });
  } catch {
    const info = forge.pki.decryptPrivateKeyInfo(bag, passphrase.toString('utf8'));
    if (info === null) throw new Error('the key does not decrypt');
    return load(info, {});
  }
}

/** Both ContentInfo and SafeBag are a type, the content under an explicit tag, and perhaps more. */
function typedContents(sequence: Asn1): (readonly [string, Asn1])[] {
  return values(sequence).map((entry) => [octets(at(entry, 0)), at(entry, 1, 0)]);
}

function at(node: Asn1, ...path: readonly number[]): Asn1 {
  let place: Asn1 | undefined = node;
  for (const index of path) place = place === undefined ? undefined : values(place)[index];
  if (place === undefined) throw new TypeError('not the structure of a PKCS#12 file');
  return place;
}

function values({ value }: Asn1): readonly Asn1[] {
  return typeof value === 'string' ? [] : value;
}

/** The bytes of a string type, which BER allows to come in chunks. */
function octets({ value }: Asn1): string {
  return typeof value === 'string' ? value : value.map(octets).join('');
}

function latin1ToHex(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('hex');
}
