import { kmsxError } from '../../../base/error.ts';

/**
 * Reads the label of an object in a token.
 *
 * @throws KmsxError `bad-usage`
 */
export function parseObjectLabel(option: string, label: string): string {
  if (/^[^\p{Cc}]{1,255}$/u.test(label)) return label;
  throw kmsxError('bad-usage', `${option} takes 1 to 255 characters, and no control characters`);
}

/**
 * Reads the id of an object in a token (CKA_ID).
 *
 * @throws KmsxError `bad-usage`
 */
export function parseObjectId(option: string, text: string): Buffer {
  if (/^(?:[0-9a-fA-F]{2}){1,64}$/.test(text)) return Buffer.from(text, 'hex');
  throw kmsxError('bad-usage', `${option} takes 1 to 64 bytes in hexadecimal`);
}
