import type { KeyObject } from 'node:crypto';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { unsignedInteger } from '../../base/bytes/bytes.ts';
import { SecretBytes } from '../../base/bytes/secret-bytes.ts';
import { derChildren } from '../der.ts';
import { unwrapFailed } from '../unwrap-failed.ts';
import type { UnwrappingKey } from '../unwrapping-key.ts';
import { SM2_POINT } from './curve.ts';
import { decryptSm2 } from './decrypt.ts';
import { FIELD_BYTES, SM2_PARAMETERS } from './parameters.ts';

/** PKCS#8 (RFC 5958) of an SM2 key with its public half (RFC 5915), up to the scalar, and between it and the point. */
const BEFORE_SCALAR = Buffer.from(
  '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420',
  'hex',
);
const BEFORE_POINT = Buffer.from('a144034200', 'hex');

/**
 * Makes an SM2 private key: d from 1 to n − 2 (GB/T 32918.1-2016 §6.1). Not by Node's own ECDH, which newer versions of
 * Node.js do not offer for this curve.
 */
export function makeSm2Key(): KeyObject {
  for (;;) {
    const bytes = randomBytes(FIELD_BYTES);
    const d = unsignedInteger(bytes);
    if (!isScalar(d)) continue;
    const point = SM2_POINT.BASE.multiply(d).toBytes(false);
    const der = Buffer.concat([BEFORE_SCALAR, bytes, BEFORE_POINT, point]);
    bytes.fill(0);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    return key;
  }
}

/**
 * Whether the number of a private key is in its range, and the public half that its file gives is its own. OpenSSL
 * reads other keys too.
 *
 * @param privateKey - of the curve SM2
 * @param spki - its public half as SubjectPublicKeyInfo, the point compressed or not
 */
export function isSm2Pair(privateKey: KeyObject, spki: Buffer): boolean {
  const d = scalarOf(privateKey);
  const point = derChildren(spki)[1]?.content.subarray(1);
  if (!isScalar(d) || point === undefined) return false;
  return SM2_POINT.BASE.multiply(d).equals(SM2_POINT.fromBytes(point));
}

/**
 * An SM2 private key as it unwraps data keys.
 *
 * @param privateKey - of the curve SM2
 * @param fingerprint - that of its public half
 */
export function sm2UnwrappingKey(privateKey: KeyObject, fingerprint: string): UnwrappingKey {
  return {
    fingerprint,
    unwrap: (wrapped, { name, keyType }) =>
      new Promise((resolve) => {
        if (keyType !== 'sm2') throw new TypeError(`${name} is not for SM2 keys`);
        const found = decryptSm2(Buffer.from(wrapped), scalarOf(privateKey));
        if (found === undefined) throw unwrapFailed();
        resolve(new SecretBytes(found.plaintext));
      }),
    findHashes: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

/** The scalar of a private key: OCTET STRING of the ECPrivateKey (RFC 5915 §3) in its PKCS#8. */
function scalarOf(privateKey: KeyObject): bigint {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    const [, , wrapped] = derChildren(der);
    const [, scalar] = derChildren(wrapped?.content);
    if (scalar?.tag !== 0x04 || scalar.content.length > FIELD_BYTES) {
      throw new TypeError('OpenSSL wrote an EC key of another form');
    }
    return unsignedInteger(scalar.content);
  } finally {
    der.fill(0);
  }
}

function isScalar(d: bigint): boolean {
  return d >= 1n && d <= SM2_PARAMETERS.n - 2n;
}
