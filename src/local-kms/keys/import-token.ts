import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createPrivateKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes.ts';
import type { RandomBytes } from '../identifiers.ts';
import type { ImportAlgorithm } from './import-wrapping.ts';
import { IMPORT_ALGORITHMS } from './import-wrapping.ts';
import { refusal } from '../refusal.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
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
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, tokenKey, iv);
  cipher.setAAD(Buffer.from(keyId, 'utf8'));
  const parts = [iv, cipher.update(header), cipher.update(der), cipher.final()];
  der.fill(0);
  return Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64');
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
  const bytes = decodeBase64(token) ?? Buffer.alloc(0);
  if (bytes.length <= IV_BYTES + HEADER_BYTES + TAG_BYTES) throw refusal('InvalidImportToken');
  const decipher = createDecipheriv(CIPHER, tokenKey, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(keyId, 'utf8'));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const content = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    content.fill(0);
    throw refusal('InvalidImportToken');
  }
  const algorithm = IMPORT_ALGORITHMS[content.readUInt8(0)];
  const expiresAt = new Date(content.readUIntBE(1, 6));
  const der = content.subarray(HEADER_BYTES);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  content.fill(0);
  if (algorithm === undefined) throw refusal('InvalidImportToken');
  if (expiresAt.getTime() <= now.getTime()) throw refusal('ExpiredImportToken');
  return { algorithm, expiresAt, privateKey };
}
