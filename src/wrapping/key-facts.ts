import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { unsignedInteger } from '../base/bytes/bytes.ts';
import { derChildren, readDer, readOid } from './der.ts';
import { bitLength } from './modulus/numbers.ts';
import { uncompressedSpki } from './sm2/point.ts';

/** What a public key, or the public half of a private one, is. */
export interface KeyFacts {
  /** `rsa`, `rsa-pss`, `dsa`, `dh`, `ec`, `sm2`, `ed25519`, `ed448`, `x25519`, `x448`, …, or `unknown`. */
  readonly keyType: string;
  /** The length of the RSA modulus in bits. */
  readonly modulusBits?: number;
  readonly modulus?: bigint;
  /** The RSA public exponent. */
  readonly publicExponent?: bigint;
  /** The curve's usual name, or its object identifier in dotted form. */
  readonly curve?: string;
  /** The SubjectPublicKeyInfo, re-encoded in DER (RFC 5280 §4.1). */
  readonly spki: Buffer;
  /** `SHA256:` and 64 lower-case hexadecimal digits: SHA-256 of `spki`. */
  readonly fingerprint: string;
}

/** rsaEncryption and id-RSASSA-PSS (RFC 8017 appendix C). */
const RSA_KEYS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']);
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
  '1.3.132.0.10': 'secp256k1',
  '1.2.156.10197.1.301': 'SM2',
};

/**
 * Reads the facts of a public key. OpenSSL re-encodes it, so that every form of a key, even one in BER with
 * longer lengths than needed, has the same `spki` and fingerprint: those of
 * `openssl pkey -pubin -outform DER`. OpenSSL leaves a compressed point as it is; that of an SM2 key, which KMS is sent
 * and which names the key in documents, is uncompressed here.
 *
 * The facts are read from that encoding and not from Node, whose answer for SM2 depends on its version.
 */
export function keyFacts(publicKey: KeyObject): KeyFacts {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const fingerprint = fingerprintOf(spki);
  const [algorithm, bitString] = derChildren(spki);
  const [oid, parameters] = derChildren(algorithm);
  const keyType: string = publicKey.asymmetricKeyType ?? 'unknown';

  if (keyType === 'rsa' || keyType === 'rsa-pss') {
    const [modulus, publicExponent] = derChildren(bitString?.content.subarray(1)).map(
      ({ content }) => unsignedInteger(content),
    );
    return {
      keyType,
      ...(modulus !== undefined && { modulus, modulusBits: bitLength(modulus) }),
      ...(publicExponent !== undefined && { publicExponent }),
      spki,
      fingerprint,
    };
  }
  const curveOid = readOid(oid) === EC_PUBLIC_KEY ? readOid(parameters) : undefined;
  if (curveOid !== undefined) {
    const curve = CURVES[curveOid] ?? curveOid;
    if (curve !== 'SM2') return { keyType, curve, spki, fingerprint };
    const uncompressed = uncompressedSpki(bitString?.content.subarray(1) ?? Buffer.alloc(0));
    const sm2 = uncompressed ?? spki;
    return { keyType: 'sm2', curve, spki: sm2, fingerprint: fingerprintOf(sm2) };
  }
  return { keyType, spki, fingerprint };
}

function fingerprintOf(spki: Buffer): string {
  return `SHA256:${createHash('sha256').update(spki).digest('hex')}`;
}

/**
 * Whether the BIT STRING of an RSA key's SubjectPublicKeyInfo holds anything after the RSAPublicKey
 * (RFC 3279 §2.3.1: it is the DER of that and nothing else). OpenSSL reads past such bytes.
 *
 * @param der - a SubjectPublicKeyInfo, or an X.509 certificate that holds one
 */
export function hasBytesAfterRsaKey(der: Buffer, structure: 'spki' | 'certificate'): boolean {
  const [algorithm, bitString] = derChildren(structure === 'spki' ? der : spkiOfCertificate(der));
  const [oid] = derChildren(algorithm);
  if (!RSA_KEYS.has(readOid(oid) ?? '') || bitString === undefined) return false;
  const bytes = bitString.content.subarray(1);
  const key = readDer(bytes);
  return key !== undefined && key.whole.length < bytes.length;
}

/** Finds the SubjectPublicKeyInfo of a certificate: what follows version, serial number and four more. */
function spkiOfCertificate(der: Buffer): Buffer | undefined {
  const [tbsCertificate] = derChildren(der);
  const fields = derChildren(tbsCertificate);
  return fields[fields[0]?.tag === 0xa0 ? 6 : 5]?.whole;
}
