import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { openGcm, sealGcm } from '../encryption/aes-gcm.ts';
import type { RandomBytes } from '../identifiers.ts';
import type { ImportAlgorithm } from './import-wrapping.ts';
import { IMPORT_ALGORITHMS } from './import-wrapping.ts';
import { refusal } from '../refusal.ts';

/** The index of the algorithm, and the expiry in milliseconds since 1970. */
const HEADER_BYTES = 1 + 6;

/** What ImportKeyMaterial needs from GetParametersForImport. It is kept in the token and nowhere else. */
interface ImportParameters {
  readonly algorithm: ImportAlgorithm;
  readonly expiresAt: Date;
  /** RSA of 2048 bits. */
  readonly privateKey: KeyObject;
}

/**
 * Seals import parameters into an import token: base64 of `IV (12) ‖ ciphertext ‖ tag (16)`, with
 * AES-256-GCM (SP 800-38D) and the id of the KMS key as additional authenticated data.
 *
 * @param tokenKey - 32 bytes
 */
export function sealImportToken(
  tokenKey: Buffer,
  keyId: string,
  content: ImportParameters,
  randomBytes: RandomBytes,
): string {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(IMPORT_ALGORITHMS.indexOf(content.algorithm), 0);
  header.writeUIntBE(content.expiresAt.getTime(), 1, 6);
  const der = content.privateKey.export({ format: 'der', type: 'pkcs8' });
  const plaintext = Buffer.concat([header, der]);
  const sealed = sealGcm(tokenKey, plaintext, Buffer.from(keyId, 'utf8'), randomBytes);
  for (const secret of [der, plaintext]) secret.fill(0);
  return sealed.toString('base64');
}

/**
 * Opens a token of `sealImportToken`.
 *
 * @throws KmsRefusal `InvalidImportToken` for a damaged token or another KMS key's; `ExpiredImportToken`
 */
export function openImportToken(
  tokenKey: Buffer,
  keyId: string,
  token: string,
  now: Date,
): ImportParameters {
  const sealed = decodeBase64(token) ?? Buffer.alloc(0);
  const content = openGcm(tokenKey, sealed, Buffer.from(keyId, 'utf8'));
  if (content === undefined) throw refusal('InvalidImportToken');
  const algorithm = IMPORT_ALGORITHMS[content.readUInt8(0)];
  const expiresAt = new Date(content.readUIntBE(1, 6));
  const der = content.subarray(HEADER_BYTES);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  content.fill(0);
  if (algorithm === undefined) throw refusal('InvalidImportToken');
  if (expiresAt.getTime() <= now.getTime()) throw refusal('ExpiredImportToken');
  return { algorithm, expiresAt, privateKey };
}
