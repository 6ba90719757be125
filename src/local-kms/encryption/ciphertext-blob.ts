import { createCipheriv, createDecipheriv } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes.ts';
import type { RandomBytes } from '../identifiers.ts';
import { assertEnabled, authorizeUnlessHidden, isReachable } from '../keys/key-lookup.ts';
import type { FoundVersion } from '../state/key-store.ts';
import type { OperationContext } from '../operations/operation.ts';
import { refusal } from '../refusal.ts';
import type { KmsKey } from '../state/state.ts';
import { isSymmetric, primaryVersion } from '../state/state.ts';

const CIPHER = 'aes-256-gcm';
const VERSION_ID_BYTES = 36;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals bytes under the primary version of a symmetric KMS key. The blob is base64 of
 * `KeyVersionId (36 ASCII characters) ‖ IV (12) ‖ ciphertext ‖ tag (16)`, with AES-256-GCM (SP 800-38D).
 *
 * @param context - from `readEncryptionContext`; authenticated, not stored
 * @throws KmsRefusal `UnsupportedOperation` for an asymmetric key, `Rejected.STATE` for one that is not enabled
 */
export function sealBlob(
  key: KmsKey,
  plaintext: Buffer,
  context: Buffer,
  randomBytes: RandomBytes,
): string {
  if (!isSymmetric(key)) throw refusal('UnsupportedOperation');
  assertEnabled(key);
  const version = primaryVersion(key);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, version.material, iv);
  cipher.setAAD(context);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const versionId = Buffer.from(version.keyVersionId, 'ascii');
  return Buffer.concat([versionId, iv, ciphertext, cipher.getAuthTag()]).toString('base64');
}

/** The content of a blob, and which version of which key opened it. The caller overwrites the plaintext. */
export interface OpenedBlob extends FoundVersion {
  readonly plaintext: Buffer;
}

/**
 * Opens what `sealBlob` sealed. Every fault in the blob, its key or its context is refused alike.
 *
 * @param encryptionContext - from `readEncryptionContext`
 * @param action - what the caller must be allowed to do to the key: `kms:Decrypt`
 * @throws KmsRefusal `InvalidParameter`, also for another account's key that the caller may not use;
 * `Forbidden.NoPermission`; `Rejected.STATE` for a key that is not enabled
 */
export function openBlob(
  context: OperationContext,
  blob: string,
  encryptionContext: Buffer,
  action: string,
): OpenedBlob {
  const bytes = decodeBase64(blob) ?? Buffer.alloc(0);
  if (bytes.length <= VERSION_ID_BYTES + IV_BYTES + TAG_BYTES) throw refusal('InvalidParameter');
  const versionId = bytes.toString('latin1', 0, VERSION_ID_BYTES);
  const key = context.store.findKeyOfVersion(versionId);
  if (key === undefined || !isSymmetric(key)) throw refusal('InvalidParameter');
  if (!isReachable(key, context)) throw refusal('InvalidParameter');
  authorizeUnlessHidden(context.caller, action, key, () => refusal('InvalidParameter'));
  assertEnabled(key);
  const version = key.versions.find((candidate) => candidate.keyVersionId === versionId);
  if (version === undefined) throw refusal('InvalidParameter');
  const iv = bytes.subarray(VERSION_ID_BYTES, VERSION_ID_BYTES + IV_BYTES);
  const ciphertext = bytes.subarray(VERSION_ID_BYTES + IV_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, version.material, iv, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(encryptionContext);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const unverified = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    unverified.fill(0);
    throw refusal('InvalidParameter');
  }
  return { key, version, plaintext: unverified };
}
