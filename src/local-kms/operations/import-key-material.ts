import { createHash } from 'node:crypto';
import { equalBytes } from '../../base/bytes.ts';
import { randomUuid } from '../identifiers.ts';
import { openImportToken } from '../keys/import-token.ts';
import { decryptMaterial } from '../keys/import-wrapping.ts';
import { changeKey, findKey } from '../keys/key-lookup.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalInteger, requiredBytes, requiredText } from '../request/read-parameter.ts';
import { invalidParameter, missingParameter, refusal } from '../refusal.ts';
import type { KmsKey } from '../state/state.ts';
import { unaliasedKeyId } from '../keys/unaliased-key-id.ts';
import type { Operation } from './operation.ts';

const ACTION = 'kms:ImportKeyMaterial';
const MAX_CIPHERTEXT_BYTES = 512;
const EXPIRY = 'KeyMaterialExpireUnix';

/**
 * Takes the material of a KMS key of Origin EXTERNAL (help 68622). After the first time it takes the same material
 * only, under the same KeyVersionId, so that what the key encrypted can be decrypted again.
 */
export const importKeyMaterial: Operation = {
  action: 'ImportKeyMaterial',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: async (parameters, context) => {
    const { store, now, randomBytes } = context;
    const keyId = unaliasedKeyId(parameters);
    const ciphertext = requiredBytes(parameters, 'EncryptedKeyMaterial', MAX_CIPHERTEXT_BYTES);
    const token = requiredText(parameters, 'ImportToken');
    const expiresAt = readExpiry(parameters, now());
    const key = findKey(context, keyId, ACTION);
    assertTakesMaterial(key);
    const opened = openImportToken(store.state.importTokenKey, key.keyId, token, now());
    const material = decryptMaterial(opened.algorithm, opened.privateKey, ciphertext);
    // Material that cannot be decrypted takes the same way, and as long, as material that is not the key's.
    const digest = createHash('sha256')
      .update(material ?? Buffer.alloc(32))
      .digest();
    const isSame = isSameMaterial(key, digest);
    if (material === undefined || !isSame) {
      material?.fill(0);
      throw refusal('InvalidKeyMaterial');
    }
    await changeKey(context, keyId, ACTION, (current) => {
      assertTakesMaterial(current);
      if (!isSameMaterial(current, digest)) throw refusal('InvalidKeyMaterial');
      const { imported, keyState, versions } = current;
      const keyVersionId = imported?.keyVersionId ?? randomUuid(randomBytes);
      const createdAt = versions.at(-1)?.createdAt ?? now();
      return {
        ...current,
        keyState: keyState === 'PendingImport' ? 'Enabled' : keyState,
        versions: [{ keyVersionId, createdAt, material }],
        imported: { keyVersionId, digest, ...(expiresAt !== undefined && { expiresAt }) },
      };
    });
    return {};
  },
};

/** Whether a digest is that of the material that the key takes: the same as before, or, the first time, any. */
function isSameMaterial({ imported }: KmsKey, digest: Buffer): boolean {
  return equalBytes(imported?.digest ?? digest, digest);
}

function assertTakesMaterial(key: KmsKey): void {
  if (key.origin !== 'EXTERNAL') throw refusal('Unsupported.Origin');
  if (key.keyState === 'PendingDeletion') throw refusal('Rejected.StateModifiedFailed');
}

/** In seconds since 1970; 0 is never. */
function readExpiry(parameters: Parameters, now: Date): Date | undefined {
  requiredText(parameters, EXPIRY);
  const seconds = optionalInteger(parameters, EXPIRY, 0, 9_999_999_999);
  if (seconds === undefined) throw missingParameter(EXPIRY);
  if (seconds === 0) return undefined;
  const expiresAt = new Date(1000 * seconds);
  if (expiresAt.getTime() <= now.getTime()) throw invalidParameter(EXPIRY);
  return expiresAt;
}
