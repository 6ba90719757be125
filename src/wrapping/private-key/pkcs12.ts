import { createPrivateKey } from 'node:crypto';
import type { Asn1 } from 'node-forge/lib/asn1.js';
import asn1 from 'node-forge/lib/asn1.js';
import { kmsxError } from '../../base/error.ts';
import { secretCopy } from '../../base/bytes/secret-bytes.ts';
import { readDer } from '../der.ts';
import { required } from './algorithm-identifier.ts';
import { readEncryptedKey } from './encryption.ts';
import { readPkcs12Mac } from './pkcs12-mac.ts';
import type { SealedKey } from './sealed-key.ts';
import { openEncryptedKey } from './sealed-key.ts';

/* RFC 7292: contents of a PKCS#12 file. */
const DATA = '1.2.840.113549.1.7.1';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';

/**
 * Finds the one private key in a PKCS#12 file, and judges how it is sealed. node-forge reads the structure, also in BER.
 *
 * node-forge's own reader of the whole file is not used: it knows passphrases beyond ASCII for the old
 * encryption only, and drops the third prime of a key. A key that is not encrypted passes through a JavaScript string,
 * which nothing can overwrite.
 *
 * Import this module dynamically: nothing else that unwraps a key needs so much of node-forge.
 *
 * @param pfx - the file's bytes (RFC 7292 §4)
 * @throws KmsxError `privkey-several`, `privkey-malformed`, `privkey-unsupported`; EncryptionRefusal; anything else for a
 * damaged file
 */
export function readPkcs12(pfx: Buffer, label: string): SealedKey {
  const [, authSafe, mac] = values(asn1.fromDer(pfx.toString('latin1')));
  if (authSafe === undefined || asn1.derToOid(octets(at(authSafe, 0))) !== DATA) {
    throw kmsxError('privkey-unsupported', `${label} is a PKCS#12 file sealed by a public key`, {
      details: { keyType: 'pkcs12' },
    });
  }
  const safes = octets(at(authSafe, 1, 0));
  const { type, bag } = oneKey(safes, label);
  const key = derOf(bag);
  const verify =
    mac === undefined
      ? undefined
      : readPkcs12Mac(required(readDer(derOf(mac))), Buffer.from(safes, 'latin1'));
  const open = openBag(type, key);
  return {
    ...(verify !== undefined && { verify }),
    open,
    dispose: () => key.fill(0),
  };
}

function openBag(type: string, key: Buffer): SealedKey['open'] {
  if (type === SHROUDED_KEY_BAG) return openEncryptedKey(readEncryptedKey(key));
  return () => createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function oneKey(safes: string, label: string): { readonly type: string; readonly bag: Asn1 } {
  const keys: { type: string; bag: Asn1 }[] = [];
  for (const [contentType, content] of typedContents(asn1.fromDer(safes))) {
    if (asn1.derToOid(contentType) !== DATA) continue;
    for (const [bagType, bag] of typedContents(asn1.fromDer(octets(content)))) {
      const type = asn1.derToOid(bagType);
      if (type === KEY_BAG || type === SHROUDED_KEY_BAG) keys.push({ type, bag });
    }
  }
  const [key, ...others] = keys;
  if (key === undefined) {
    throw kmsxError('privkey-malformed', `${label} holds no private key`, { details: { label } });
  }
  if (others.length > 0) {
    throw kmsxError('privkey-several', `${label} holds ${keys.length} private keys`);
  }
  return key;
}

/** A value in DER, whatever it was written in. */
function derOf(value: Asn1): Buffer {
  const bytes = Buffer.from(asn1.toDer(flat(value)).getBytes(), 'latin1');
  const der = secretCopy(bytes);
  bytes.fill(0);
  return der;
}

/** With the OCTET STRINGs whole that BER allows to come in chunks. */
function flat(node: Asn1): Asn1 {
  if (typeof node.value === 'string') return node;
  const isOctetString = node.tagClass === 0 && node.type === 4;
  return isOctetString
    ? { ...node, constructed: false, value: octets(node) }
    : { ...node, value: node.value.map(flat) };
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
