import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { OperationContext } from '../operations/operation.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredBytes, requiredChoice, requiredText } from '../request/read-parameter.ts';
import { invalidParameter } from '../refusal.ts';
import { encryptSm2, readSm2Point, sm2InDer, SM2_CAPACITY_BYTES } from './sm2.ts';
import type { OaepHash } from './rsa-oaep.ts';
import { PUBLIC_KEY_ALGORITHMS } from './public-key-encryption.ts';
import { encryptOaep, oaepCapacity, oaepHash } from './rsa-oaep.ts';

/** The key that a data key is exported under: the public key and algorithm of the call. */
export type WrappingKey = RsaWrappingKey | Sm2WrappingKey;

interface RsaWrappingKey {
  readonly publicKey: KeyObject;
  readonly hash: OaepHash;
  /** The longest data key that fits, in bytes. */
  readonly capacityBytes: number;
}

interface Sm2WrappingKey {
  /** 04, x and y in hexadecimal. */
  readonly point: string;
  readonly isInDer: boolean;
  readonly capacityBytes: number;
}

const MODULUS_BYTES = 256;
const MAX_BLOB_BYTES = 1024;

/**
 * Reads `PublicKeyBlob`, `WrappingKeySpec` and `WrappingAlgorithm`. The blob is base64 of one SubjectPublicKeyInfo in
 * DER and nothing else; the key is SM2, or RSA (not RSA-PSS) of 2048 bits with an odd exponent of at least 65537.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`
 */
export function readWrappingKey(
  parameters: Parameters,
  { publicKeys, exportsSm2InDer }: Pick<OperationContext, 'publicKeys' | 'exportsSm2InDer'>,
): WrappingKey {
  const keySpec = requiredChoice(parameters, 'WrappingKeySpec', ['RSA_2048', 'EC_SM2']);
  const algorithm = requiredChoice(parameters, 'WrappingAlgorithm', PUBLIC_KEY_ALGORITHMS);
  const blob = requiredText(parameters, 'PublicKeyBlob');
  if ((keySpec === 'EC_SM2') !== (algorithm === 'SM2PKE')) {
    throw invalidParameter('WrappingAlgorithm');
  }
  if (algorithm === 'SM2PKE') {
    const point = readSm2Point(requiredBytes(parameters, 'PublicKeyBlob', MAX_BLOB_BYTES));
    if (point === undefined) throw invalidParameter('PublicKeyBlob');
    return { point, isInDer: exportsSm2InDer, capacityBytes: SM2_CAPACITY_BYTES };
  }
  const publicKey = publicKeys.get(blob, () =>
    parseRsa2048(requiredBytes(parameters, 'PublicKeyBlob', MAX_BLOB_BYTES)),
  );
  const hash = oaepHash(algorithm);
  return { publicKey, hash, capacityBytes: oaepCapacity(MODULUS_BYTES, hash) };
}

/**
 * Encrypts a data key under a wrapping key with RSAES-OAEP (RFC 8017 §7.1) or SM2.
 *
 * @param cause - the parameter to name for a data key that is too long
 * @returns base64, of 256 bytes for RSA
 * @throws KmsRefusal `InvalidParameter` for a data key that does not fit and a public key that cannot encrypt
 */
export function wrapDataKey(wrappingKey: WrappingKey, dataKey: Buffer, cause: string): string {
  if (dataKey.length > wrappingKey.capacityBytes) throw invalidParameter(cause);
  if ('point' in wrappingKey) {
    const wrapped = encryptSm2(dataKey, wrappingKey.point);
    if (wrapped === undefined) throw invalidParameter('PublicKeyBlob');
    return (wrappingKey.isInDer ? sm2InDer(wrapped) : wrapped).toString('base64');
  }
  try {
    return encryptOaep(wrappingKey.publicKey, wrappingKey.hash, dataKey).toString('base64');
  } catch {
    // An impossible modulus, such as an even one, is found only here.
    throw invalidParameter('PublicKeyBlob');
  }
}

function parseRsa2048(der: Buffer): KeyObject {
  let publicKey: KeyObject;
  let reencoded: Buffer;
  try {
    publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    reencoded = publicKey.export({ format: 'der', type: 'spki' });
  } catch {
    throw invalidParameter('PublicKeyBlob');
  }
  const { modulusLength, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
  const isRsa2048 = publicKey.asymmetricKeyType === 'rsa' && modulusLength === 8 * MODULUS_BYTES;
  const isExponentGood = publicExponent >= 65537n && publicExponent % 2n === 1n;
  // Node accepts trailing bytes: what it writes back must be the same, byte for byte.
  if (!isRsa2048 || !isExponentGood || !reencoded.equals(der)) {
    throw invalidParameter('PublicKeyBlob');
  }
  return publicKey;
}
