import type { KeyObject } from 'node:crypto';
import { constants, privateDecrypt } from 'node:crypto';
import type { Parameters } from '../request/parameters.ts';
import { requiredChoice } from '../request/read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';

/** How key material is encrypted for import, always under RSA_2048. */
export const IMPORT_ALGORITHMS = [
  'RSAES_PKCS1_V1_5',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
] as const;
export type ImportAlgorithm = (typeof IMPORT_ALGORITHMS)[number];

const MODULUS_BYTES = 256;

/**
 * Reads `WrappingAlgorithm` and `WrappingKeySpec` of GetParametersForImport (help 68621).
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`; `UnsupportedOperation` for SM2
 */
export function readImportAlgorithm(parameters: Parameters): ImportAlgorithm {
  const algorithm = requiredChoice(parameters, 'WrappingAlgorithm', [
    ...IMPORT_ALGORITHMS,
    'SM2PKE',
  ]);
  const keySpec = requiredChoice(parameters, 'WrappingKeySpec', ['RSA_2048', 'EC_SM2']);
  if ((keySpec === 'EC_SM2') !== (algorithm === 'SM2PKE')) {
    throw invalidParameter('WrappingAlgorithm');
  }
  if (algorithm === 'SM2PKE') throw refusal('UnsupportedOperation');
  return algorithm;
}

/**
 * Decrypts the material of a symmetric key.
 *
 * @param privateKey - RSA of 2048 bits
 * @param materialBytes - the length that the material must have
 * @returns undefined for anything but as many bytes, encrypted under that key with that algorithm
 */
export function decryptMaterial(
  algorithm: ImportAlgorithm,
  privateKey: KeyObject,
  ciphertext: Buffer,
  materialBytes: number,
): Buffer | undefined {
  if (ciphertext.length !== MODULUS_BYTES) return undefined;
  try {
    if (algorithm === 'RSAES_PKCS1_V1_5')
      return decryptPkcs1(privateKey, ciphertext, materialBytes);
    const material = privateDecrypt(
      {
        key: privateKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256',
      },
      ciphertext,
    );
    if (material.length === materialBytes) return material;
    material.fill(0);
    return undefined;
  } catch {
    return undefined;
  }
}

/**
 * RSAES-PKCS1-v1_5 (RFC 8017 §7.2.2) for a message of known length. Node's own is not usable everywhere: some versions refuse
 * it, and others return random bytes for a wrong padding instead of an error.
 */
function decryptPkcs1(
  privateKey: KeyObject,
  ciphertext: Buffer,
  messageBytes: number,
): Buffer | undefined {
  const encoded = privateDecrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    ciphertext,
  );
  const separator = MODULUS_BYTES - messageBytes - 1;
  const padding = encoded.subarray(2, separator);
  const isGood =
    encoded[0] === 0 && encoded[1] === 2 && !padding.includes(0) && encoded[separator] === 0;
  const material = isGood ? Buffer.from(encoded.subarray(separator + 1)) : undefined;
  encoded.fill(0);
  return material;
}
